import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readCommand } from "../../scripts/data/arguments.ts";
import { Terminal } from "../../scripts/data/terminal.ts";
import { watch } from "../../scripts/data/watch.ts";
import { queueStatus } from "../../scripts/jobs/queue-status.ts";
import { batchesOf } from "../../scripts/steps/read/batches.ts";
import type { ScannedFile } from "../../scripts/steps/read/scan.ts";
import { openStore } from "../../scripts/storage/open-store.ts";
import type { Store } from "../../scripts/storage/store.ts";
import { randomFrom } from "../../src/lib/random.ts";
import { build, writeAll } from "../support/building.ts";
import { type FaultyStore, startFaultyStore } from "../support/faulty-store.ts";
import { freshLake } from "../support/fresh-lake.ts";
import { hasRadosgw, type ObjectStore } from "../support/radosgw.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis.ts";
import {
	seededPosts,
	seededReadings,
	seededRide,
} from "../support/seeded-input.ts";
import { testFolder } from "../support/test-folder.ts";
import { unnamedWork, wholeLake } from "../support/whole-lake.ts";
import { WorkerMachine } from "../support/worker-machine.ts";
import { underFaults } from "./under-faults.ts";

/** Another one with `LAKESIDE_SEED=…`. */
const SEED = Number(process.env.LAKESIDE_SEED ?? 1);
const WORKERS = 4;
const LOCK_SECONDS = 2;
const JOBS = 200;

describe.skipIf(!hasRedis() || !hasRadosgw())("a fleet in trouble", () => {
	const folder = testFolder();
	let redis: RedisServer;
	let store: FaultyStore;

	beforeAll(async () => {
		[redis, store] = await Promise.all([
			startRedis(),
			startFaultyStore("fleet"),
		]);
	});
	afterAll(() => Promise.all([redis?.stop(), store?.stop()]));

	/** What a further machine runs. */
	const startWorker = () =>
		new WorkerMachine([
			...["--queue", redis.url, "--store", "s3://fleet"],
			...["--endpoint", store.gateway.endpoint, "--processes", "1"],
			...["--lock-seconds", String(LOCK_SECONDS)],
			...["--scratch", join(folder.path, "scratch")],
		]);

	test(`builds byte for byte what a single process builds (seed ${SEED})`, {
		timeout: 600_000,
		retry: 0,
	}, async () => {
		const input = join(folder.path, "input");
		await writeAll(input, manyBatches(SEED));
		const alone = join(folder.path, "lake");
		const expected = await build({ input, out: alone, processes: 1 });
		expect(expected.jobs.done).toBeGreaterThanOrEqual(JOBS);

		const { gateway, server } = store;
		const { endpoint } = gateway;
		const [out, work] = ["s3://fleet/lake", "s3://fleet/work"];
		let progress = 0;
		const options = { input, out, work, endpoint, queue: redis.url };
		const { result, faults } = await underFaults(
			{
				seed: SEED,
				workers: WORKERS,
				lockMs: LOCK_SECONDS * 1000,
				redis,
				gateway,
				startWorker,
				progress: () => progress,
			},
			() =>
				build({
					...options,
					onProgress({ step, jobs, totalJobs }) {
						if (step === "read") progress = jobs / totalJobs;
					},
				}),
		);

		console.log(`went wrong: ${JSON.stringify(faults)}`);
		expect(faults).toMatchObject({ frozen: 1, restarts: 2, outages: 1 });
		expect(faults.killed).toBeGreaterThan(2);
		expect(result.jobs).toEqual(expected.jobs);
		expect(result.datasets).toEqual(expected.datasets);
		expect(result.rejects).toEqual(expected.rejects);
		const lake = await openStore(out, { endpoint });
		expect(await contents(lake)).toEqual(
			await contents(await openStore(alone)),
		);

		expect(await keysOf(lake)).toEqual(
			Object.keys((await wholeLake(lake)).hashes).sort(),
		);
		const between = await openStore(work, { endpoint });
		expect(await unnamedWork(between)).toEqual([]);
		const bucket = await openStore("s3://fleet", { endpoint });
		expect(
			(await keysOf(bucket)).filter((key) => !/^(?:lake|work)\//.test(key)),
		).toEqual([]);
		expect(await openUploads(server, "fleet")).toEqual([]);
		expect((await queueStatus(redis.url)).versions).toEqual([]);
		for (const store of [lake, between, bucket]) store.close();

		expect(await build(options)).toMatchObject({
			unchanged: true,
			version: expected.version,
			jobs: { done: 0 },
		});
	});

	test("keeps a lake current with an inbox: what comes late for a month is one rebuild", {
		// The lake of a first try is there already.
		retry: 0,
	}, async () => {
		const input = join(folder.path, "inbox");
		const { endpoint } = store.gateway;
		const out = "s3://fleet/watched/lake";
		const late = Object.fromEntries(
			[1, 2, 3].map((part) => [
				`weather/late-${part}.csv`,
				seededReadings("lake", 40 * part, 50),
			]),
		);
		await writeAll(input, {
			"weather/first.csv": seededReadings("lake", 0, 60),
		});
		const command = await readCommand([
			...["--input", input, "--out", out, "--watch", "--endpoint", endpoint],
			...["--work", "s3://fleet/watched/work", "--queue", redis.url],
			...["--quiet-period", "0.03", "--look-every", "0.1"],
		]);
		if (command.name !== "build" || command.watch === null)
			throw new Error("this watches nothing");
		const quietMs = command.watch.quietMs;
		const said: string[] = [];
		const log = vi
			.spyOn(console, "log")
			.mockImplementation((line) => said.push(String(line)));
		const made = () => said.filter((line) => line.startsWith("Made version"));
		const worker = startWorker();
		const end = new AbortController();
		const watching = watch(
			{ ...command, watch: command.watch },
			{ ...command.build, input, signal: end.signal },
			new Terminal({ write: () => true }, true),
		).catch((error: Error) => error);
		try {
			const soon = { timeout: 60_000 };
			await expect.poll(made, soon).toHaveLength(1);
			await writeAll(input, late);
			await expect.poll(made, soon).toHaveLength(2);
			await sleep(1.5 * quietMs);
			expect(made()).toHaveLength(2);
		} finally {
			end.abort(new Error("enough"));
			expect(String(await watching)).toContain("enough");
			log.mockRestore();
			await worker.end("SIGKILL");
		}
		const lake = await openStore(out, { endpoint });
		expect((await wholeLake(lake)).hashes).toEqual(
			(await freshLake(input)).hashes,
		);
		lake.close();
	});
});

/** Something of three datasets, with copies and conflicts, most of it a job for each file. */
function manyBatches(seed: number): Record<string, string> {
	const random = randomFrom(seed);
	const files: Record<string, string> = { "rides/broken.gpx": "<gpx>" };
	/** Paths after which a batch ends, and some others. */
	const path = (place: string, ending: string): string => {
		for (;;) {
			const name = Math.floor(random() * 2 ** 32).toString(16);
			const found = `${place}/${name}${ending}`;
			if (endsBatch(found) || random() < 0.02) return found;
		}
	};
	for (let index = 0; index < 80; index++) {
		files[path("rides", ".gpx")] = seededRide(index);
		files[path("posts", ".jsonl")] = seededPosts(
			index * 10,
			15,
			index % 3 === 0 ? "Edited" : "",
		);
		files[path("weather", ".csv")] = seededReadings(
			`station ${index % 5}`,
			index * 8,
			50,
			index % 4,
		);
	}
	return files;
}

function endsBatch(path: string): boolean {
	const file = (path: string): ScannedFile => ({
		path,
		absolutePath: path,
		bytes: 1,
		content: path,
	});
	return batchesOf([file(path), file("next")]).length === 2;
}

/** Hashes of a store's files, by key. */
async function contents(store: Store): Promise<Record<string, string>> {
	const hashes: Record<string, string> = {};
	for (const key of await keysOf(store))
		hashes[key] = createHash("sha256")
			.update((await store.read(key)) ?? "")
			.digest("hex");
	return hashes;
}

async function keysOf(store: Store): Promise<string[]> {
	return (await Array.fromAsync(store.list(""))).map(({ key }) => key).sort();
}

/** Files of which parts have been put and the whole has not. */
async function openUploads(
	objects: ObjectStore,
	bucket: string,
): Promise<string[]> {
	const list = await objects.get(`${objects.bucketUrl(bucket)}?uploads`);
	return [...list.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
}
