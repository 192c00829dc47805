import { expect, test } from "vitest";
import { mercatorX, mercatorY } from "../geo/mercator.ts";
import { randomFrom } from "../random.ts";
import { Course, type CourseOptions } from "./course.ts";
import {
	boundsOf,
	MAX_GAP_METERS,
	MAX_GAP_SECONDS,
	type TrackColumns,
	tracksOf,
} from "./tracks.ts";

interface Sample {
	readonly ride?: string;
	readonly segment?: number;
	readonly seconds?: number;
	readonly longitude: number;
	readonly latitude?: number;
}

/** Samples as columns; those of one ride stand together. */
function columnsOf(samples: readonly Sample[]): TrackColumns {
	const seq: number[] = [];
	for (const [index, { ride }] of samples.entries())
		seq.push(ride === samples[index - 1]?.ride ? (seq.at(-1) ?? -1) + 1 : 0);
	return {
		rideId: (sample) => samples[sample]?.ride ?? "ride",
		segment: samples.map(({ segment = 0 }) => segment),
		seq,
		timeMs: samples.map(({ seconds = Number.NaN }) => seconds * 1000),
		longitude: samples.map(({ longitude }) => longitude),
		latitude: samples.map(({ latitude = 47 }) => latitude),
	};
}

/** Samples in each stretch of each ride. */
const shapeOf = (samples: readonly Sample[], lineBreaks?: CourseOptions) =>
	tracksOf(columnsOf(samples), lineBreaks).map(({ stretches }) =>
		stretches.map((line) => line.length / 2),
	);

/** Some 760 m east at 47 degrees north. */
const STEP = 0.01;

test("a line breaks at a segment's end, after 300 s and after 1,000 m, and not before", () => {
	const line = (changes: Partial<Sample>): Sample[] => [
		{ longitude: 8, seconds: 0 },
		{ longitude: 8 + STEP, seconds: 60, ...changes },
	];
	expect(shapeOf(line({}))).toEqual([[2]]);
	expect(shapeOf(line({ segment: 1 }))).toEqual([[1, 1]]);
	expect(shapeOf(line({ seconds: 300 }))).toEqual([[2]]);
	expect(shapeOf(line({ seconds: 301 }))).toEqual([[1, 1]]);
	expect(shapeOf(line({ longitude: 8 + 1.3 * STEP }))).toEqual([[2]]);
	expect(shapeOf(line({ longitude: 8 + 1.4 * STEP }))).toEqual([[1, 1]]);
});

test("without a time the distance alone decides", () => {
	expect(
		shapeOf([
			{ longitude: 8, seconds: 0 },
			{ longitude: 8.001 },
			{ longitude: 8.002, seconds: 9000 },
		]),
	).toEqual([[3]]);
});

const DEFAULTS: CourseOptions = {
	maxGapSeconds: MAX_GAP_SECONDS,
	maxGapMeters: MAX_GAP_METERS,
};

test.each([
	[undefined, DEFAULTS],
	[DEFAULTS, DEFAULTS],
	...[
		{ maxGapSeconds: 4, maxGapMeters: 1e6 },
		{ maxGapSeconds: 1e6, maxGapMeters: 300 },
		{ maxGapSeconds: 400, maxGapMeters: 600 },
	].map((options) => [options, options] as const),
] as const)("a line breaks where the pipeline's does: %j", (own, options) => {
	const random = randomFrom(7);
	let longitude = 8;
	let seconds = 0;
	let segment = 0;
	const samples = Array.from({ length: 2000 }, () => {
		longitude += random() * 0.02 - 0.01;
		seconds += random() < 0.1 ? 600 * random() : 5;
		if (random() < 0.05) segment++;
		return random() < 0.1
			? { longitude, segment }
			: { longitude, segment, seconds };
	});
	const starts: number[] = [];
	let sample = 0;
	const course = new Course(options, (from, to) => {
		if (from === to) starts.push(sample);
		sample++;
	});
	for (const { seconds: time, ...place } of samples)
		course.add({
			...place,
			latitude: 47,
			elevation: null,
			time: time === undefined ? null : time * 1e6,
		});
	const ends = [...starts.slice(1), samples.length];
	expect(shapeOf(samples, own)).toEqual([
		starts.map((start, index) => (ends[index] ?? 0) - start),
	]);
	expect(starts.length).toBeGreaterThan(100);
});

test("rides are told apart, also where one has a single sample", () => {
	const tracks = tracksOf(
		columnsOf([
			{ ride: "a", longitude: 8 },
			{ ride: "b", longitude: 8 },
			{ ride: "b", longitude: 8.001 },
			{ ride: "c", longitude: 8.001 },
		]),
	);
	expect(tracks.map(({ rideId }) => rideId)).toEqual(["a", "b", "c"]);
	expect(tracks.map(({ stretches }) => stretches.length)).toEqual([1, 1, 1]);
});

test("no piece of a line is longer than the way round the antimeridian allows", () => {
	const random = randomFrom(3);
	for (let round = 0; round < 200; round++) {
		let longitude = random() < 0.5 ? 179.99 : -179.99;
		let latitude = (random() - 0.5) * 170;
		const samples = Array.from({ length: 50 }, (_, index) => {
			longitude += (random() - 0.5) * 0.02;
			longitude = ((((longitude + 180) % 360) + 360) % 360) - 180;
			latitude = Math.max(
				-85.05,
				Math.min(85.05, latitude + (random() - 0.5) * 0.002),
			);
			return {
				longitude,
				latitude,
				segment: index > 25 ? 1 : 0,
				seconds: index,
			};
		});
		const [track] = tracksOf(columnsOf(samples));
		if (track === undefined) throw new Error("no track");
		const points = track.stretches.flatMap((line) => [...line]);
		// Every sample is there, in its order, whole turns away at most.
		expect(points.length).toBe(2 * samples.length);
		for (const [index, sample] of samples.entries()) {
			const x = points[2 * index] as number;
			expect(x - Math.floor(x)).toBeCloseTo(mercatorX(sample.longitude), 9);
			expect(points[2 * index + 1]).toBe(mercatorY(sample.latitude));
			if (index > 0)
				expect(Math.abs(x - (points[2 * index - 2] as number))).toBeLessThan(
					0.01,
				);
		}
		const bounds = boundsOf(track);
		if (bounds === null) throw new Error("no bounds");
		expect(bounds.east - bounds.west).toBeLessThan(2);
		expect(bounds.west).toBeGreaterThanOrEqual(-180);
		expect(bounds.west).toBeLessThan(180);
		expect(bounds.north).toBeCloseTo(
			Math.max(...samples.map((sample) => sample.latitude)),
			9,
		);
		expect(bounds.south).toBeCloseTo(
			Math.min(...samples.map((sample) => sample.latitude)),
			9,
		);
	}
});

test("a track without samples has no bounds", () => {
	expect(boundsOf({ rideId: "ride", stretches: [] })).toBeNull();
	expect(tracksOf(columnsOf([]))).toEqual([]);
});
