import type { Figure } from "./figure.ts";
import { bench as gpx } from "./pipeline/gpx.ts";
import { bench as table } from "./pipeline/table.ts";

/** Files to published lake: how fast, and how much memory the largest process takes. */
export async function bench(): Promise<Figure[]> {
	return [...(await gpx()), ...(await table())];
}
