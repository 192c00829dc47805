import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasRedis, startRedis } from "../../tests/support/redis.ts";
import type { Job, Runner } from "../jobs/job.ts";
import { ProcessRunner } from "../jobs/process-runner.ts";
import { QueueRunner } from "../jobs/queue-runner.ts";
import { workQueue } from "../jobs/queue-worker.ts";
import { type Figure, untargeted } from "./figure.ts";

const JOBS = 5000;
const PROCESSES = 2;
const KINDS = new URL("./queue/kinds.ts", import.meta.url);

/** What a job costs that does nothing: in processes of one machine, and through the queue. */
export async function bench(): Promise<Figure[]> {
	if (!hasRedis())
		throw new Error("redis-server is missing (Debian's package redis-server)");
	const folder = await mkdtemp(join(tmpdir(), "lakeside-queue-"));
	try {
		const local = await msPerJob(await localRunner(folder));
		const { runner, end } = await queueRunner(folder);
		const queued = await msPerJob(runner);
		await end();
		const what = `${JOBS} jobs that do nothing, on ${PROCESSES} processes, records in a folder`;
		return [
			untargeted(
				"queue.job",
				`${what}: through the queue`,
				queued,
				"ms per job",
			),
			untargeted("queue.local", `${what}: without it`, local, "ms per job"),
			untargeted(
				"queue.overhead",
				"What the queue adds to a job",
				queued - local,
				"ms per job",
			),
		];
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function msPerJob(runner: Runner): Promise<number> {
	// The first jobs start the processes.
	await runner.run(jobs("warm up", PROCESSES), {});
	const list = jobs("measured", JOBS);
	const started = performance.now();
	const records = await runner.run(list, {});
	const ms = performance.now() - started;
	await runner.close();
	if (records.length !== JOBS) throw new Error(`${records.length} records`);
	return ms / JOBS;
}

async function localRunner(folder: string): Promise<Runner> {
	return new ProcessRunner({
		stores: { lake: join(folder, "local"), work: join(folder, "local-work") },
		processes: PROCESSES,
		scratch: join(folder, "scratch"),
		kinds: KINDS,
	});
}

/** A publisher and one worker, both in this process, and a Redis beside it. */
async function queueRunner(
	folder: string,
): Promise<{ runner: Runner; end(): Promise<void> }> {
	const redis = await startRedis();
	const ending = new AbortController();
	const runner = await QueueRunner.connect({
		url: redis.url,
		stores: { lake: join(folder, "queued"), work: join(folder, "queued-work") },
	});
	const working = workQueue({
		url: redis.url,
		store: folder,
		processes: PROCESSES,
		scratch: join(folder, "scratch"),
		kinds: KINDS,
		signal: ending.signal,
		say: () => {},
	});
	return {
		runner,
		async end() {
			ending.abort();
			await working;
			await redis.stop();
		},
	};
}

function jobs(label: string, count: number): Job[] {
	return Array.from({ length: count }, (_, index) => ({
		id: createHash("sha256").update(`${label} ${index}`).digest("hex"),
		kind: "nothing",
		label: `${label}/${index}`,
		params: null,
		inputs: [],
	}));
}
