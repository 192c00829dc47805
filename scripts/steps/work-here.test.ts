import { readdirSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { literal } from "../../src/lib/sql/literal.ts";
import {
	build,
	temporaryFolder,
	writeAll,
} from "../../tests/support/building.ts";
import {
	seededPosts,
	seededReadings,
	seededRide,
} from "../../tests/support/seeded-input.ts";

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
	({ folder, remove } = await temporaryFolder());
});
afterEach(() => remove());

/** Builds what lies in the input, and tells in which steps other processes were there. */
async function stepsElsewhere(): Promise<string[]> {
	const work = join(folder, "work");
	const steps = new Set<string>();
	await build({
		input: join(folder, "input"),
		out: join(folder, "lake"),
		work,
		processes: 1,
		onProgress: ({ step }) => {
			const folders = readdirSync(join(work, "scratch", "jobs"));
			if (folders.some((name) => /^\d+-\d+$/.test(name))) steps.add(step);
		},
	});
	return [...steps];
}

const write = (files: Readonly<Record<string, string | Uint8Array>>) =>
	writeAll(join(folder, "input"), files);

test("a few plain files are read in the build's own process", async () => {
	await write({
		"rides/1.gpx": seededRide(1),
		"posts/a.jsonl": seededPosts(0, 20),
		"weather/lake.csv": seededReadings("lake", 0, 30),
	});
	expect(await stepsElsewhere()).toEqual([]);
});

test.each([
	["rides/2.gpx.gz", () => gzipSync(seededRide(2))],
	["posts/b.jsonl.GZ", () => gzipSync(seededPosts(50, 20))],
	[
		"markets/daily/btcusd_trade.csv",
		() => "20240501 00:00,1,2,1,2,5\n20240502 00:00,2,3,2,3,5\n",
	],
	["flights/a.parquet", flights],
])(
	"%s, which may hold anything or has a native reader, is left to others",
	async (path, content) => {
		await write({ "rides/1.gpx": seededRide(1), [path]: await content() });
		expect(await stepsElsewhere()).toContain("read");
	},
);

test("after a build that did not end by itself, others do even what is little", async () => {
	await write({ "rides/1.gpx": seededRide(1) });
	await mkdir(join(folder, "work", "scratch"), { recursive: true });
	expect(await stepsElsewhere()).toContain("read");
	await write({ "rides/2.gpx": seededRide(2) });
	expect(await stepsElsewhere()).toEqual([]);
});

async function flights(): Promise<Buffer> {
	const path = join(folder, "flights.parquet");
	const instance = await DuckDBInstance.create();
	const connection = await instance.connect();
	await connection.run(
		`COPY (SELECT TIMESTAMP '2001-01-01' + to_minutes(range) AS date, range AS delay,
			range AS distance, 'AAA' AS origin, 'BBB' AS destination FROM range(20))
		TO ${literal(path)} (FORMAT parquet)`,
	);
	connection.closeSync();
	instance.closeSync();
	return readFile(path);
}
