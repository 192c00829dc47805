import { tableFromArrays } from "apache-arrow";
import { expect, test } from "vitest";
import type { LakeAnswer } from "../shared/engine/engine.ts";
import { LakeRides, type LakeRidesOptions, type World } from "./lake-rides.ts";

const OPTIONS = {
	signal: new AbortController().signal,
	onProgress: () => undefined,
};

/** An engine that has one ride: five samples, 100 s and 76 m from each other. */
const world: World = {
	openEngine: () => Promise.resolve(),
	queryLake: async () => {
		const places = [0, 1, 2, 3, 4];
		const table = tableFromArrays({
			ride_id: places.map(() => "ride"),
			segment: Int32Array.from(places, () => 0),
			seq: Int32Array.from(places),
			time_ms: Float64Array.from(places, (place) => place * 100_000),
			lon: Float64Array.from(places, (place) => 8 + place / 1000),
			lat: Float64Array.from(places, () => 47),
		});
		return { table } as unknown as LakeAnswer;
	},
};

/** Samples in each stretch of the ride. */
async function shapeOf(options: LakeRidesOptions): Promise<number[]> {
	const rides = new LakeRides({ world, ...options });
	const [track] = await rides.tracks(["ride"], OPTIONS);
	return track?.stretches.map((line) => line.length / 2) ?? [];
}

test("lines break where the lake says, else after 300 s and 1,000 m", async () => {
	expect(await shapeOf({})).toEqual([5]);
	const near = { maxGapSeconds: 300, maxGapMeters: 50 };
	expect(await shapeOf({ lineBreaks: near })).toEqual([1, 1, 1, 1, 1]);
	const soon = { maxGapSeconds: 99, maxGapMeters: 1000 };
	expect(await shapeOf({ lineBreaks: soon })).toEqual([1, 1, 1, 1, 1]);
	const both = { maxGapSeconds: 100, maxGapMeters: 80 };
	expect(await shapeOf({ lineBreaks: both })).toEqual([5]);
});
