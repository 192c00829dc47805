import { signal } from "@preact/signals";
import { expect, test, vi } from "vitest";
import type { RideList } from "../../lib/rides/list.ts";
import type { Track } from "../../lib/rides/tracks.ts";
import type { DrawName } from "../../maps/cells/legend.ts";
import { LineModel, tooManySentence } from "./line-model.ts";

const RIDES = 10;

/** A page of ten rides of a hundred samples each; the sixth has none. */
function open(limits = { rides: 8, samples: 700, resident: 900 }) {
	const asked: string[][] = [];
	const list: RideList = {
		id: Array.from({ length: RIDES }, (_, ride) => `ride-${ride}`),
		name: [],
		kind: [],
		startedAtLocal: [],
		distanceMeters: [],
		movingSeconds: [],
		durationSeconds: [],
		ascentMeters: [],
	};
	const trackOf = (rideId: string): Track => ({
		rideId,
		stretches: [new Float64Array(120), new Float64Array(80)],
	});
	const source = {
		fails: false,
		async tracks(rideIds: readonly string[]): Promise<readonly Track[]> {
			if (source.fails) throw new Error("no network");
			asked.push([...rideIds]);
			return rideIds.filter((id) => id !== "ride-5").map(trackOf);
		},
		samples: async (rideIds: readonly string[]) => 100 * rideIds.length,
	};
	const maskOf = (rides: readonly number[]) => ({
		rides: Uint8Array.from({ length: RIDES }, (_, ride) =>
			rides.includes(ride) ? 1 : 0,
		),
	});
	const picture = signal<{ rides: Uint8Array | null } | null>(null);
	const draw = signal<DrawName>("cells");
	const retry = vi.fn();
	const model = new LineModel(
		source,
		{ picture, list: signal<RideList | null>(list), retry },
		limits,
	);
	model.start(draw);
	const show = async (...rides: number[]) => {
		picture.value = maskOf(rides);
		await new Promise((resolve) => setTimeout(resolve));
	};
	const drawn = () => model.tracks.value?.map(({ rideId }) => rideId) ?? null;
	return { model, source, asked, picture, draw, retry, show, drawn };
}

test("tracks are read for lines only, and each ride's once", async () => {
	const { asked, draw, show, drawn } = open();
	await show(1, 2);
	expect(asked).toEqual([]);
	expect(drawn()).toBeNull();
	draw.value = "lines";
	await show(1, 2);
	expect(drawn()).toEqual(["ride-1", "ride-2"]);
	await show(2, 3, 5);
	expect(drawn()).toEqual(["ride-2", "ride-3", "ride-5"]);
	await show(1, 5);
	expect(drawn()).toEqual(["ride-1", "ride-5"]);
	expect(asked).toEqual([
		["ride-1", "ride-2"],
		["ride-3", "ride-5"],
	]);
	draw.value = "cells";
	expect(drawn()).toBeNull();
});

test("what was drawn last stays, what was drawn first goes where there is no room", async () => {
	const { asked, draw, show } = open();
	draw.value = "lines";
	await show(0, 1, 2, 3, 4, 6);
	await show(6, 7, 8, 9);
	// Nine tracks fit: the tenth ride drew none, and 900 samples are here.
	await show(0, 1, 2, 3, 4);
	expect(asked).toHaveLength(2);
	const small = open({ rides: 8, samples: 700, resident: 500 });
	small.draw.value = "lines";
	await small.show(0, 1, 2, 3, 4, 6);
	await small.show(6, 7, 8, 9);
	await small.show(4);
	expect(small.asked).toHaveLength(2);
	await small.show(0);
	expect(small.asked.at(-1)).toEqual(["ride-0"]);
});

test("too many rides or samples leave the cells, and say what to do", async () => {
	const { model, asked, draw, show, drawn } = open();
	draw.value = "lines";
	await show(0, 1, 2, 3, 4, 5, 6, 7);
	expect(drawn()).toBeNull();
	expect(model.drawn.value).toBe("cells");
	expect(model.tooMany.value).toMatchObject({ rides: 8, samples: 800 });
	await show(0, 1, 2, 3, 4, 5, 6, 7, 8);
	expect(model.tooMany.value).toMatchObject({ rides: 9, samples: null });
	expect(asked).toEqual([]);
	await show(0, 1);
	expect(model.tooMany.value).toBeNull();
	expect(drawn()).toHaveLength(2);
	expect(
		tooManySentence({
			rides: 2310,
			samples: 4_120_000,
			maxRides: 5000,
			maxSamples: 1_500_000,
		}),
	).toBe(
		"Lines are drawn of up to 1,500,000 samples, and the 2,310 rides in this view have 4,120,000: zoom in, or let fewer rides count. Until then the map shows cells.",
	);
});

test("rides whose tracks are all here can still be too many", async () => {
	const { model, asked, draw, show, drawn } = open();
	draw.value = "lines";
	await show(0, 1, 2, 3, 4);
	await show(6, 7, 8, 9);
	await show(0, 1, 2, 3, 4, 6, 7, 8);
	expect(asked).toHaveLength(2);
	expect(drawn()).toBeNull();
	expect(model.tooMany.value).toMatchObject({ rides: 8, samples: 800 });
	await show(0, 1, 2, 3, 4, 6, 7, 8, 9);
	expect(model.tooMany.value).toMatchObject({ rides: 9, samples: null });
	await show(6);
	expect(drawn()).toEqual(["ride-6"]);
	expect(asked).toHaveLength(2);
});

test("a view that comes while another is read is the one that is drawn", async () => {
	const { draw, picture, show, drawn } = open();
	draw.value = "lines";
	picture.value = { rides: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0) };
	await show(3);
	expect(drawn()).toEqual(["ride-3"]);
});

test("where the rides of the view are not known, they are asked for once, and once more after they were", async () => {
	const { draw, picture, retry, show } = open();
	picture.value = { rides: null };
	draw.value = "lines";
	await Promise.resolve();
	picture.value = { rides: null };
	await Promise.resolve();
	expect(retry).toHaveBeenCalledTimes(1);
	await show(1);
	picture.value = { rides: null };
	await Promise.resolve();
	expect(retry).toHaveBeenCalledTimes(2);
});

test("what did not come can be tried again", async () => {
	const { model, source, draw, show, drawn } = open();
	source.fails = true;
	draw.value = "lines";
	await show(1);
	expect(model.problem.value).toMatchObject({ message: "no network" });
	expect(drawn()).toBeNull();
	source.fails = false;
	model.retry();
	await new Promise((resolve) => setTimeout(resolve));
	expect(model.problem.value).toBeNull();
	expect(drawn()).toEqual(["ride-1"]);
});
