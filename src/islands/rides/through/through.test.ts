import { signal } from "@preact/signals";
import { expect, test, vi } from "vitest";
import type { CellWindow } from "../../../lib/geo/grid.ts";
import {
	ANY_RIDE,
	matching,
	type RideFilter,
} from "../../../lib/rides/filter.ts";
import type { RideList } from "../../../lib/rides/list.ts";
import type { Track } from "../../../lib/rides/tracks.ts";
import { LakeRides } from "../lake-rides.ts";
import { RidesThrough } from "./through.ts";

const list: RideList = {
	id: ["a", "b", "c", "d"],
	name: ["Way home", "Lake", null, "Lake"],
	kind: [null, null, null, null],
	startedAtLocal: [10, 20, 30, null],
	distanceMeters: [1, 2, 3, 4],
	movingSeconds: [null, null, null, null],
	durationSeconds: [null, null, null, null],
	ascentMeters: [null, null, null, null],
};

const cell = (x: number): CellWindow => ({
	...{ level: 9, x, y: 7 },
	...{ columns: 1, rows: 1 },
});

/** A page of which cell 1 is resident; of other cells and of tracks the source answers when told. */
function page() {
	const filter = signal<RideFilter>(ANY_RIDE);
	const state = {
		at: signal<CellWindow | null>(null),
		ride: signal<string | null>(null),
		filter,
	};
	const model = {
		list: signal<RideList | null>(list),
		counted: signal<Uint8Array | null>(matching(list, ANY_RIDE)),
		through: ({ x }: CellWindow) => (x === 1 ? [0, 1, 3] : null),
		readList: async () => {},
	};
	const rides = new Map<number, PromiseWithResolvers<readonly number[]>>();
	const tracks = new Map<string, PromiseWithResolvers<readonly Track[]>>();
	const source = {
		sql: new LakeRides({}).sql,
		through: ({ x }: CellWindow) => {
			const answer = Promise.withResolvers<readonly number[]>();
			rides.set(x, answer);
			return answer.promise;
		},
		tracks: ([id = ""]: readonly string[]) => {
			const answer = Promise.withResolvers<readonly Track[]>();
			tracks.set(id, answer);
			return answer.promise;
		},
	};
	const through = new RidesThrough(model, state, source);
	const choose = (next: RideFilter) => {
		filter.value = next;
		model.counted.value = matching(list, next);
	};
	return { state, through, rides, tracks, choose, stop: through.start() };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));
const trackOf = (rideId: string): Track => ({ rideId, stretches: [] });

test("a resident cell is listed at once, the newest first, and follows the filter", () => {
	const { through, choose, stop } = page();
	through.choose(cell(1));
	expect(through.listed.value).toEqual([1, 0, 3]);
	choose({ ...ANY_RIDE, text: "LAKE" });
	expect(through.listed.value).toEqual([1, 3]);
	expect(through.others.value).toBe(1);
	through.choose(null);
	expect(through.listed.value).toBeNull();
	stop();
});

test("a late answer for a cell that was left is not shown", async () => {
	const { through, rides, stop } = page();
	through.choose(cell(5));
	through.choose(cell(6));
	rides.get(6)?.resolve([2]);
	await settled();
	rides.get(5)?.resolve([0, 1]);
	await settled();
	expect(through.listed.value).toEqual([2]);
	through.choose(cell(7));
	expect(through.listed.value).toBeNull();
	through.choose(cell(1));
	rides.get(7)?.reject(new Error("no network"));
	await settled();
	expect(through.problem.value).toBeNull();
	expect(through.listed.value).toEqual([1, 0, 3]);
	stop();
});

test("what failed can be asked again", async () => {
	const { through, rides, stop } = page();
	through.choose(cell(5));
	rides.get(5)?.reject(new Error("no network"));
	await settled();
	expect(through.problem.value).toBeInstanceOf(Error);
	through.retry();
	rides.get(5)?.resolve([3]);
	await settled();
	expect(through.problem.value).toBeNull();
	expect(through.listed.value).toEqual([3]);
	stop();
});

test("the chosen ride's track stays while others are pointed at, and each is read once", async () => {
	vi.useFakeTimers();
	const { state, through, tracks, stop } = page();
	through.choose(cell(1));
	state.ride.value = "a";
	expect(through.chosen.value.kind).toBe("loading");
	tracks.get("a")?.resolve([trackOf("a")]);
	await vi.runAllTimersAsync();
	expect(through.chosen.value.kind).toBe("drawn");
	through.hinted.value = "b";
	await vi.runAllTimersAsync();
	tracks.get("b")?.resolve([trackOf("b")]);
	await vi.runAllTimersAsync();
	expect(through.drawn.value).toEqual({
		tracks: [trackOf("a"), trackOf("b")],
		highlighted: "b",
	});
	through.hinted.value = null;
	expect(through.drawn.value).toEqual({
		tracks: [trackOf("a")],
		highlighted: "a",
	});
	tracks.clear();
	state.ride.value = "b";
	await vi.runAllTimersAsync();
	expect(through.chosen.value).toEqual({ kind: "drawn", track: trackOf("b") });
	expect(tracks.size).toBe(0);
	stop();
	vi.useRealTimers();
});
