import type { Synthetic } from "./catalog.ts";

/** What pages say of made data; null where all data are real. */
export function syntheticLabel(synthetic: Synthetic): string | null {
	if (synthetic === "partly") return "Partly synthetic data";
	return synthetic ? "Synthetic data" : null;
}
