import { mkdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { datasetNamed } from "../../scripts/datasets/registry.ts";
import { placesOf } from "../../scripts/steps/places.ts";
import { FolderStore } from "../../scripts/storage/folder-store.ts";
import { build, writeAll } from "../support/building.ts";
import { freshLake } from "../support/fresh-lake.ts";
import {
	seededPosts,
	seededReadings,
	seededRide,
} from "../support/seeded-input.ts";
import { smallDisk } from "../support/small-disk.ts";
import { testFolder } from "../support/test-folder.ts";
import { countNatively, countsOf, wholeLake } from "../support/whole-lake.ts";

const folder = testFolder();

const lakeAt = (out: string) => wholeLake(new FolderStore(out));

describe("a dataset of which too much is rejected", () => {
	const conflicts = {
		"weather/again.csv": seededReadings("lake", 0, 150, 5),
		"weather/lake.csv": seededReadings("lake", 0, 150),
		"weather/other.csv": seededReadings("lake", 0, 150, 9),
	};
	const stop = { maxRejected: 0.1, processes: 1 };

	test("stays as it was, and the others go on", async () => {
		const input = join(folder.path, "stopped-input");
		const out = join(folder.path, "stopped");
		const weather = async () => {
			const { catalog, hashes } = await lakeAt(out);
			const isOf = (entry: { dataset: string }) => entry.dataset === "weather";
			return [
				catalog.tables.filter(isOf),
				catalog.rollups.filter(isOf),
				Object.entries(hashes).filter(([key]) => key.includes("readings")),
			];
		};
		await writeAll(input, {
			"weather/lake.csv": conflicts["weather/lake.csv"],
			"rides/1.gpx": seededRide(1),
		});
		await build({ input, out, ...stop });
		const before = await weather();

		// Twice, so that nothing of it is collected as too old.
		for (const [round, seed] of [2, 3].entries()) {
			await writeAll(input, {
				...conflicts,
				[`rides/${seed}.gpx`]: seededRide(seed),
			});
			const report = await build({ input, out, ...stop });
			expect(report.exitCode).toBe(1);
			const [rides, stopped] = report.datasets;
			expect(rides?.stopped).toBeNull();
			expect(stopped?.stopped).toContain("--max-rejected");
			expect(report.rejects.map(({ dataset }) => dataset)).toContain("weather");
			expect(report.tables[0]).toMatchObject({
				name: "rides",
				rows: round + 2,
			});
			expect(await weather()).toEqual(before);
			const again = await build({ input, out, ...stop });
			expect(again).toMatchObject({ unchanged: true, exitCode: 1 });
		}

		const allowed = { maxRejected: 1, processes: 1 };
		await build({ input, out, ...allowed });
		const fresh = join(folder.path, "stopped-fresh");
		await build({ input, out: fresh, ...allowed });
		expect((await lakeAt(out)).hashes).toEqual((await lakeAt(fresh)).hashes);
	});

	test("goes on as before once its bad file is gone, with all that was rejected then", async () => {
		const input = join(folder.path, "back-input");
		const out = join(folder.path, "back");
		const good = { "weather/lake.csv": conflicts["weather/lake.csv"] };
		const few = {
			...good,
			"weather/again.csv": seededReadings("lake", 0, 3, 5),
		};
		const rounds = [few, conflicts, few];
		const reports = [];
		for (const [round, weather] of rounds.entries()) {
			await rm(join(input, "weather"), { recursive: true, force: true });
			await writeAll(input, {
				...weather,
				[`rides/${round}.gpx`]: seededRide(round),
			});
			reports.push(await build({ input, out, ...stop }));
		}
		const [first, second, third] = reports;
		expect(second?.datasets[1]?.stopped).not.toBeNull();
		expect(third?.datasets[1]?.stopped).toBeNull();
		expect(first?.rejects.length).toBeGreaterThan(0);
		expect(third?.rejects).toEqual(first?.rejects);

		// What a piece has rejected is written anew where it is gone.
		const work = new FolderStore(placesOf({ out, work: `${out}.work` }).work);
		const gone = await Array.fromAsync(work.list("pieces/"));
		expect(gone.length).toBeGreaterThan(0);
		await work.remove(gone.map(({ key }) => key));
		await writeAll(input, { "rides/3.gpx": seededRide(3) });
		const last = await build({ input, out, ...stop });
		expect(last.rejects).toEqual(first?.rejects);
	});

	test("is left out where it was never published", async () => {
		const input = join(folder.path, "left-out-input");
		const out = join(folder.path, "left-out");
		await writeAll(input, { ...conflicts, "rides/1.gpx": seededRide(1) });
		const report = await build({ input, out, ...stop });
		expect(report.exitCode).toBe(1);
		const { catalog } = await lakeAt(out);
		expect(catalog.datasets.map(({ name }) => name)).toEqual([
			"rides",
			"rejects",
		]);
		expect(catalog.tables.map(({ name }) => name)).not.toContain("readings");
	});
});

describe("what is damaged without a sign", () => {
	test("is rejected, and the account of its records balances", async () => {
		const input = join(folder.path, "damaged-input");
		const posts = seededPosts(0, 400);
		const packed = gzipSync(posts);
		await writeAll(input, {
			"posts/first.jsonl": seededPosts(1000, 150),
			// A copy that ends between two deflate blocks, and one without its trailer.
			"posts/short.jsonl.gz": packed.subarray(0, packed.length >> 1),
			"posts/no-trailer.jsonl.gz": packed.subarray(0, -8),
			"posts/copy.jsonl": seededPosts(1000, 20),
			"posts/edited.jsonl": seededPosts(1100, 20, "Edited"),
			"posts/nulls.jsonl": '{"id_str":null,"text":null}\n'.repeat(5),
			"rides/cut.gpx": seededRide(1).slice(0, 2000),
			"rides/whole.gpx": seededRide(2),
			"weather/cut.csv.gz": gzipSync(seededReadings("hill", 0, 900)).subarray(
				0,
				-12,
			),
			"weather/nulls.csv": `time,temperature,station\n${"x,y,z\n".repeat(30)}`,
			"weather/whole.csv": seededReadings("lake", 0, 90),
		});
		const report = await build({
			input,
			out: join(folder.path, "damaged"),
			maxRejected: 1,
			processes: 1,
		});
		expect(report.exitCode).toBe(1);
		const rejected = new Set(report.rejects.map(({ file }) => file));
		expect([...rejected]).toEqual(
			expect.arrayContaining([
				"posts/no-trailer.jsonl.gz",
				"posts/nulls.jsonl",
				"posts/short.jsonl.gz",
				"rides/cut.gpx",
				"weather/cut.csv.gz",
				"weather/nulls.csv",
			]),
		);
		for (const file of rejected) expect(file).not.toContain("whole");
		const kept = Object.fromEntries(
			report.datasets.map(({ name, balance }) => [name, balance.kept]),
		);
		expect(kept).toEqual({ rides: 40, posts: 150, weather: 90 });
		for (const { balance } of report.datasets)
			expect(balance.read).toBe(
				balance.kept + balance.rejected + balance.duplicates,
			);
		// 20 copies, and the posts that another dump says otherwise.
		expect(report.datasets[1]?.balance.duplicates).toBe(20);
		const lake = await lakeAt(join(folder.path, "damaged"));
		expect(await countNatively(join(folder.path, "damaged"), lake)).toEqual(
			countsOf(lake),
		);
	});
});

describe("a definition that loses records", () => {
	const { balance } = datasetNamed("weather");
	const { kept } = balance;
	afterEach(() => Object.assign(balance, { kept }));

	test("is refused, and the lake of before stays", async () => {
		const input = join(folder.path, "lost-input");
		const out = join(folder.path, "lost");
		await writeAll(input, { "weather/a.csv": seededReadings("lake", 0, 30) });
		await build({ input, out, processes: 1 });
		const before = await lakeAt(out);
		await writeAll(input, { "weather/b.csv": seededReadings("lake", 20, 30) });
		Object.assign(balance, { kept: ["readings that nobody counts"] });
		await expect(build({ input, out, processes: 1 })).rejects.toThrow(
			"weather does not balance: 60 readings read are not 0 kept, 0 rejected and 10 duplicates",
		);
		expect(await lakeAt(out)).toEqual(before);
	});
});

describe("a disk that takes nothing for a whole build", () => {
	test.each(["lake", "work"])(
		"under the %s fails the build, says so, and leaves the lake of before",
		async (what) => {
			const disk = await smallDisk();
			if (disk === null) return;
			try {
				const input = join(folder.path, `locked-${what}-input`);
				const at = (part: string) =>
					join(
						part === what ? disk.path : folder.path,
						`locked-${what}-${part}`,
					);
				const options = {
					input,
					out: at("lake"),
					work: at("work"),
					processes: 1,
				};
				await writeAll(input, {
					"weather/a.csv": seededReadings("lake", 0, 30),
				});
				await build(options);
				const before = await lakeAt(options.out);
				await writeAll(input, { "rides/1.gpx": seededRide(1) });
				await disk.lock(true);
				const error = await build(options).catch((error) => error);
				expect(error).toBeInstanceOf(Error);
				expect(error.message).toContain(disk.path);
				expect(error.message).toContain("the disk is mounted read-only");
				expect(await lakeAt(options.out)).toEqual(before);

				await disk.lock(false);
				const report = await build(options);
				expect(report.tables.map(({ name }) => name)).toContain("rides");
				expect(report.jobs.reused).toBeGreaterThan(0);
			} finally {
				await disk.remove();
			}
		},
	);
});

describe("a full disk", () => {
	const FULL = /the disk is full|No space left on device/;

	test.each(["lake", "work"])(
		"under the %s fails the build, says so, and leaves the lake of before",
		async (what) => {
			const disk = await smallDisk();
			if (disk === null) return;
			try {
				await fill(what, disk.path);
			} finally {
				await disk.remove();
			}
		},
	);

	test("is told also where what was done cannot be removed", async () => {
		const disk = await smallDisk();
		if (disk === null) return;
		try {
			const input = join(folder.path, "full-stuck-input");
			const work = join(disk.path, "work");
			const options = { input, out: join(folder.path, "full-stuck"), work };
			await writeAll(input, { "weather/a.csv": seededReadings("lake", 0, 30) });
			await build({ ...options, processes: 1 });
			const [published = ""] = await recordsIn(work);
			await writeRides(input);
			const error = await build({
				...options,
				processes: 1,
				// A folder where a record was: reading it fails.
				onProgress: () => {
					const record = join(work, "store", published);
					rmSync(record, { recursive: true });
					mkdirSync(record);
				},
			}).catch((error) => error);
			expect(error.message).toMatch(FULL);
		} finally {
			await disk.remove();
		}
	});

	async function writeRides(input: string): Promise<void> {
		for (let seed = 0; seed < 40; seed++)
			await writeAll(input, { [`rides/${seed}.gpx`]: seededRide(seed, 2000) });
	}

	async function recordsIn(work: string): Promise<string[]> {
		const store = new FolderStore(join(work, "store"));
		const records = await Array.fromAsync(store.list("jobs/"));
		return records.map(({ key }) => key).sort();
	}

	async function fill(what: string, disk: string): Promise<void> {
		const input = join(folder.path, `full-${what}-input`);
		const at = (part: string) =>
			join(part === what ? disk : folder.path, `full-${what}-${part}`);
		const options = {
			input,
			out: at("lake"),
			work: at("work"),
			processes: 1,
		};
		await writeAll(input, { "weather/a.csv": seededReadings("lake", 0, 30) });
		await build(options);
		const before = await lakeAt(options.out);
		const published = await recordsIn(options.work);
		await writeRides(input);
		const error = await build(options).catch((error) => error);
		expect(error).toBeInstanceOf(Error);
		expect(error.message).toMatch(FULL);
		expect(await lakeAt(options.out)).toEqual(before);

		// Where the work has filled its disk it has gone; elsewhere that would gain nothing.
		const left = await recordsIn(options.work);
		if (what === "work") expect(left).toEqual(published);
		else {
			expect(left).toEqual(expect.arrayContaining(published));
			expect(left.length).toBeGreaterThan(published.length);
		}

		// Less comes out as if nothing had been.
		await rm(join(input, "rides"), { recursive: true });
		await writeAll(input, { "weather/b.csv": seededReadings("lake", 20, 30) });
		await build(options);
		expect((await lakeAt(options.out)).hashes).toEqual(
			(await freshLake(input)).hashes,
		);
	}
});
