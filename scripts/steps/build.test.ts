import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
	mkdir,
	readdir,
	readFile,
	rm,
	symlink,
	writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHasher } from "../../src/lib/bytes/hash.ts";
import {
	type Catalog,
	type ManifestBlock,
	parseCatalog,
} from "../../src/lib/catalog/catalog.ts";
import { tableContract } from "../../src/lib/catalog/tables.ts";
import { randomFrom } from "../../src/lib/random.ts";
import { literal } from "../../src/lib/sql/literal.ts";
import {
	build,
	queryLake,
	temporaryFolder,
	writeAll,
} from "../../tests/support/building.ts";
import { missingSharedData } from "../../tests/support/shared-data.ts";

const SCRIPT = fileURLToPath(new URL("../build-data.mjs", import.meta.url));

/** A ride of some points around a town, as a GPX file. */
function ride(seed: number, points = 200): string {
	const random = randomFrom(seed);
	let [latitude, longitude] = [48.1 + random() / 50, 11.5 + random() / 50];
	const start = Date.UTC(2023, 0, 1 + seed, 6);
	const samples = Array.from({ length: points }, (_, index) => {
		latitude += (random() - 0.5) / 2000;
		longitude += (random() - 0.5) / 2000;
		return `<trkpt lat="${latitude}" lon="${longitude}"><ele>${500 + random() * 9}</ele><time>${new Date(start + index * 5000).toISOString()}</time></trkpt>`;
	});
	return `<?xml version="1.0"?><gpx version="1.1"><trk><name>Ride ${seed}</name><trkseg>${samples.join("\n")}</trkseg></trk></gpx>`;
}

/** Something of every dataset, good and bad. */
function input(): Record<string, string> {
	const files: Record<string, string> = {
		"lakeside.json": JSON.stringify({
			title: "Our lake",
			datasets: { rides: { licence: "CC0-1.0", synthetic: true } },
		}),
		"rides/bad.gpx": "<gpx>",
		"posts/a.jsonl": Array.from(
			{ length: 50 },
			(_, index) =>
				`{"id_str":"${index}","created_at":"Sun Aug 31 00:29:${String(index).padStart(2, "0")} +0000 2014","text":"see #Tag${index % 7}","entities":{"hashtags":[{"text":"Tag${index % 7}"}]},"user":{"screen_name":"one"}}\n`,
		).join(""),
		"weather/garden, the back/2020.csv": `time,temperature [°C],station\n${Array.from({ length: 100 }, (_, hour) => `2020-01-${String(1 + Math.floor(hour / 24)).padStart(2, "0")} ${String(hour % 24).padStart(2, "0")}:00:00,${hour / 7},"Garden/50% ü"\n`).join("")}`,
	};
	for (let seed = 0; seed < 12; seed++)
		files[`rides/${seed % 3}/${seed}.gpx`] = ride(seed);
	return files;
}

/** SHA-256 of each file below a folder, by path. */
async function contentOf(folder: string): Promise<Record<string, string>> {
	const entries = await readdir(folder, {
		recursive: true,
		withFileTypes: true,
	});
	const files = entries
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
	return Object.fromEntries(
		await Promise.all(
			files.map(async (file) => [
				file.slice(folder.length + 1),
				createHash("sha256")
					.update(await readFile(file))
					.digest("hex"),
			]),
		),
	);
}

async function catalogOf(lake: string): Promise<Catalog> {
	return parseCatalog(await readFile(join(lake, "catalog.json"), "utf8"));
}

let folder: string;
let remove: () => Promise<void>;
let lake: string;

beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
	lake = join(folder, "lake");
	await writeAll(join(folder, "input"), input());
	await build({ input: join(folder, "input"), out: lake });
});
afterAll(() => remove());

describe("two builds of the same input", () => {
	test("are equal byte for byte, whatever the order of files, the number of processes and the names of folders above", async () => {
		const other = join(folder, "level=3", "station=7", "[1]*?");
		await writeAll(
			join(other, "input"),
			Object.fromEntries(Object.entries(input()).reverse()),
		);
		await build({
			input: join(other, "input"),
			out: join(other, "lake"),
			processes: 5,
		});
		await build({
			input: join(other, "input"),
			out: join(other, "single"),
			processes: 1,
		});
		const expected = await contentOf(lake);
		expect(Object.keys(expected).length).toBeGreaterThan(20);
		expect(await contentOf(join(other, "lake"))).toEqual(expected);
		expect(await contentOf(join(other, "single"))).toEqual(expected);
	});

	test("leave the lake as it is, and no scratch file", async () => {
		const before = await contentOf(lake);
		await build({ input: join(folder, "input"), out: lake });
		expect(await contentOf(lake)).toEqual(before);
		expect(Object.keys(before).filter((path) => path.startsWith("."))).toEqual(
			[],
		);
	});
});

describe("the catalog", () => {
	test("says the truth about every file, row group, chunk, bound and checksum", async () => {
		const hash = await openHasher();
		const instance = await DuckDBInstance.create(":memory:");
		const connection = await instance.connect();
		const catalog = await catalogOf(lake);
		let chunksSeen = 0;
		for (const table of catalog.tables) {
			const manifest = await readFile(join(lake, table.manifest.path));
			expect(manifest.length).toBe(table.manifest.bytes);
			const own = table.columns.filter(
				({ name }) => !table.partitionKeys.includes(name),
			);
			const totals = { rows: 0, files: 0, rowGroups: 0, bytes: 0 };
			for (const reference of table.manifest.blocks) {
				const { startByte, byteLength, checksum } = reference;
				const bytes = manifest.subarray(startByte, startByte + byteLength);
				expect(hash(bytes)).toBe(checksum);
				const block = JSON.parse(gunzipSync(bytes).toString()) as ManifestBlock;
				for (const file of block.files) {
					const path = join(lake, decodeURIComponent(file.path));
					const content = await readFile(path);
					expect(content.length).toBe(file.bytes);
					expect(hash(content.subarray(file.tailStart))).toBe(
						file.tailChecksum,
					);
					expect(path).toContain(
						createHash("sha256").update(content).digest("hex").slice(0, 16),
					);
					totals.files++;
					totals.bytes += content.length;
					let firstRow = 0;
					for (const group of file.rowGroups) {
						totals.rowGroups++;
						totals.rows += group.rows;
						expect(group.chunks).toHaveLength(own.length);
						for (const [index, chunk] of group.chunks.entries()) {
							const [start, length, sum, min, max, nulls] = chunk;
							const name = `"${own[index]?.name}"`;
							expect(hash(content.subarray(start, start + length))).toBe(sum);
							const reader = await connection.runAndReadAll(
								`SELECT min(${name})::VARCHAR, max(${name})::VARCHAR, count(*) - count(${name})
								FROM (FROM read_parquet(${literal(path)}, file_row_number = true)
									WHERE file_row_number >= ${firstRow} AND file_row_number < ${firstRow + group.rows})`,
							);
							const [truth] = reader.getRowsJson();
							if (min !== null || max !== null)
								expect([min, max, String(nulls)]).toEqual(truth);
							else expect(String(nulls)).toBe(truth?.[2]);
							chunksSeen++;
						}
						firstRow += group.rows;
					}
				}
			}
			const { rows, files, rowGroups, bytes } = table;
			expect({ rows, files, rowGroups, bytes }).toEqual(totals);
		}
		expect(chunksSeen).toBeGreaterThan(80);
		connection.closeSync();
		instance.closeSync();
	});

	test("names partitions as they are, and their folders as they stand in a URL", async () => {
		const { tables } = await catalogOf(lake);
		const readings = tables.find(({ name }) => name === "readings");
		expect(readings?.manifest.blocks[0]?.bounds.station).toEqual({
			min: "Garden/50% ü",
			max: "Garden/50% ü",
			hasNull: false,
		});
		const rows = await queryLake(
			lake,
			(table) => `SELECT DISTINCT station FROM ${table("readings")}`,
		);
		expect(rows).toEqual([{ station: "Garden/50% ü" }]);
	});

	test("takes the publisher's words, and the definition's for the rest", async () => {
		const catalog = await catalogOf(lake);
		expect(catalog.title).toBe("Our lake");
		expect(catalog.datasets.map(({ name }) => name)).toEqual([
			"rides",
			"posts",
			"weather",
			"rejects",
		]);
		expect(catalog.datasets[0]).toMatchObject({
			licence: "CC0-1.0",
			synthetic: true,
			title: "Rides",
		});
	});

	test("says where the lines of rides break, as the build was told", async () => {
		await writeAll(join(folder, "gaps"), {
			"rides/1.gpx": ride(1),
			"posts/a.csv": "id,created_at,text\n1,2024-01-01T00:00:00Z,#a\n",
		});
		const lineBreaks = { maxGapSeconds: 900, maxGapMeters: 12.5 };
		const out = join(folder, "gaps-lake");
		await build({ input: join(folder, "gaps"), out, ...lineBreaks });
		const { datasets } = await catalogOf(out);
		expect(datasets.map((dataset) => dataset.lineBreaks)).toEqual([
			lineBreaks,
			undefined,
			undefined,
		]);
		expect((await catalogOf(lake)).datasets[0]?.lineBreaks).toEqual({
			maxGapSeconds: 300,
			maxGapMeters: 1000,
		});
	});

	test("opens the map where the rides are", async () => {
		const [dataset] = (await catalogOf(lake)).datasets;
		const [longitude = 0, latitude = 0] = dataset?.startView?.center ?? [];
		expect(Math.hypot(longitude - 11.51, latitude - 48.11)).toBeLessThan(0.05);
		expect(dataset?.startView?.zoom).toBeGreaterThan(10);
	});
});

describe("a native DuckDB", () => {
	test("reads every table as it stands, typed as the contract says", async () => {
		for (const { name, rows } of (await catalogOf(lake)).tables) {
			const contract = tableContract(name);
			const described = await queryLake(
				lake,
				(table) => `DESCRIBE FROM ${table(name)}`,
			);
			const types = Object.fromEntries(
				described.map((row) => [row.column_name, row.column_type]),
			);
			for (const column of contract.columns)
				expect(types[column.name], `${name}.${column.name}`).toBe(
					// Hive values are text in a path; DuckDB makes whole numbers of it BIGINT.
					contract.partitionKeys.includes(column.name) &&
						column.type === "INTEGER"
						? "BIGINT"
						: column.type,
				);
			const [count] = await queryLake(
				lake,
				(table) => `SELECT count(*)::INTEGER AS rows FROM ${table(name)}`,
			);
			expect(count?.rows).toBe(rows);
		}
	});

	test("finds each roll-up equal to its own query over the tables", async () => {
		const { rollups } = await catalogOf(lake);
		expect(rollups.length).toBe(7);
		const instance = await DuckDBInstance.create(":memory:");
		const connection = await instance.connect();
		for (const { name } of (await catalogOf(lake)).tables)
			await connection.run(
				`CREATE VIEW ${name} AS FROM read_parquet(${literal(`${lake}/${name}/**/*.parquet`)}, hive_partitioning = true)`,
			);
		for (const rollup of rollups) {
			const names = rollup.columns.map(({ name }) => `"${name}"`);
			const file = `read_parquet(${literal(join(lake, rollup.path))})`;
			const reader = await connection.runAndReadAll(
				`SELECT (SELECT count(*) FROM ${file}) AS rows, count(*) AS differences FROM (
					(SELECT ${names} FROM ${file} EXCEPT ALL SELECT ${names} FROM (${rollup.sql}))
					UNION ALL
					(SELECT ${names} FROM (${rollup.sql}) EXCEPT ALL SELECT ${names} FROM ${file}))`,
			);
			expect(reader.getRowsJson()[0], rollup.name).toEqual([
				String(rollup.rows),
				"0",
			]);
		}
		connection.closeSync();
		instance.closeSync();
	});
});

describe("a new build", () => {
	test("keeps the files of the publication before it, and none older", async () => {
		const out = join(folder, "generations");
		const at = join(folder, "generations-input");
		const namesAfter = async (seed: number) => {
			await writeAll(at, { [`rides/${seed}.gpx`]: ride(seed) });
			await build({ input: at, out });
			return Object.keys(await contentOf(out)).filter((path) =>
				path.startsWith("rides/"),
			);
		};
		const [first] = await namesAfter(1);
		const second = await namesAfter(2);
		const third = await namesAfter(3);
		expect(second).toHaveLength(2);
		expect(second).toContain(first);
		expect(third).toHaveLength(2);
		expect(third).not.toContain(first);
	});

	test("that is killed leaves the lake of before whole, and the next one cleans up", async () => {
		const at = join(folder, "killed-input");
		const out = join(folder, "killed");
		await writeAll(at, { "rides/first.gpx": ride(1) });
		await build({ input: at, out });
		const before = await contentOf(out);
		for (let seed = 2; seed < 60; seed++)
			await writeAll(at, { [`rides/${seed}.gpx`]: ride(seed, 2000) });
		for (const milliseconds of [300, 700, 1000, 1300, 1600, 1900]) {
			// In a group of its own, with all processes that it starts.
			const child = spawn(
				process.execPath,
				[SCRIPT, "--input", at, "--out", out],
				{ stdio: "ignore", detached: true },
			);
			const ended = new Promise((resolve) => child.on("exit", resolve));
			await new Promise((resolve) => setTimeout(resolve, milliseconds));
			if (child.exitCode === null) process.kill(-Number(child.pid), "SIGKILL");
			await ended;
			const after = await contentOf(out);
			if (after["catalog.json"] !== before["catalog.json"]) break;
			expect(after).toMatchObject(before);
		}
		const report = await build({ input: at, out });
		expect(report.tables.find(({ name }) => name === "rides")?.rows).toBe(59);
		const fresh = join(folder, "killed-fresh");
		await build({ input: at, out: fresh });
		const names = Object.keys(await contentOf(out));
		expect(names).toEqual(
			expect.arrayContaining(Object.keys(await contentOf(fresh))),
		);
		expect(names.filter((path) => path.startsWith("."))).toEqual([]);
	});

	test("publishes nothing where nothing can be used, and says why", async () => {
		const at = join(folder, "useless-input");
		const out = join(folder, "useless");
		await writeAll(at, { "rides/a.gpx": "<gpx>", "posts/b.jsonl": "{" });
		const report = await build({ input: at, out });
		expect(report.exitCode).toBe(2);
		expect(report.version).toBeNull();
		expect(report.rejects.map(({ file }) => file)).toEqual([
			"posts/b.jsonl",
			"rides/a.gpx",
		]);
		expect(await readdir(out)).toEqual([]);
	});

	test("with an empty folder publishes nothing either", async () => {
		const at = join(folder, "empty-input");
		await mkdir(at);
		const report = await build({ input: at, out: join(folder, "empty") });
		expect(report.exitCode).toBe(2);
		expect(report.rejects).toEqual([]);
	});

	test("carries on where one dataset has nothing to give", async () => {
		const at = join(folder, "half-input");
		const out = join(folder, "half");
		await writeAll(at, {
			"rides/a.gpx": "<gpx>",
			"posts/b.jsonl": "{",
			"weather/c.csv": "time,t\n2020-01-01T00:00:00Z,1\n",
		});
		const report = await build({ input: at, out });
		expect(report.exitCode).toBe(1);
		const rows = report.tables.map(({ name, rows, files }) => [
			name,
			rows,
			files,
		]);
		expect(rows).toEqual([
			["rides", 0, 0],
			["ride_points", 0, 0],
			["ride_cells", 0, 0],
			["posts", 0, 0],
			["post_tags", 0, 0],
			["readings", 1, 1],
			["rejects", 2, 1],
		]);
	});

	test("reads neither the lake that lies in its input nor what macOS puts beside files", async () => {
		const at = join(folder, "own-input");
		await writeAll(at, {
			"rides/a.gpx": ride(1),
			"rides/._a.gpx": "\0\u0005",
			"rides/__MACOSX/a.gpx": ride(2),
			"flights/readme.txt": "none",
		});
		const options = {
			input: at,
			out: join(at, "flights", "lake"),
			work: join(at, "rides", "work"),
		};
		const reports = [await build(options), await build(options)];
		for (const report of reports) {
			expect(report.exitCode).toBe(0);
			expect(report.ignored).toEqual([
				{ path: "flights/lake/", reason: "the lake" },
				{ path: "flights/readme.txt", reason: "another kind of file" },
				{ path: "rides/._a.gpx", reason: "another kind of file" },
				{ path: "rides/__MACOSX/a.gpx", reason: "another kind of file" },
				{ path: "rides/work/", reason: "what builds leave to the next" },
			]);
		}
		expect(reports[0]?.version).toBe(reports[1]?.version);
	});

	test("finds files through symbolic links, in circles and to nothing", async () => {
		const at = join(folder, "linked-input");
		const away = join(folder, "away");
		await writeAll(away, { "deep/one.gpx": ride(1), "two.gpx": ride(2) });
		await mkdir(join(at, "rides"), { recursive: true });
		await symlink(join(away, "deep"), join(at, "rides", "folder"));
		await symlink(join(away, "two.gpx"), join(at, "rides", "file.gpx"));
		await symlink(at, join(at, "rides", "circle"));
		await symlink(join(away, "gone.gpx"), join(at, "rides", "gone.gpx"));
		const report = await build({ input: at, out: join(folder, "linked") });
		expect(report.exitCode).toBe(0);
		expect(report.tables[0]).toMatchObject({ name: "rides", rows: 2 });
		expect(report.ignored).toEqual([
			{ path: "rides/circle/", reason: "a folder already read" },
			{ path: "rides/gone.gpx", reason: "a link to nothing" },
		]);
	});
});

describe("npm run data", () => {
	const run = (...args: string[]) =>
		new Promise<{ code: number | null; stdout: string; stderr: string }>(
			(resolve) => {
				const child = spawn(process.execPath, [SCRIPT, ...args]);
				const output = { stdout: "", stderr: "" };
				child.stdout.on("data", (text) => {
					output.stdout += text;
				});
				child.stderr.on("data", (text) => {
					output.stderr += text;
				});
				child.on("close", (code) => resolve({ code, ...output }));
			},
		);

	test("prints one JSON object for programs, and its exit code tells of rejects", async () => {
		const { code, stdout } = await run(
			"--input",
			join(folder, "input"),
			"--out",
			join(folder, "printed"),
			"--json",
		);
		expect(code).toBe(1);
		const report = JSON.parse(stdout);
		expect(report).toMatchObject({ exitCode: 1, rejected: 1 });
		expect(report.rejects).toMatchObject([
			{ dataset: "rides", file: "rides/bad.gpx", line: 1 },
		]);
	});

	test("prints for people what it found, rejected and made", async () => {
		const { code, stdout } = await run(
			"--input",
			join(folder, "input"),
			"--out",
			join(folder, "printed"),
		);
		expect(code).toBe(1);
		expect(stdout).toMatch(/rides +13 files, 1 rejected/);
		expect(stdout).toMatch(/rides\/bad\.gpx:1: the file ends in the middle/);
		expect(stdout).toMatch(/ride_points +2,400 rows/);
	});

	test("refuses what it does not know before it touches anything", async () => {
		const cases = [
			["--inptu", "x"],
			["--input", join(folder, "not-there")],
			["--input", join(folder, "input"), "--max-gap-seconds", "soon"],
			["stray"],
		];
		for (const args of cases) {
			const { code, stderr } = await run(...args);
			expect([args, code]).toEqual([args, 2]);
			expect(stderr).toContain("npm run data");
		}
	});

	test("says where the lake cannot be written, and writes nothing into the input", async () => {
		const at = join(folder, "output-input");
		await writeAll(at, input());
		await writeFile(join(folder, "a-file"), "");
		const before = await contentOf(at);
		for (const out of [at, join(folder, "a-file", "lake"), "/proc/lake"]) {
			const { code, stdout, stderr } = await run("--input", at, "--out", out);
			expect(code).toBe(2);
			expect(stdout).toBe("");
			expect(stderr).toMatch(/^the lake cannot be written [^\n]*\n$/);
		}
		expect(await contentOf(at)).toEqual(before);
	});

	test("names the place where the settings are wrong", async () => {
		const at = join(folder, "settings-input");
		await mkdir(at);
		await writeFile(
			join(at, "lakeside.json"),
			'{"datasets":{"rides":{"synthetic":"yes"}}}',
		);
		const { code, stderr } = await run("--input", at, "--out", join(at, "out"));
		expect(code).toBe(2);
		expect(stderr.trim()).toBe(
			'lakeside.json: datasets.rides.synthetic must be true, false or "partly", not "yes"',
		);
	});
});

test.skipIf(missingSharedData !== null)(
	"on the real data the answers are known",
	async () => {
		const out = join(folder, "shared");
		const report = await build({
			input: fileURLToPath(new URL("../../../shared/data", import.meta.url)),
			out,
		});
		const rows = Object.fromEntries(
			report.tables.map((table) => [table.name, table.rows]),
		);
		expect(rows).toMatchObject({
			rides: 24,
			ride_points: 6000,
			posts: 1620,
			post_tags: 309,
		});
		expect(report.ignored).toContainEqual({
			path: "rides/geolife_sample.txt.gz",
			reason: "another kind of file",
		});
		const [undated] = await queryLake(
			out,
			(table) =>
				`SELECT count(*)::INTEGER AS rides FROM ${table("rides")} WHERE started_at IS NULL`,
		);
		expect(undated).toEqual({ rides: 1 });
		await rm(out, { recursive: true });
	},
);

test("equal files of two stations are two stations' readings, and of one folder the same twice", async () => {
	const at = join(folder, "twins-input");
	const readings = "time,t\n2020-01-01T00:00:00Z,1\n2020-01-02T00:00:00Z,2\n";
	await writeAll(at, {
		"weather/garden/01.csv": readings,
		"weather/roof/01.csv": readings,
		"weather/roof/again.csv": readings,
	});
	const out = join(folder, "twins");
	const report = await build({ input: at, out });
	expect(report.exitCode).toBe(0);
	expect(report.datasets[0]?.balance).toEqual({
		unit: "readings",
		read: 6,
		kept: 4,
		rejected: 0,
		duplicates: 2,
	});
	expect(
		await queryLake(
			out,
			(table) =>
				`SELECT station, count(*)::INTEGER AS rows FROM ${table("readings")} GROUP BY station ORDER BY station`,
		),
	).toEqual([
		{ station: "garden", rows: 2 },
		{ station: "roof", rows: 2 },
	]);
});
