import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { rides as dataset } from "../../../scripts/datasets/rides.ts";
import { randomFrom } from "../random.ts";
import { type RideStart, startPlacesOf } from "./start-places.ts";

const NAMES = ["Pier", "pier", "Älpli", "\u{1f6b2} stand", "\uff21", null];

const NOWHERE = { longitude: 0, latitude: 0 };

/** Starts around some corners of places, some of them named. */
function starts(count: number, seed: number): RideStart[] {
	const random = randomFrom(seed);
	const spread = () => (random() - 0.5) * 0.05;
	return Array.from({ length: count }, () => ({
		start: {
			longitude: [-179.9, 0, 8.5, 179.9][Math.floor(random() * 4)] ?? 0,
			latitude: [-84.9, 0, 47.4, 84.9][Math.floor(random() * 4)] ?? 0,
		},
		startPlace: NAMES[Math.floor(random() * NAMES.length)] ?? null,
	})).map(({ start, startPlace }) => ({
		start: {
			longitude: start.longitude + spread(),
			latitude: start.latitude + spread(),
		},
		startPlace,
	}));
}

/** What a build of a lake says of the same. */
async function ofLake(rides: readonly RideStart[]): Promise<unknown[]> {
	const connection = await (await DuckDBInstance.create()).connect();
	await connection.run(
		"CREATE TABLE rides (ride_id INTEGER, start_place VARCHAR)",
	);
	await connection.run(
		"CREATE TABLE ride_points (ride_id INTEGER, seq INTEGER, lon DOUBLE, lat DOUBLE)",
	);
	const rows = await connection.createAppender("rides");
	const points = await connection.createAppender("ride_points");
	for (const [id, { start, startPlace }] of rides.entries()) {
		rows.appendInteger(id);
		if (startPlace === null) rows.appendNull();
		else rows.appendVarchar(startPlace);
		rows.endRow();
		if (start === null) continue;
		for (const [seq, { longitude, latitude }] of [start, NOWHERE].entries()) {
			points.appendInteger(id);
			points.appendInteger(seq);
			points.appendDouble(longitude);
			points.appendDouble(latitude);
			points.endRow();
		}
	}
	rows.closeSync();
	points.closeSync();
	const rollup = dataset.rollups.find(({ name }) => name === "ride_starts");
	const result = await connection.runAndReadAll(String(rollup?.sql));
	connection.closeSync();
	return result
		.getRowObjectsJS()
		.map((row) => ({ ...row, rides: Number(row.rides) }));
}

test.each([1, 2, 3])(
	"start places are those of a lake of the same rides (%i)",
	async (seed) => {
		const rides = starts(150, seed);
		const places = startPlacesOf(rides);
		expect(places.length).toBeGreaterThan(10);
		expect(places.filter(({ name }) => name !== null).length).toBeGreaterThan(
			5,
		);
		expect(places).toEqual(await ofLake(rides));
	},
);

test("a ride whose start is not known names no place", () => {
	const rides = starts(9, 4).map((ride) => ({ ...ride, start: null }));
	expect(startPlacesOf(rides)).toEqual([]);
});
