import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	describe,
	expect,
	test,
	vi,
} from "vitest";
import type {
	Job,
	JobError,
	JobRecord,
	JobWatch,
} from "../../scripts/jobs/job.ts";
import {
	QueueRunner,
	type QueueRunnerOptions,
} from "../../scripts/jobs/queue-runner.ts";
import { queueStatus, statusLines } from "../../scripts/jobs/queue-status.ts";
import { countRuns, jobOf } from "../support/job-kinds.ts";
import {
	type WorkerOptions,
	WorkerProgram,
	workerOptions,
} from "../support/queue-workers.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis.ts";

/**
 * Of a worker that shall lose no job, however long a busy machine lets it wait; it looks
 * in half of that time for what others have lost.
 */
const PATIENT = { lockMs: 5000 };

describe.skipIf(!hasRedis())("jobs on a queue", () => {
	let redis: RedisServer;
	let folder: string;
	let workers: WorkerProgram[];
	let runners: QueueRunner[];
	let troubles: string[];

	beforeAll(async () => {
		redis = await startRedis();
	});
	afterAll(() => redis?.stop());
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "lakeside-queue-"));
		workers = [];
		runners = [];
		troubles = [];
		// A publisher that a test has killed is counted for a while.
		const client = new Redis(redis.url);
		await client.flushall();
		client.disconnect();
	});
	afterEach(async () => {
		for (const runner of runners) await runner.close();
		await Promise.all(workers.map((worker) => worker.end("SIGKILL")));
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	});

	async function publisher(
		options: Partial<QueueRunnerOptions> = {},
	): Promise<QueueRunner> {
		const runner = await QueueRunner.connect({
			url: redis.url,
			stores: { lake: join(folder, "lake"), work: join(folder, "work") },
			version: "test",
			checkMs: 300,
			onTrouble: (line) => troubles.push(line),
			...options,
		});
		runners.push(runner);
		return runner;
	}

	async function work(options: Partial<WorkerOptions> = {}) {
		const worker = new WorkerProgram(workerOptions(folder, redis.url, options));
		workers.push(worker);
		await worker.ready();
		return worker;
	}

	const runs = (name = "runs") => join(folder, name);
	const makes = (count: number, ms = 0) =>
		Array.from({ length: count }, (_, seed) =>
			jobOf("make", { seed, bytes: 100, ms, runs: runs() }),
		);
	const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

	/** Runs jobs and counts how often each is told to be done. */
	async function runCounted(
		runner: QueueRunner,
		jobs: Job[],
		watch: JobWatch = {},
	) {
		const done: string[] = [];
		const records: JobRecord[] = await runner.run(jobs, {
			...watch,
			onDone: (job, record) => {
				done.push(job.id);
				watch.onDone?.(job, record);
			},
		});
		expect(ids(records)).toEqual(ids(jobs));
		expect(done.sort()).toEqual(ids(jobs).sort());
		return records;
	}

	test("two workers do the jobs; records and progress come back, and the next run finds all done", async () => {
		const runner = await publisher();
		await Promise.all([work(PATIENT), work({ ...PATIENT, processes: 2 })]);
		const jobs = makes(20, 20);
		const progress: string[] = [];
		const records = await runCounted(runner, jobs, {
			onProgress: ({ id }) => progress.push(id),
		});
		for (const { peakBytes } of records)
			expect(peakBytes).toBeGreaterThan(10e6);
		expect(records[3]).toMatchObject({
			value: { seed: 3 },
			log: ["made 100 bytes from 3"],
		});
		expect(new Set(progress).size).toBeGreaterThan(0);
		expect(await readdir(join(folder, "lake", "made"))).toHaveLength(20);
		expect(await countRuns(runs())).toBe(20);
		expect(await runner.run(jobs, {})).toEqual(records);
		expect(await countRuns(runs())).toBe(20);
		expect(await runner.run([], {})).toEqual([]);
	});

	test("a worker that is killed costs only the job that it had", async () => {
		const runner = await publisher();
		const [victim] = await Promise.all([work(), work(PATIENT)]);
		const retries: string[] = [];
		const running = runCounted(runner, makes(8, 200), {
			onRetry: (_job, reason) => retries.push(reason),
		});
		while ((await countRuns(runs())) < 3) await sleep(20);
		victim.send("SIGKILL");
		await running;
		expect(retries).toEqual(["its worker vanished"]);
		// It may have taken the job, and not yet begun.
		expect([8, 9]).toContain(await countRuns(runs()));
	});

	test("a worker that was frozen for longer than its lock comes back, and nothing is told twice", async () => {
		const runner = await publisher();
		const [frozen] = await Promise.all([work(), work(PATIENT)]);
		const retries: string[] = [];
		const running = runCounted(runner, makes(8, 200), {
			onRetry: (_job, reason) => retries.push(reason),
		});
		while ((await countRuns(runs())) < 3) await sleep(20);
		frozen.send("SIGSTOP");
		while (retries.length === 0) await sleep(50);
		frozen.send("SIGCONT");
		await running;
		const more = makes(12, 100).slice(8);
		await runCounted(runner, more);
		expect(frozen.hasEnded).toBe(false);
		expect(await readdir(join(folder, "lake", "made"))).toHaveLength(12);
	});

	test.each([
		{ empty: false, what: "with its data" },
		{ empty: true, what: "and is empty" },
	])("a Redis that restarts $what loses no job", async ({ empty }) => {
		const runner = await publisher();
		await Promise.all([work(), work()]);
		const running = runCounted(runner, makes(10, 150));
		while ((await countRuns(runs())) < 3) await sleep(20);
		await redis.restart({ empty, downMs: 500 });
		await running;
		// The publisher may be back before the workers are.
		const lost = troubles.filter((line) => !line.startsWith("no worker takes"));
		expect(lost.map((line) => line.split(" ").at(-1))).toEqual([
			"again",
			"back",
		]);
		expect(await readdir(join(folder, "lake", "made"))).toHaveLength(10);
	});

	test("a publisher that closes tells of no loss", async () => {
		const runner = await publisher();
		await runner.close();
		await sleep(100);
		expect(troubles).toEqual([]);
	});

	test("a worker with other code says so, ends, and takes nothing", async () => {
		const runner = await publisher();
		const running = runCounted(runner, makes(2));
		const old = await work({ version: "old" });
		expect(await old.end()).toBe(1);
		expect(old.output).toContain(
			"jobs wait for version test of the code, and this is old",
		);
		expect(await countRuns(runs())).toBe(0);
		await work();
		await running;
	});

	test("a publisher of other code that was killed a moment ago ends no worker", async () => {
		// It is heard once.
		await publisher({ version: "other", checkMs: 10 ** 9 });
		await work({ ...PATIENT, checkMs: 100 });
		const runner = await publisher();
		await runCounted(runner, makes(2));
	});

	test("a worker ends where jobs want stores that it may not use, and the publisher hears of it", async () => {
		const runner = await publisher();
		const stranger = await work({ store: join(folder, "elsewhere") });
		const retries: string[] = [];
		const running = runCounted(runner, makes(2), {
			onRetry: (_job, reason) => retries.push(reason),
		});
		expect(await stranger.end()).toBe(1);
		expect(stranger.output).toContain(`start it with --store ${folder}\n`);
		expect(await countRuns(runs())).toBe(0);
		await work();
		await running;
		expect(retries[0]).toContain("may only use");
	});

	test("a worker whose keys its store refuses says so, ends, and costs the build nothing", async () => {
		const refuses = createServer((_, response) => {
			response.statusCode = 403;
			response.end("<Error><Code>AccessDenied</Code></Error>");
		}).listen(0, "127.0.0.1");
		await once(refuses, "listening");
		vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
		vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
		try {
			const runner = await publisher();
			const retries: string[] = [];
			const running = runCounted(runner, makes(2), {
				onRetry: (_job, reason) => retries.push(reason),
			});
			const { port } = refuses.address() as AddressInfo;
			const refused = await work({
				store: "s3://lake",
				endpoint: `http://127.0.0.1:${port}`,
			});
			expect(await refused.end()).toBe(1);
			expect(refused.output).toContain("access is denied");
			await work();
			await running;
			expect(retries).toEqual([]);
		} finally {
			vi.unstubAllEnvs();
			refuses.close();
		}
	});

	test("an idle worker ends when it was told to, and not while a job runs", async () => {
		const runner = await publisher();
		const running = runCounted(runner, makes(1, 3000));
		await expect
			.poll(() => queueStatus(redis.url))
			.toMatchObject({ waiting: 1 });
		const worker = await work({ idleMs: 2000 });
		await running;
		expect(worker.hasEnded).toBe(false);
		expect(await worker.end()).toBe(0);
		expect(worker.output).toMatch(
			/^make \d+: done, \d+\.\d s\nends: nothing has waited or run for 2 s$/m,
		);
		expect(worker.output).toContain("ended");
	});

	test("a worker that is asked to end gives its job back at once", async () => {
		const runner = await publisher();
		const first = await work({ lockMs: 60_000 });
		const running = runCounted(runner, makes(1, 3000));
		while ((await countRuns(runs())) < 1) await sleep(20);
		expect(await first.end("SIGTERM")).toBe(0);
		await work();
		await running;
		expect(await countRuns(runs())).toBe(2);
	});

	test("a failure comes back whole, and what waits is withdrawn", async () => {
		const runner = await publisher();
		await work();
		const failing = jobOf("fail", {
			how: "unknown",
			times: 1,
			runs: runs("f"),
		});
		const failed: JobError = await runner
			.run([failing, ...makes(5, 1000)], {})
			.then(
				() => Promise.reject(new Error("the step did not fail")),
				(error) => error,
			);
		expect(failed).toMatchObject({ name: "JobError", job: failing });
		expect(failed.message).toBe(`${failing.label}: nobody knows this`);
		const log = failed.log.join("\n");
		expect(log).toMatch(/RangeError: nobody knows this\n +at .*job-kinds.ts/);
		expect(log).toContain("caused by Error: its deeper reason");
		await sleep(400);
		expect(await countRuns(runs())).toBeLessThan(5);
		// What failed before is tried again by the next run.
		await runCounted(runner, [failing, ...makes(2)]);
	});

	test("a job that no process survives names what it was at", async () => {
		const runner = await publisher();
		await work();
		const job = jobOf("die", { how: "kill", times: 9, runs: runs() });
		await expect(runner.run([job], {})).rejects.toMatchObject({
			name: "JobError",
			lastItem: "rides/b.gpx",
		});
	});

	test("the command takes jobs of this very code, and ends when idle", async () => {
		const runner = await publisher({ version: undefined });
		const script = new URL("../../scripts/worker.ts", import.meta.url);
		const command = execFile(process.execPath, [
			...[fileURLToPath(script), "--queue", redis.url, "--store", folder],
			...["--processes", "1", "--scratch", join(folder, "scratch")],
			...["--exit-when-idle", "--idle-seconds", "1"],
		]);
		const ended = once(command, "exit");
		const job: Job = { ...jobOf("litter", {}), kind: "dance" };
		await expect(runner.run([job], {})).rejects.toThrow(
			"unknown kind of job: dance",
		);
		expect(await ended).toEqual([0, null]);
	});

	test("where the publisher is killed the next one goes on, and no job is in the queue twice", async () => {
		const jobs = makes(6, 200);
		const module = new URL(
			"../../scripts/jobs/queue-runner.ts",
			import.meta.url,
		);
		const options = JSON.stringify({
			url: redis.url,
			stores: { lake: join(folder, "lake"), work: join(folder, "work") },
			version: "test",
		});
		const killed = execFile(process.execPath, [
			"--input-type=module",
			"--eval",
			`const { QueueRunner } = await import(${JSON.stringify(module)});
			const runner = await QueueRunner.connect(${options});
			await runner.run(${JSON.stringify(jobs)}, {});`,
		]);
		await work(PATIENT);
		while ((await countRuns(runs())) < 2) await sleep(20);
		killed.kill("SIGKILL");
		const runner = await publisher();
		await runCounted(runner, jobs);
		expect(await countRuns(runs())).toBe(6);
		expect((await queueStatus(redis.url)).versions[0]?.publishers).toBe(2);
	});

	test("an aborted step ends at once", async () => {
		const runner = await publisher();
		const controller = new AbortController();
		const running = runner.run(makes(3), { signal: controller.signal });
		controller.abort(new Error("enough"));
		await expect(running).rejects.toThrow("enough");
		await work();
		await sleep(300);
		expect(await countRuns(runs())).toBe(0);
	});

	test("the status tells what waits, runs and is done, and who is missing", async () => {
		const runner = await publisher();
		const jobs = makes(4, 1500);
		const running = runCounted(runner, jobs);
		while (troubles.length === 0) await sleep(50);
		expect(troubles[0]).toMatch(/^no worker takes jobs of this version/);
		expect(troubles[0]?.endsWith(`--store ${folder}`)).toBe(true);
		await expect
			.poll(() => queueStatus(redis.url))
			.toMatchObject({
				waiting: 4,
				active: 0,
				workers: 0,
				versions: [{ version: "test", publishers: 1 }],
			});
		await work();
		let status = await queueStatus(redis.url);
		await expect
			.poll(
				async () => {
					status = await queueStatus(redis.url);
					return status;
				},
				{ timeout: 60_000 },
			)
			.toMatchObject({
				waiting: 2,
				active: 1,
				done: 1,
				workers: 1,
				versions: [{ running: [{ rows: 1, bytes: 50 }] }],
			});
		const [version] = status.versions;
		expect(version?.steps.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(4);
		expect(statusLines(status)[0]).toContain("2 waiting, 1 active");
		await running;
		await runner.close();
		expect((await queueStatus(redis.url)).versions).toEqual([]);
	});

	test("files of one machine do not go to others, and a Redis that is not there is named", async () => {
		const runner = await publisher();
		const job = jobOf("digest", { runs: runs() }, [
			{ name: "a.gpx", from: { file: "/a.gpx" }, bytes: 1 },
		]);
		await expect(runner.run([job], {})).rejects.toThrow("from this machine");
		await expect(
			publisher({ url: "redis://user:secret@127.0.0.1:1" }),
		).rejects.toThrow(/cannot reach redis:\/\/127\.0\.0\.1:1 \(.*ECONNREFUSED/);
		await expect(publisher({ url: "localhost" })).rejects.toThrow(
			"redis://host",
		);
	});
});
