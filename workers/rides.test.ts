import * as parquet from "parquet-wasm/node";
import { expect, test } from "vitest";
import { ride } from "../scripts/bench/pipeline/ride-files.ts";
import type { CellWindow } from "../src/lib/geo/grid.ts";
import { mercatorX, mercatorY } from "../src/lib/geo/mercator.ts";
import { ANY_RIDE, matching } from "../src/lib/rides/filter.ts";
import { createRides, type RideStorage } from "./rides.ts";

/** Storage in memory, with room for some batches. */
function storageFor(room: number): RideStorage & { readonly kept: Blob[] } {
	const kept: Blob[] = [];
	return {
		kept,
		batches: async () => kept,
		keep: async (batch) => {
			if (kept.length === room)
				throw new DOMException("no room", "QuotaExceededError");
			kept.push(batch);
		},
	};
}

function files(...numbers: readonly number[]) {
	return numbers.map((number) => ({
		path: `${number}.gpx`,
		blob: new Blob([ride(number, 80)]),
	}));
}

const writer = async () => parquet;
const ignore = () => {};

/** Around the town of the made rides, at level 14. */
const TOWN: CellWindow = {
	level: 14,
	x: Math.floor(mercatorX(8.52) * 2 ** 14) - 10,
	y: Math.floor(mercatorY(47.42) * 2 ** 14) - 10,
	columns: 20,
	rows: 20,
};

test("rides that are kept are there for the next worker, those that are not are gone", async () => {
	const storage = storageFor(9);
	const first = createRides(storage, writer);
	expect((await first.open()).list.id).toStrictEqual([]);
	await first.add(files(1, 2), ignore);
	const kept = await first.keep();
	expect(kept).toMatchObject({ isKept: true });
	const { holding } = await first.add(files(2, 3), ignore);
	expect(holding).toMatchObject({ isKept: false });
	expect(holding.list.id.length).toBe(3);
	const next = createRides(storage, writer);
	expect(await next.open()).toStrictEqual(kept);
	// Keeping once more writes only what is new.
	expect(await first.keep()).toStrictEqual({ ...holding, isKept: true });
	expect(storage.kept.length).toBe(2);
	expect(await createRides(storage, writer).open()).toStrictEqual({
		...holding,
		isKept: true,
	});
});

test("without room rides stay in the page, and what was kept before stays kept", async () => {
	const storage = storageFor(1);
	const rides = createRides(storage, writer);
	await rides.add(files(1), ignore);
	await rides.keep();
	const { holding } = await rides.add(files(2), ignore);
	await expect(rides.keep()).rejects.toMatchObject({
		name: "QuotaExceededError",
	});
	expect(await rides.through({ ...TOWN })).toStrictEqual([0, 1]);
	expect(holding.list.id.length).toBe(2);
	expect((await createRides(storage, writer).open()).list.id.length).toBe(1);
});

test("what is kept and cannot be read is left out", async () => {
	const storage = storageFor(9);
	const rides = createRides(storage, writer);
	await rides.add(files(1), ignore);
	await rides.keep();
	storage.kept.push(
		new Blob(["none of ours"]),
		Object.assign(new Blob(["x".repeat(99)]), {
			slice: () => ({
				arrayBuffer: () =>
					Promise.reject(new DOMException("erased", "NotFoundError")),
			}),
		}),
	);
	expect((await createRides(storage, writer).open()).list.id.length).toBe(1);
});

test("counts are those of the pairs, under any filter, where there are too many pairs", async () => {
	const [few, many] = [
		createRides(storageFor(0), writer),
		createRides(storageFor(0), writer, 1),
	];
	for (const rides of [few, many])
		await rides.add(files(1, 2, 3, 4, 5), ignore);
	const filter = { ...ANY_RIDE, text: "ride 2" };
	const shown = { ...TOWN, columns: 10 };
	const pairs = await few.cells(TOWN, { filter, shown });
	const counts = await many.cells(TOWN, { filter, shown });
	if (pairs.kind !== "pairs" || counts.kind !== "counts")
		throw new Error("the limit of pairs was not heeded");
	const { list: rides } = (await few.add([], ignore)).holding;
	const counted = matching(rides, filter);
	const expected = new Uint32Array(TOWN.columns * TOWN.rows);
	for (const [pair, cell] of pairs.pairs.cells.entries())
		expected[cell] =
			(expected[cell] ?? 0) + (counted[pairs.pairs.rides[pair] ?? -1] ?? 0);
	expect(Math.max(...expected)).toBe(1);
	expect(counts.counts).toStrictEqual(expected);
	expect(counts.seen).toStrictEqual(await many.through(shown));
});

test("lines and their samples are told for the rides that are here", async () => {
	const rides = createRides(storageFor(0), writer);
	const { list } = (await rides.add(files(1, 2), ignore)).holding;
	const tracks = await rides.tracks([...list.id, "of another"]);
	expect(tracks.map(({ rideId }) => rideId)).toStrictEqual(list.id);
	expect(await rides.samples([...list.id, "of another"])).toBe(160);
	expect(
		tracks.reduce(
			(sum, { stretches }) =>
				sum + stretches.reduce((points, line) => points + line.length / 2, 0),
			0,
		),
	).toBe(160);
});
