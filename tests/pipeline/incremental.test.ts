import {
	readdir,
	readFile,
	rename,
	rm,
	utimes,
	writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import type { BalanceReport } from "../../scripts/steps/report.ts";
import { readState } from "../../scripts/steps/state.ts";
import { FolderStore } from "../../scripts/storage/folder-store.ts";
import { randomFrom } from "../../src/lib/random.ts";
import { build, queryLake, writeAll } from "../support/building.ts";
import { freshLake } from "../support/fresh-lake.ts";
import {
	seededPosts,
	seededReadings,
	seededRide,
} from "../support/seeded-input.ts";
import { shuffled } from "../support/shuffled.ts";
import { testFolder } from "../support/test-folder.ts";
import {
	unnamedWork,
	type WholeLake,
	wholeLake,
} from "../support/whole-lake.ts";

/** Another one with `LAKESIDE_SEED=…`. */
const SEED = Number(process.env.LAKESIDE_SEED ?? 1);
const RIDES = 24;

const folder = testFolder();

function firstInput(): Record<string, string> {
	const files: Record<string, string> = {
		"rides/broken.gpx": "<gpx>",
		"posts/2014-08.jsonl": seededPosts(0, 80),
		"posts/2014-09.jsonl": seededPosts(80, 80),
		"weather/hill/2020.csv": seededReadings("hill", 0, 90),
		"weather/lake/2020.csv": seededReadings("lake", 0, 90),
	};
	for (let seed = 0; seed < RIDES; seed++)
		files[`rides/${seed % 4}/${seed}.gpx`] = seededRide(seed);
	return files;
}

interface Edit {
	readonly name: string;
	/** What is written anew, by tables and partitions, besides the rejects. */
	readonly writes: readonly string[];
	make(input: string, random: () => number): Promise<unknown>;
}

const RIDE_TABLES = ["rides", "ride_points", "ride_cells"];
const POST_TABLES = ["posts", "post_tags"];

const ridePath = (seed: number) => `rides/${seed % 4}/${seed}.gpx`;
const anyRide = (random: () => number, from: number, to: number) =>
	from + Math.floor(random() * (to - from));

/** Each may be made once, in any order. */
const EDITS: readonly Edit[] = [
	{
		name: "a ride comes",
		writes: RIDE_TABLES,
		make: (input) => writeAll(input, { "rides/0/new.gpx": seededRide(100) }),
	},
	{
		name: "a ride changes",
		writes: RIDE_TABLES,
		make: (input, random) =>
			writeAll(input, {
				[ridePath(anyRide(random, 0, 6))]: seededRide(200, 30),
			}),
	},
	{
		name: "a ride is renamed",
		// The table names the file.
		writes: ["rides"],
		async make(input, random) {
			const path = join(input, ridePath(anyRide(random, 6, 12)));
			await rename(path, join(dirname(path), "renamed.gpx"));
		},
	},
	{
		name: "a ride goes",
		writes: RIDE_TABLES,
		make: (input, random) => rm(join(input, ridePath(anyRide(random, 12, 18)))),
	},
	{
		name: "a copy of a ride comes",
		writes: [],
		make: (input) => writeAll(input, { "rides/3/copy.gpx": seededRide(20) }),
	},
	{
		name: "a packed copy of a ride comes, before it by name",
		// It is the copy that counts.
		writes: RIDE_TABLES,
		make: (input) =>
			writeAll(input, { "rides/0.gpx.gz": gzipSync(seededRide(21)) }),
	},
	{
		name: "posts come",
		writes: POST_TABLES,
		make: (input) =>
			writeAll(input, { "posts/2014-10.jsonl": seededPosts(160, 50) }),
	},
	{
		name: "a second dump says something else of some posts",
		writes: POST_TABLES,
		make: (input) =>
			writeAll(input, { "posts/dump.jsonl": seededPosts(60, 40, "Edited") }),
	},
	{
		name: "a month of posts goes",
		writes: POST_TABLES,
		make: (input) => rm(join(input, "posts/2014-08.jsonl")),
	},
	{
		name: "a station comes",
		writes: ["readings/station=roof"],
		make: (input) =>
			writeAll(input, { "weather/roof.csv": seededReadings("roof", 0, 50) }),
	},
	{
		name: "readings conflict with those of another file",
		writes: ["readings/station=lake"],
		make: (input) =>
			writeAll(input, {
				"weather/lake/again.csv": seededReadings("lake", 40, 80, 3),
			}),
	},
	{
		name: "the folder of a station is renamed, and not the station",
		// Where readings conflict, their files are named.
		writes: ["readings/station=hill"],
		make: (input) =>
			rename(join(input, "weather/hill"), join(input, "weather/mountain")),
	},
];

describe(`a lake after edits (seed ${SEED})`, () => {
	const random = randomFrom(SEED);
	const edits = shuffled(EDITS, random);
	let input: string;
	let out: string;
	let work: string;
	let before: WholeLake;
	const lake = () => new FolderStore(out);

	beforeAll(async () => {
		input = join(folder.path, "input");
		out = join(folder.path, "lake");
		work = join(folder.path, "work");
		await writeAll(input, firstInput());
		expectBalance(await build({ input, out, work, processes: 1 }));
		before = await wholeLake(lake());
	});

	for (const [index, edit] of edits.entries())
		test(`${index + 1}: ${edit.name}`, { retry: 0 }, async () => {
			await edit.make(input, random);
			const pieces = await piecesOf(work);
			const report = await build({ input, out, work, processes: 1 });
			expectBalance(report);
			expect(report.unchanged).toBe(false);
			const after = await wholeLake(lake());
			before = after;

			const fresh = await freshLake(input);
			expect(after.hashes).toEqual(fresh.hashes);
			expect(report.rejects).toEqual(fresh.report.rejects);
			expect(report.datasets).toEqual(fresh.report.datasets);

			const written = [...(await piecesOf(work))].flatMap(([id, place]) =>
				pieces.has(id) ? [] : [place],
			);
			expect([...new Set(written)].sort()).toEqual(edit.writes.toSorted());
			// To read, compare, write by table, aggregate; with the rejects.
			expect(report.jobs.done).toBeLessThanOrEqual(7);
			const former = await wholeLake(lake(), "catalog.previous.json");
			expect(await filesThere(out)).toEqual(
				[...new Set([...named(former), ...named(after)])].sort(),
			);
			expect(await unnamedWork(new FolderStore(join(work, "store")))).toEqual(
				[],
			);

			const again = await build({ input, out, work, processes: 1 });
			expect(again).toMatchObject({ unchanged: true, jobs: { done: 0 } });
			expect((await wholeLake(lake())).hashes).toEqual(after.hashes);
		});

	test("a dataset whose files are all gone leaves the catalog, and comes back the same", {
		retry: 0,
	}, async () => {
		await rename(join(input, "weather"), join(folder.path, "put-aside"));
		await build({ input, out, work, processes: 1 });
		const without = await wholeLake(lake());
		expect(without.catalog.datasets.map(({ name }) => name)).toEqual([
			"rides",
			"posts",
			"rejects",
		]);
		expect(
			Object.keys(without.hashes).filter((key) => key.includes("reading")),
		).toEqual([]);
		await rename(join(folder.path, "put-aside"), join(input, "weather"));
		await build({ input, out, work, processes: 1 });
		expect((await wholeLake(lake())).hashes).toEqual(before.hashes);
	});
});

test("the order in which files arrive, their times and the number of processes do not matter", {
	retry: 0,
}, async () => {
	const files = {
		...firstInput(),
		"posts/dump.jsonl": seededPosts(60, 40, "Edited"),
		"weather/lake/again.csv": seededReadings("lake", 40, 80, 3),
		"rides/copy.gpx.gz": gzipSync(seededRide(3)),
	};
	const random = randomFrom(SEED);
	const orders = [1, 3].map((processes) => ({
		processes,
		names: shuffled(Object.keys(files), random),
	}));
	const lakes: WholeLake[] = [];
	for (const { processes, names } of orders) {
		const at = join(folder.path, `arrived-${processes}`);
		const input = join(at, "input");
		// In two parts, with a build after each.
		for (const part of [names.slice(0, names.length / 2), names]) {
			for (const name of part) {
				await writeAll(input, { [name]: files[name as keyof typeof files] });
				const time = random() * 1e9;
				await utimes(join(input, name), time, time);
			}
			await build({ input, out: join(at, "lake"), processes });
		}
		lakes.push(await wholeLake(new FolderStore(join(at, "lake"))));
	}
	for (const { hashes } of lakes) expect(hashes).toEqual(lakes[0]?.hashes);
});

test("a piece that grows is made of what the lake has of it, and never of what is damaged", {
	retry: 0,
}, async () => {
	const input = join(folder.path, "growing-input");
	const options = { input, out: join(folder.path, "growing"), processes: 1 };
	for (const seed of [0, 1, 2])
		await writeAll(input, { [`rides/${seed}.gpx`]: seededRide(seed) });
	await build(options);
	const lake = new FolderStore(options.out);
	const before = await wholeLake(lake);
	const [piece] = before.files.get("ride_points") ?? [];
	const path = piece?.path as string;
	const file = join(options.out, path);
	const bytes = await readFile(file);
	const half = Math.floor(bytes.length / 2);
	await writeFile(file, bytes.with(half, 255 - (bytes[half] as number)));
	await writeAll(input, { "rides/new.gpx": seededRide(3) });
	await expect(build(options)).rejects.toThrow(
		`${path} in the lake is not what was written there: remove it`,
	);
	await rm(file);
	await build(options);
	const after = await wholeLake(lake);
	expect(after.hashes).toEqual((await freshLake(input)).hashes);
});

test("versions of readings that come one after the other, the newer first or at once give the same", {
	retry: 0,
}, async () => {
	const revised = (edition: number) => ({
		[`weather/hill/${edition}.csv`]: seededReadings("hill", 0, 900, edition)
			.replace("station\n", "station,revision\n")
			.replaceAll(/hill$/gm, `hill,${edition}`),
	});
	const deliveries = [[1, 2], [2, 1], []];
	const lakes: WholeLake[] = [];
	for (const [index, editions] of deliveries.entries()) {
		const at = join(folder.path, `revised-${index}`);
		const input = join(at, "input");
		const lake = join(at, "lake");
		for (const edition of editions) {
			await writeAll(input, revised(edition));
			await build({ input, out: lake, keep: 1, processes: 1 });
		}
		await writeAll(input, { ...revised(2), ...revised(1) });
		const report = await build({ input, out: lake, keep: 1, processes: 1 });
		expectBalance(report);
		expect(report.rejects.length).toBe(Math.ceil(900 / 7));
		expect(new Set(report.rejects.map(({ file }) => file))).toEqual(
			new Set(["weather/hill/1.csv"]),
		);
		const values = await queryLake(
			lake,
			(table) => `SELECT count(*)::INTEGER AS readings,
				count(*) FILTER (value <> (hour % 40) / 4 + if(hour % 7 = 0, 2, 0))::INTEGER AS wrong
			FROM (SELECT value, date_diff('hour', TIMESTAMP '2020-01-01', ts) AS hour FROM ${table("readings")})`,
		);
		expect(values).toEqual([{ readings: 900, wrong: 0 }]);
		lakes.push(await wholeLake(new FolderStore(lake)));
	}
	for (const { hashes } of lakes) expect(hashes).toEqual(lakes[0]?.hashes);
});

test("however often readings are revised, older versions are no faults that stop a dataset", {
	retry: 0,
}, async () => {
	const at = join(folder.path, "often-revised");
	const input = join(at, "input");
	for (let edition = 1; edition <= 5; edition++)
		await writeAll(input, {
			[`weather/hill/${edition}.csv`]: `time,t,revision\n${Array.from(
				{ length: 300 },
				(_, hour) =>
					`${new Date(Date.UTC(2020, 0, 1, hour)).toISOString()},${edition},${edition}\n`,
			).join("")}`,
		});
	const report = await build({ input, out: join(at, "lake"), processes: 1 });
	expectBalance(report);
	const [{ stopped, balance } = { stopped: "", balance: null }] =
		report.datasets;
	expect(stopped).toBeNull();
	expect(balance).toMatchObject({ read: 1500, kept: 300, rejected: 1200 });
});

test("as many publications stay as are to be kept, and no older file", {
	retry: 0,
}, async () => {
	const input = join(folder.path, "kept-input");
	const out = join(folder.path, "kept");
	const lake = new FolderStore(out);
	const lakes: WholeLake[] = [];
	for (let round = 0; round < 4; round++) {
		await writeAll(input, {
			"weather/lake.csv": seededReadings("lake", 0, 50 + round),
		});
		await build({ input, out, keep: 3, processes: 1 });
		lakes.unshift(await wholeLake(lake));
		const keys = [
			"catalog.json",
			"catalog.previous.json",
			"catalog.previous.2.json",
		].slice(0, lakes.length);
		const expected = new Set<string>(keys);
		for (const [age, key] of keys.entries()) {
			const found = await wholeLake(lake, key);
			expect(found.catalog).toEqual(lakes[age]?.catalog);
			for (const name of named(found)) expected.add(name);
		}
		expect(await filesThere(out)).toEqual(
			[...expected]
				.filter((key) => keys.includes(key) || !isCatalog(key))
				.sort(),
		);
	}
});

function isCatalog(key: string): boolean {
	return key.startsWith("catalog");
}

function expectBalance(report: {
	readonly datasets: readonly { readonly balance: BalanceReport }[];
}): void {
	expect(report.datasets.length).toBeGreaterThan(0);
	for (const { balance } of report.datasets) {
		const { read, kept, rejected, duplicates } = balance;
		expect(read).toBe(kept + rejected + duplicates);
		expect(read).toBeGreaterThan(0);
	}
}

function named({ hashes }: WholeLake): string[] {
	return Object.keys(hashes);
}

/** The tables and partitions of all pieces but the rejects', by the pieces' ids; levels are one place. */
async function piecesOf(work: string): Promise<Map<string, string>> {
	const state = await readState(new FolderStore(join(work, "store")));
	return new Map(
		Object.values(state?.pieces ?? {}).flatMap(({ id, dataset, files }) => {
			const place = dirname(String(files[0]?.path)).replace(/\/level=\d+$/, "");
			return dataset === "rejects" ? [] : [[id, place] as const];
		}),
	);
}

/** All files below a folder, hidden ones too, sorted. */
async function filesThere(at: string): Promise<string[]> {
	const entries = await readdir(at, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(at.length + 1))
		.sort();
}
