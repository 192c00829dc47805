import { expect, test } from "vitest";
import { syntheticLabel } from "./synthetic.ts";

test("made data are told from real ones, and from a mixture", () => {
	expect([true, "partly" as const, false].map(syntheticLabel)).toEqual([
		"Synthetic data",
		"Partly synthetic data",
		null,
	]);
});
