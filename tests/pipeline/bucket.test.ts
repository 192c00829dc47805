import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readCommand } from "../../scripts/data/arguments.ts";
import { runBuild } from "../../scripts/data/run-build.ts";
import { Terminal } from "../../scripts/data/terminal.ts";
import { openBucket, openStore } from "../../scripts/storage/open-store.ts";
import { S3Store } from "../../scripts/storage/s3-store.ts";
import { ConflictError } from "../../scripts/storage/store.ts";
import { build, writeAll } from "../support/building.ts";
import { type FaultyStore, startFaultyStore } from "../support/faulty-store.ts";
import { freshLake } from "../support/fresh-lake.ts";
import { hasRadosgw } from "../support/radosgw.ts";
import {
	seededPosts,
	seededReadings,
	seededRide,
} from "../support/seeded-input.ts";
import { testFolder } from "../support/test-folder.ts";
import { wholeLake } from "../support/whole-lake.ts";

/** Pauses between tries take a hundredth: all of them together last a minute. */
vi.mock(import("node:timers/promises"), async (original) => {
	const real = await original();
	return {
		...real,
		setTimeout: (ms, value, options) =>
			real.setTimeout((ms ?? 0) / 100, value, options),
	};
});

const INPUT: Readonly<Record<string, string>> = {
	"rides/broken.gpx": "<gpx>",
	"rides/one.gpx": seededRide(1),
	"posts/a.jsonl": seededPosts(0, 30),
	"weather/lake.csv": seededReadings("the lake, north", 0, 60),
};

describe.skipIf(!hasRadosgw())("a lake in a bucket", () => {
	const folder = testFolder();
	let store: FaultyStore;

	beforeAll(async () => {
		store = await startFaultyStore("lakes");
		await store.server.allowReading("lakes");
		await writeAll(join(folder.path, "input"), INPUT);
	});
	afterAll(() => store?.stop());

	/** Options of a publisher with a work folder of its own. */
	const publisher = (
		name: string,
		input = "input",
		out = "s3://lakes/maps",
	) => ({
		input: join(folder.path, input),
		out,
		work: join(folder.path, `${name}-work`),
		endpoint: store.gateway.endpoint,
		processes: 1,
	});
	const lakeIn = async (address: string) => {
		const { endpoint } = store.server;
		const opened = await openStore(address, { endpoint });
		try {
			return await wholeLake(opened);
		} finally {
			opened.close();
		}
	};

	test("holds the files of one in a folder, each as hosts should send it", async () => {
		const report = await build(publisher("first"));
		expect(report.exitCode).toBe(1);
		const { hashes } = await lakeIn("s3://lakes/maps");
		expect(hashes).toEqual(
			(await freshLake(join(folder.path, "input"))).hashes,
		);

		const { server } = store;
		const { endpoint } = server;
		const bucket = await openStore("s3://lakes", { endpoint });
		const keys = (await Array.fromAsync(bucket.list(""))).map(({ key }) => key);
		bucket.close();
		expect(keys.sort()).toEqual(
			Object.keys(hashes)
				.map((key) => `maps/${key}`)
				.sort(),
		);
		for (const [key, hash] of Object.entries(hashes)) {
			const path = key.split("/").map(encodeURIComponent).join("/");
			const answer = await fetch(`${server.bucketUrl("lakes")}maps/${path}`);
			expect(answer.status).toBe(200);
			const bytes = Buffer.from(await answer.arrayBuffer());
			expect(createHash("sha256").update(bytes).digest("hex")).toBe(hash);
			const ending = /\.\w+$/.exec(key)?.[0] ?? "";
			expect([
				answer.headers.get("Content-Type"),
				answer.headers.get("Cache-Control"),
				answer.headers.get("Content-Encoding"),
			]).toEqual([
				{
					".json": "application/json",
					".bin": "application/octet-stream",
					".parquet": "application/vnd.apache.parquet",
				}[ending],
				ending === ".json" ? "no-cache" : "public, max-age=31536000, immutable",
				null,
			]);
		}
		expect(await build(publisher("first"))).toMatchObject({
			unchanged: true,
			version: report.version,
		});
	});

	test("that somebody else publishes to meanwhile stays theirs, and this build says so", async () => {
		for (const name of ["ours", "theirs"])
			await writeAll(join(folder.path, name), {
				...INPUT,
				[`rides/${name}.gpx`]: seededRide(name.length),
			});
		let theirs: string | null = null;
		store.gateway.before(/^PUT .*manifests/, async () => {
			({ version: theirs } = await build(publisher("theirs", "theirs")));
		});
		await expect(build(publisher("ours", "ours"))).rejects.toThrow(
			ConflictError,
		);
		const { catalog } = await lakeIn("s3://lakes/maps");
		expect(catalog.tables[0]).toMatchObject({ name: "rides", rows: 2 });
		expect(await build(publisher("theirs", "theirs"))).toMatchObject({
			unchanged: true,
			version: theirs,
		});

		const ours = await build(publisher("ours", "ours"));
		expect(ours.version).not.toBe(theirs);
		expect((await lakeIn("s3://lakes/maps")).hashes).toEqual(
			(await freshLake(join(folder.path, "ours"))).hashes,
		);
	});

	test("of two publishers at once, what is in force is whole and of one that was not refused", async () => {
		const outcomes = await Promise.allSettled(
			["ours", "theirs"].map((name) =>
				build(publisher(`${name}-at-once`, name, "s3://lakes/at-once")),
			),
		);
		const versions = outcomes.flatMap((outcome) =>
			outcome.status === "fulfilled" ? [outcome.value.version] : [],
		);
		for (const outcome of outcomes)
			if (outcome.status === "rejected")
				expect(outcome.reason).toBeInstanceOf(ConflictError);
		expect(versions.length).toBeGreaterThan(0);
		const lake = await lakeIn("s3://lakes/at-once");
		const fresh = await Promise.all(
			["ours", "theirs"].map((name) => freshLake(join(folder.path, name))),
		);
		expect(fresh.map(({ hashes }) => hashes)).toContainEqual(lake.hashes);
	});

	test("is rid of parts of files that a killed build has left", async () => {
		const { gateway, server } = store;
		const address = "s3://lakes/swept";
		const left = await openBucket(address, { endpoint: gateway.endpoint });
		gateway.spoil("busy", /^(?:PUT.*partNumber=2|DELETE)/, 1000);
		const file = join(folder.path, "large");
		await writeFile(file, Buffer.alloc(20_000_000));
		await expect(left.put(file, "large")).rejects.toThrow("no right answer");
		gateway.spoil("busy", /^/, 0);
		left.close();
		const uploads = async () => {
			const url = `${server.bucketUrl("lakes")}?uploads&prefix=swept/`;
			return (await server.get(url)).match(/<UploadId>/g)?.length ?? 0;
		};
		expect(await uploads()).toBe(1);

		await writeAll(join(folder.path, "little"), {
			"weather/hill.csv": seededReadings("hill", 0, 20),
		});
		// A day has passed.
		const { sweep } = S3Store.prototype;
		const swept = vi
			.spyOn(S3Store.prototype, "sweep")
			.mockImplementation(function (this: S3Store) {
				return sweep.call(this, -60_000);
			});
		try {
			await build(publisher("swept", "little", address));
		} finally {
			swept.mockRestore();
		}
		expect(await uploads()).toBe(0);
	});

	test("that refuses a job's files leaves what was there, and the error says where", async () => {
		const before = await lakeIn("s3://lakes/maps");
		await writeAll(join(folder.path, "refused"), {
			...INPUT,
			"weather/hill.csv": seededReadings("hill", 0, 20),
		});
		store.gateway.spoil("denied", /^PUT .*station/, Number.POSITIVE_INFINITY);
		await expect(build(publisher("refused", "refused"))).rejects.toThrow(
			/^write readings.* s3:\/\/lakes\/maps\/readings.*access is denied/,
		);
		store.gateway.spoil("denied", /^/, 0);
		expect(await lakeIn("s3://lakes/maps")).toEqual(before);
	});

	test("is as it was where the store is down, from the start or later on, and the next run goes on", async () => {
		const { gateway } = store;
		const input = join(folder.path, "down");
		const before = await lakeIn("s3://lakes/maps");
		await writeAll(input, { ...INPUT, "rides/two.gpx": seededRide(2) });
		const command = await readCommand([
			...["--input", input, "--quiet", "--out", "s3://lakes/maps"],
			...["--work", "s3://lakes/down-work", "--processes", "1"],
			...["--endpoint", gateway.endpoint],
		]);
		if (command.name !== "build") throw new Error("this is no build");
		const run = async () => {
			let said = "";
			const screen = { write: (text: string) => (said += text) };
			const { exitCode } = await runBuild(
				command,
				{ ...command.build, input },
				new Terminal(screen, true),
			);
			return { exitCode, said };
		};
		const goDown = async () =>
			gateway.spoil("busy", /^/, Number.POSITIVE_INFINITY);
		for (const begin of [
			goDown,
			() => gateway.before(/^PUT .*maps\/rides/, goDown),
		]) {
			await begin();
			const down = await run();
			gateway.spoil("busy", /^/, 0);
			expect(down).toEqual({
				exitCode: 2,
				said: expect.stringMatching(
					/s3:\/\/lakes.*no right answer in 8 tries, the last: .*\n(?:.*\n)*It may pass: run the same command again/,
				),
			});
			expect(await lakeIn("s3://lakes/maps")).toEqual(before);
		}

		const asked = gateway.requests.length;
		// One file is rejected, whatever the store.
		expect(await run()).toEqual({ exitCode: 1, said: "" });
		const puts = gateway.requests
			.slice(asked)
			.filter((line) => line.startsWith("PUT /lakes/"));
		expect(puts.filter((line) => line.includes("work/batches"))).toEqual([]);
		expect(puts.filter((line) => line.includes("maps/rides"))).toHaveLength(1);
		expect((await lakeIn("s3://lakes/maps")).hashes).toEqual(
			(await freshLake(input)).hashes,
		);
	});

	test("is not written with wrong keys or without a bucket, and the error says what to do", async () => {
		await expect(
			build(publisher("missing", "input", "s3://missing/lake")),
		).rejects.toThrow(/s3:\/\/missing .*there is no bucket missing/);
		process.env.AWS_SECRET_ACCESS_KEY = "wrong";
		try {
			await expect(build(publisher("wrong"))).rejects.toThrow(
				/s3:\/\/lakes .*AWS_SECRET_ACCESS_KEY/,
			);
		} finally {
			process.env.AWS_SECRET_ACCESS_KEY = store.server.secretAccessKey;
		}
	});
});
