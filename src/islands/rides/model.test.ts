import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import type { CellWindow, Viewport } from "../../lib/geo/grid.ts";
import { ANY_RIDE, matching, type RideFilter } from "../../lib/rides/filter.ts";
import { numbersIn, type RideList } from "../../lib/rides/list.ts";
import { LakeRides } from "./lake-rides.ts";
import { type Opened, RidesModel } from "./model.ts";
import { timelineOf } from "./months.ts";
import type { ReadOptions, RideSource } from "./ride-source.ts";
import type { View } from "./state.ts";

const RIDES = 6;

const list: RideList = {
	id: Array.from({ length: RIDES }, (_, ride) => `ride-${ride}`),
	name: ["a", "ab", "abc", "b", "bc", "c"],
	kind: new Array(RIDES).fill(null),
	startedAtLocal: new Array(RIDES).fill(null),
	distanceMeters: new Array(RIDES).fill(1000),
	movingSeconds: new Array(RIDES).fill(null),
	durationSeconds: new Array(RIDES).fill(null),
	ascentMeters: new Array(RIDES).fill(null),
};

const opened: Opened = {
	dataset: {} as Opened["dataset"],
	timeline: timelineOf([{ month: null, rides: RIDES, distance_m: 6000 }]),
	startView: { center: [0, 0], zoom: 4 },
	startPlaces: [],
	start: null,
};

const named = (text: string): RideFilter => ({ ...ANY_RIDE, text });

const viewAt = (west: number): Viewport => ({
	...{ west, east: west + 20, south: 40, north: 50 },
	zoom: 4,
});

/**
 * A page over a source with more rides than the page can hold: it counts one filter at
 * a time, all rides in the first cell, and answers when told, an aborted question too.
 */
function page() {
	const filter = signal<RideFilter>(ANY_RIDE);
	const waiting: (() => void)[] = [];
	const asked: string[] = [];
	const answer = <T>(
		what: string,
		value: T,
		{ signal: aborted }: ReadOptions,
	): Promise<T> => {
		asked.push(what);
		return new Promise((resolve, reject) => {
			waiting.push(() =>
				aborted.aborted ? reject(new Error("cancelled")) : resolve(value),
			);
		});
	};
	const source: RideSource = {
		isOwn: false,
		sql: new LakeRides({}).sql,
		list: async () => list,
		cells: (window, counted, options) => {
			const counts = new Uint32Array(window.columns * window.rows).fill(
				numbersIn(matching(list, counted.filter)).length,
			);
			return answer(
				`cells ${counted.filter.text}`,
				{
					...{ kind: "counts", counts, seen: numbersOfAll },
					cost: { rows: 1, bytes: 8, milliseconds: 1 },
				} as const,
				options,
			);
		},
		through: (_: CellWindow, options) => answer("through", [0, 1, 3], options),
		tracks: async () => [],
		samples: async () => 0,
	};
	const model = new RidesModel(
		opened,
		{ view: signal<View | null>(null), filter },
		source,
	);
	model.start();
	const settled = () => new Promise((resolve) => setTimeout(resolve));
	return {
		...{ model, filter, asked },
		/** Answers what is asked, the oldest first, until nothing is. */
		async answerAll() {
			await settled();
			for (let next = waiting.shift(); next; next = waiting.shift()) {
				next();
				await settled();
			}
		},
	};
}

const numbersOfAll = [0, 1, 2, 3, 4, 5];

test("a filter that comes while an aborted one is still on its way is counted", async () => {
	const { model, filter, answerAll } = page();
	filter.value = named("a");
	model.viewport.value = viewAt(0);
	await answerAll();
	expect(model.picture.value?.largest).toBe(3);
	filter.value = named("b");
	filter.value = named("a");
	filter.value = named("c");
	await answerAll();
	expect(model.loading.value).toBeNull();
	expect(model.picture.value?.seen).toMatchObject({
		most: 3,
		totals: { rides: 3 },
	});
	expect(numbersIn(model.picture.value?.rides as Uint8Array)).toEqual([
		2, 4, 5,
	]);
});

test("while other rides are counted, the picture says of which rides it still is", async () => {
	const { model, filter, answerAll } = page();
	filter.value = named("a");
	model.viewport.value = viewAt(0);
	await answerAll();
	filter.value = named("c");
	expect(model.picture.value).toMatchObject({ filter: named("a"), largest: 3 });
	filter.value = named("bc");
	await answerAll();
	expect(model.picture.value).toMatchObject({
		filter: named("bc"),
		largest: 2,
	});
});

test("a move within what is counted asks for the rides in view, and counts no cell again", async () => {
	const { model, filter, asked, answerAll } = page();
	filter.value = named("b");
	model.viewport.value = viewAt(0);
	await answerAll();
	expect(numbersIn(model.picture.value?.rides as Uint8Array)).toEqual([
		1, 2, 3, 4,
	]);
	asked.length = 0;
	model.viewport.value = viewAt(1);
	model.viewport.value = viewAt(2);
	expect(model.picture.value?.seen.totals).toBeNull();
	await answerAll();
	expect(new Set(asked)).toEqual(new Set(["through"]));
	expect(numbersIn(model.picture.value?.rides as Uint8Array)).toEqual([1, 3]);
	expect(model.picture.value?.seen.totals?.rides).toBe(2);
});
