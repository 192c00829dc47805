import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import {
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
	countRuns,
	jobOf,
	KINDS,
	kinds,
} from "../../tests/support/job-kinds.ts";
import { FolderStore } from "../storage/folder-store.ts";
import { type Job, type JobError, type JobProgress, recordKey } from "./job.ts";
import { ProcessRunner, type ProcessRunnerOptions } from "./process-runner.ts";

let folder: string;
let runner: ProcessRunner;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-runner-"));
	runner = start();
});
afterEach(async () => {
	await runner.close();
	await rm(folder, { recursive: true, force: true });
});

function start(options: Partial<ProcessRunnerOptions> = {}): ProcessRunner {
	return new ProcessRunner({
		stores: { lake: join(folder, "lake"), work: join(folder, "work") },
		processes: 2,
		scratch: join(folder, "scratch"),
		kinds: KINDS,
		policy: { attempts: 3, baseMs: 10, maxMs: 20 },
		...options,
	});
}

const runs = (name = "runs") => join(folder, name);
const failure = (job: Job): Promise<JobError> =>
	runner.run([job], {}).then(
		() => Promise.reject(new Error("the job did not fail")),
		(error) => error,
	);

test("records come in the order of the jobs, from processes that are used again", async () => {
	const jobs = Array.from({ length: 8 }, (_, seed) =>
		jobOf("make", {
			seed,
			bytes: 100,
			ms: seed % 2 === 0 ? 60 : 0,
			runs: runs(),
		}),
	);
	const done: string[] = [];
	const progress: JobProgress[] = [];
	const records = await runner.run(jobs, {
		onDone: (job) => done.push(job.id),
		onProgress: (part) => progress.push(part),
	});
	expect(records.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
	expect(done.sort()).toEqual(jobs.map(({ id }) => id).sort());
	expect(progress).toContainEqual({ id: jobs[0]?.id, rows: 1, bytes: 50 });
	for (const { peakBytes } of records) expect(peakBytes).toBeGreaterThan(10e6);
	expect(await runner.run(jobs, {})).toEqual(records);
	expect(await countRuns(runs())).toBe(8);
	expect(await readdir(join(folder, "scratch"))).toHaveLength(2);
	await runner.close();
	expect(await readdir(join(folder, "scratch"))).toEqual([]);
});

test("a process that has grown is replaced, one that has not is kept warm", async () => {
	await runner.close();
	runner = start({ processes: 1, replaceBytes: 300 * 2 ** 20 });
	const grow = (bytes: number, input: number) =>
		jobOf("grow", { bytes: bytes * 2 ** 20 + input });
	const records = await runner.run(
		[grow(0, 1), grow(0, 2), grow(300, 0), grow(0, 3)],
		{},
	);
	const [first, second, large, after] = records.map(({ value }) => value);
	expect(second).toBe(first);
	expect(large).toBe(first);
	expect(after).not.toBe(first);
});

test("a step of little work is done in this process, unless others are there or it may not be", async () => {
	await runner.close();
	const stores = {
		lake: new FolderStore(join(folder, "lake")),
		work: new FolderStore(join(folder, "work")),
	};
	const here = { kinds, stores };
	const step = async (seconds: number | undefined, first: number) => {
		const jobs = [first, first + 1].map((bytes) => ({
			...jobOf("grow", { bytes: -bytes }),
			seconds,
		}));
		const records = await runner.run(jobs, {});
		return records.map(({ value }) => value);
	};
	const own = [process.pid, process.pid];
	runner = start({ here });
	expect(await step(0.1, 1)).toEqual(own);
	const failing = {
		...jobOf("fail", { how: "unknown", times: 9, runs: runs() }),
		seconds: 0.1,
	};
	const error = await failure(failing);
	expect(error.log[0]).toBe("about to fail: unknown");
	expect(error.log.join("\n")).toContain("its deeper reason");
	const passing = {
		...jobOf("fail", { how: "network", times: 2, runs: runs("passing") }),
		seconds: 0.1,
	};
	expect((await runner.run([passing], {}))[0]?.value).toBe("network");
	expect(await step(60, 11)).not.toContain(process.pid);
	expect(await step(0.1, 21)).not.toContain(process.pid);
	await runner.close();
	runner = start({ here });
	expect(await step(undefined, 31)).not.toContain(process.pid);
	await runner.close();
	runner = start();
	expect(await step(0.1, 41)).not.toContain(process.pid);
});

test("kinds close what they keep before their process ends", async () => {
	const closed = join(folder, "closed");
	process.env.LAKESIDE_TEST_CLOSED = closed;
	try {
		const [record] = await runner.run([jobOf("grow", { bytes: 0 })], {});
		await runner.close();
		expect(await readFile(closed, "utf8")).toBe(`${record?.value}\n`);
	} finally {
		delete process.env.LAKESIDE_TEST_CLOSED;
	}
});

test("what the network failed is tried again, and fails for good when tries are used up", async () => {
	const retries: [string, number][] = [];
	const passing = jobOf("fail", { how: "network", times: 2, runs: runs() });
	const [record] = await runner.run([passing], {
		onRetry: (_job, reason, attempt) => retries.push([reason, attempt]),
	});
	expect(record?.value).toBe("network");
	expect(retries).toEqual([
		["the line was cut", 2],
		["the line was cut", 3],
	]);
	const error = await failure(
		jobOf("fail", { how: "network", times: 9, runs: runs("more") }),
	);
	expect(error).toMatchObject({ name: "JobError", lastItem: null });
	expect(error.message).toContain("the line was cut");
	expect(await countRuns(runs("more"))).toBe(3);
});

test("a pause is as long as a host asks a job for", async () => {
	const started = performance.now();
	await runner.run(
		[
			jobOf("fail", {
				how: "network",
				times: 1,
				runs: runs(),
				retryAfterMs: 700,
			}),
		],
		{},
	);
	// A timer may be a little early.
	expect(performance.now() - started).toBeGreaterThanOrEqual(690);
});

test("what will be the same again is not tried again", async () => {
	const error = await failure(
		jobOf("fail", { how: "deterministic", times: 9, runs: runs() }),
	);
	expect(error.message).toContain("Conversion Error: 'x' is not a number");
	expect(await countRuns(runs())).toBe(1);
});

test("an error that no class knows comes back whole", async () => {
	const error = await failure(
		jobOf("fail", { how: "unknown", times: 9, runs: runs() }),
	);
	expect(await countRuns(runs())).toBe(1);
	expect(error.log[0]).toBe("about to fail: unknown");
	const text = error.log.join("\n");
	expect(text).toMatch(/RangeError: nobody knows this\n +at .*job-kinds.ts/);
	expect(text).toContain("caused by Error: its deeper reason");
});

test("a job of a kind that is not there fails", async () => {
	const job: Job = { ...jobOf("litter", {}), kind: "dance" };
	expect((await failure(job)).message).toContain("unknown kind of job: dance");
});

test("a process that dies takes its job with it, which is tried again in a fresh one", async () => {
	const retries: string[] = [];
	const [record] = await runner.run(
		[jobOf("die", { how: "kill", times: 2, runs: runs() })],
		{ onRetry: (_job, reason) => retries.push(reason) },
	);
	expect(record?.value).toBe("kill");
	expect(retries).toEqual([
		"its process was killed by SIGKILL at rides/b.gpx",
		"its process was killed by SIGKILL at rides/b.gpx",
	]);
});

test("a job that no process survives fails with how they ended, at what, and their last words", async () => {
	const error = await failure(
		jobOf("die", { how: "exit", times: 9, runs: runs() }),
	);
	expect(error.message).toContain("its process ended with code 7");
	expect(error.lastItem).toBe("rides/b.gpx");
	expect(error.log.join("\n")).toContain("my last words");
	expect(await countRuns(runs())).toBe(3);
	expect(await readdir(join(folder, "scratch"))).toEqual([]);
});

test("once a job has failed no other begins, and what runs is waited for", async () => {
	const error = await runner
		.run(
			[
				jobOf("make", { seed: 1, bytes: 10, ms: 1000, runs: runs("slow") }),
				jobOf("fail", { how: "unknown", times: 9, runs: runs() }),
				jobOf("make", { seed: 2, bytes: 10, ms: 0, runs: runs("never") }),
			],
			{},
		)
		.catch((error) => error);
	expect(error.message).toContain("nobody knows this");
	expect(await countRuns(runs("never"))).toBe(0);
	const slow = jobOf("make", {
		seed: 1,
		bytes: 10,
		ms: 1000,
		runs: runs("slow"),
	});
	await runner.run([slow], {});
	expect(await countRuns(runs("slow"))).toBe(1);
});

test("an aborted step ends its processes, leaves no folder, and the runner goes on", async () => {
	const controller = new AbortController();
	const jobs = [1, 2, 3].map((index) =>
		jobOf("sleep", { ms: 60_000 + index, runs: runs() }),
	);
	const running = runner.run(jobs, { signal: controller.signal });
	while ((await countRuns(runs())) < 2) await sleep(20);
	controller.abort(new Error("enough"));
	await expect(running).rejects.toThrow("enough");
	expect(await readdir(join(folder, "scratch"))).toEqual([]);
	expect(await countRuns(runs())).toBe(2);
	const [record] = await runner.run([jobOf("grow", { bytes: 0 })], {});
	expect(record?.value).toBeGreaterThan(1);
});

test("a signal that reaches all processes is the parent's to follow", async () => {
	await runner.close();
	runner = start({ processes: 1 });
	const [warm] = await runner.run([jobOf("grow", { bytes: 0 })], {});
	const job = jobOf("sleep", { ms: 300, runs: runs() });
	const retries: string[] = [];
	const running = runner.run([job], {
		onRetry: (_job, reason) => retries.push(reason),
	});
	while ((await countRuns(runs())) < 1) await sleep(20);
	for (const signal of ["SIGTERM", "SIGINT"])
		process.kill(Number(warm?.value), signal);
	await running;
	expect(retries).toEqual([]);
});

test("closing ends what runs", async () => {
	const running = runner.run(
		[jobOf("sleep", { ms: 60_000, runs: runs() })],
		{},
	);
	running.catch(() => {});
	while ((await countRuns(runs())) < 1) await sleep(20);
	await runner.close();
	await expect(running).rejects.toThrow("closed");
	expect(await readdir(join(folder, "scratch"))).toEqual([]);
});

test("what killed processes left is cleared away, and nothing else", async () => {
	const scratch = join(folder, "scratch");
	// No process has an id so large: Linux's are below 2^22.
	for (const name of ["4194305-0", `${process.pid}-x`, "mine"])
		await mkdir(join(scratch, name), { recursive: true });
	await runner.run([jobOf("grow", { bytes: 0 })], {});
	await runner.close();
	expect((await readdir(scratch)).sort()).toEqual([`${process.pid}-x`, "mine"]);
});

test("processes end when their parent vanishes, and clear their folders", async () => {
	const script = join(folder, "parent.ts");
	const module = new URL("./process-runner.ts", import.meta.url).href;
	const pids = join(folder, "pids");
	const options = JSON.stringify({
		stores: { lake: join(folder, "lake"), work: join(folder, "work") },
		processes: 1,
		scratch: join(folder, "scratch"),
	});
	const job = jobOf("sleep", { ms: 60_000, runs: pids });
	await writeFile(
		script,
		`const { ProcessRunner } = await import(${JSON.stringify(module)});
		const kinds = new URL(${JSON.stringify(KINDS)});
		const runner = new ProcessRunner({ ...${options}, kinds });
		await runner.run([${JSON.stringify(job)}], {});`,
	);
	const parent = execFile(process.execPath, [script]);
	while ((await countRuns(pids)) < 1) await sleep(20);
	const [scratch = ""] = await readdir(join(folder, "scratch"));
	parent.kill("SIGKILL");
	while (existsSync(join(folder, "scratch", scratch))) await sleep(20);
});

test("jobs that are done here are kept when the runner says so, also after another has failed", async () => {
	const stores = {
		lake: new FolderStore(join(folder, "lake")),
		work: new FolderStore(join(folder, "work")),
	};
	const here = start({ here: { kinds, stores } });
	const make = (seed: number) => ({
		...jobOf("make", { seed, bytes: 100, ms: 0, runs: runs() }),
		seconds: 0.01,
	});
	const isKept = async ({ id }: Job) =>
		(await stores.work.read(recordKey(id))) !== null;
	const [first, second] = [make(1), make(2)] as const;
	try {
		await here.run([first], {});
		await here.kept();
		expect(await isKept(first)).toBe(true);
		const failing = {
			...jobOf("fail", {
				how: "deterministic",
				times: 9,
				runs: runs("failed"),
			}),
			seconds: 0.001,
		};
		await expect(here.run([second, failing], {})).rejects.toThrow(/^fail/);
		expect(await isKept(second)).toBe(true);
	} finally {
		await here.close();
	}
});
