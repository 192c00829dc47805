import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Catalog } from "../../src/lib/catalog/catalog.ts";
import { literal } from "../../src/lib/sql/literal.ts";
import {
	build,
	queryLake,
	temporaryFolder,
	writeAll,
} from "../../tests/support/building.ts";

const PIER = { latitude: 47.66, longitude: 9.17 };
/** Too far for its names, and still within the same label's reach. */
const MILL = { latitude: 47.662, longitude: 9.173 };
const FAR = { latitude: 46.2, longitude: 7.1 };

interface Start {
	readonly latitude: number;
	readonly longitude: number;
}

/** A ride from a start, whose waypoints lie before and behind its track. */
function gpx(start: Start, number: number, names: readonly string[]): string {
	const [first = "", ...others] = names.map(
		(name) =>
			`<wpt lat="${start.latitude + 5e-4}" lon="${start.longitude}"><ele>1</ele><name>${name}</name><link href="x"><text>not this</text></link></wpt>`,
	);
	const points = [0, 1, 2].map(
		(step) =>
			`<trkpt lat="${start.latitude + step * 1e-3}" lon="${start.longitude + number * 1e-5}"/>`,
	);
	return `<gpx xmlns="http://www.topografix.com/GPX/1/1">${first}<trk><name>Loop</name><trkseg>${points.join("")}</trkseg></trk>${others.join("")}</gpx>`;
}

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
	await writeAll(join(folder, "input"), {
		"rides/1.gpx": gpx(PIER, 1, ["Pier", "Zoo"]),
		"rides/2.gpx": gpx(PIER, 2, ["Pier &amp; co"]),
		"rides/3.gpx": gpx(PIER, 3, ["Pier"]),
		"rides/4.gpx": gpx(PIER, 4, ["Pier &amp; co"]),
		"rides/5.gpx": gpx(MILL, 5, []),
		"rides/6.gpx": gpx(FAR, 6, []),
		"rides/7.gpx": gpx(FAR, 7, []),
		"rides/8.gpx": gpx(FAR, 8, ["&lt;b>Hut&lt;/b>"]),
		"rides/9.gpx": gpx({ latitude: 10, longitude: 10 }, 9, []),
		"rides/10.gpx": gpx({ latitude: 10, longitude: 10 }, 10, []),
	});
});
afterAll(() => remove());

const lake = () => join(folder, "lake");

async function starts() {
	await build({ input: join(folder, "input"), out: lake() });
	const catalog = JSON.parse(
		await readFile(join(lake(), "catalog.json"), "utf8"),
	) as Catalog;
	const rollup = catalog.rollups.find(({ name }) => name === "ride_starts");
	const rows = await queryLake(
		lake(),
		() =>
			`SELECT rides::INTEGER AS rides, name FROM read_parquet(${literal(join(lake(), rollup?.path ?? ""))})`,
	);
	return rows.map(({ rides, name }) => [rides, name]);
}

test("a start place has the commonest name of the rides from there, by code point where two are", async () => {
	expect(await starts()).toEqual([
		[5, "Pier"],
		[3, "<b>Hut</b>"],
		[2, null],
	]);
	const rides = await queryLake(
		lake(),
		(
			table,
		) => `SELECT source_file AS file, start_place AS place FROM ${table("rides")}
			WHERE start_place IS NOT NULL ORDER BY 1`,
	);
	expect(rides).toEqual([
		{ file: "rides/1.gpx", place: "Pier" },
		{ file: "rides/2.gpx", place: "Pier & co" },
		{ file: "rides/3.gpx", place: "Pier" },
		{ file: "rides/4.gpx", place: "Pier & co" },
		{ file: "rides/8.gpx", place: "<b>Hut</b>" },
	]);
});

test("the publisher's names come first, and reach rides that have none", async () => {
	await writeAll(join(folder, "input"), {
		"lakeside.json": JSON.stringify({
			places: [
				{ name: "Harbour", ...PIER },
				{ name: "Equator hut", latitude: 10.001, longitude: 10 },
			],
		}),
	});
	expect(await starts()).toEqual([
		[5, "Harbour"],
		[3, "<b>Hut</b>"],
		[2, "Equator hut"],
	]);
});
