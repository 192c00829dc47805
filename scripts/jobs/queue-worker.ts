import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import {
	type Job as BullJob,
	Queue,
	UnrecoverableError,
	WaitingError,
	Worker,
} from "bullmq";
import type { Redis } from "ioredis";
import { openStore } from "../storage/open-store.ts";
import { codeVersion } from "./code-version.ts";
import { type Job, JobError, type JobStores } from "./job.ts";
import { errorLines, packError } from "./packed-error.ts";
import { patiently } from "./patiently.ts";
import { ProcessPool } from "./process-pool.ts";
import {
	connectQueue,
	type JobFailure,
	type JobSaying,
	type QueuedJob,
	QueueError,
	queueOptions,
} from "./queue-connection.ts";
import { publishers } from "./queue-publishers.ts";
import { commonStore } from "./store-of-workers.ts";

/** A job's progress is told no more often, in milliseconds. */
const PROGRESS_MS = 1000;

/** How often a job's workers may vanish before it is to blame for it. */
const VANISHED = 10;

/** How often the queue is looked at, in milliseconds. */
const CHECK_MS = 2000;

/** Pause of a worker that has lost Redis, in milliseconds. */
const LOST_MS = 1000;

export interface QueueWorkerOptions {
	/** `redis://[:password@]host:port[/database]`, or `rediss://`. */
	readonly url: string;
	/** Jobs may only use stores at this address or below it. */
	readonly store: string;
	/** Of an S3-compatible store, where it is not the vendor's own. */
	readonly endpoint?: string;
	readonly processes: number;
	/** Folder of this machine for the files of running jobs. */
	readonly scratch: string;
	/** Ends once nothing has waited or run for so long. Default: never. */
	readonly idleMs?: number;
	/** A worker that is silent for so long loses its jobs to others. Default: 30 s. */
	readonly lockMs?: number;
	/** How often the queue is looked at for {@link idleMs} and other versions. Default: 2 s. */
	readonly checkMs?: number;
	/** URL of a `KindsModule`. Default: the pipeline's own kinds. */
	readonly kinds?: URL;
	/** Default: {@link codeVersion}. */
	readonly version?: string;
	/** Gives back what it has begun, and ends. */
	readonly signal?: AbortSignal;
	/** A line for people. */
	say(line: string): void;
}

/**
 * Takes jobs from the queue of this version of the code and does them in processes,
 * until it is told to end or idle for long. Throws a {@link QueueError} where jobs
 * wait only for other code, or would use stores that it may not, and before it takes
 * any a `StoreError` where its own store cannot be used: its keys' fault is no job's.
 */
export async function workQueue(options: QueueWorkerOptions): Promise<void> {
	const {
		processes,
		lockMs = 30_000,
		idleMs = Number.POSITIVE_INFINITY,
		say,
	} = options;
	const version = options.version ?? (await codeVersion());
	(await openStore(options.store, { endpoint: options.endpoint })).close();
	const redis = await connectQueue(options.url, say);
	const pool = new ProcessPool(options);
	const ending = new AbortController();
	const end = () => ending.abort(options.signal?.reason);
	options.signal?.addEventListener("abort", end);
	const queue = new Queue<QueuedJob>(version, queueOptions(redis));
	const worker = new Worker<QueuedJob, null>(
		version,
		(job, token) => perform(job, token, { options, pool, ending }),
		{
			...queueOptions(redis),
			name: `${hostname()}-${process.pid}`,
			autorun: false,
			concurrency: processes,
			lockDuration: lockMs,
			stalledInterval: lockMs / 2,
			maxStalledCount: VANISHED,
			runRetryDelay: LOST_MS,
		},
	);
	// What is said here are lost connections, and locks that other workers have got
	// meanwhile: the job is theirs then.
	worker.on("error", () => {});
	queue.on("error", () => {});
	const started = performance.now();
	const isIdle = () => isIdleFor(redis, queue, version, started);
	try {
		worker.run().catch((error) => ending.abort(error));
		say(`waits for jobs of version ${version}`);
		await Promise.race([
			untilIdle(idleMs, options.checkMs, isIdle).then(() =>
				say(`ends: nothing has waited or run for ${idleMs / 1000} s`),
			),
			once(ending.signal),
		]);
		if (options.signal?.aborted)
			say("ends, as it was told, and gives back what it has begun");
		ending.abort();
		if (ending.signal.reason instanceof QueueError) throw ending.signal.reason;
	} finally {
		options.signal?.removeEventListener("abort", end);
		ending.abort();
		await patiently(worker.close());
		await pool.close();
		redis.disconnect();
		await patiently(queue.close());
	}
}

/** Does a job of the queue; what is thrown is what the queue keeps of its failure. */
async function perform(
	queued: BullJob<QueuedJob, null>,
	token: string | undefined,
	{
		options,
		pool,
		ending,
	}: {
		readonly options: QueueWorkerOptions;
		readonly pool: ProcessPool;
		readonly ending: AbortController;
	},
): Promise<null> {
	const { job, stores } = queued.data;
	// A word that is lost on the way is not worth a job.
	const tell = (saying: JobSaying) =>
		queued.updateProgress(saying).catch(() => {});
	let toldAt = Number.NEGATIVE_INFINITY;
	try {
		const refusal = refusalOf(stores, options.store);
		if (refusal !== null) {
			await tell({ kind: "retry", reason: refusal, attempt: 2 });
			ending.abort(new QueueError(refusal));
		}
		const record = await pool.execute(job, stores, {
			signal: ending.signal,
			onProgress: (progress) => {
				const now = performance.now();
				if (now - toldAt < PROGRESS_MS) return;
				toldAt = now;
				tell({ kind: "progress", progress });
			},
			onRetry: (reason, attempt) => tell({ kind: "retry", reason, attempt }),
		});
		options.say(`${job.label}: done, ${record.seconds.toFixed(1)} s`);
		return null;
	} catch (error) {
		if (ending.signal.aborted) {
			await queued.moveToWait(token);
			throw new WaitingError();
		}
		const failure = failureOf(job, error);
		options.say(`${job.label}: failed: ${failure.message}`);
		throw new UnrecoverableError(JSON.stringify(failure));
	}
}

function failureOf(job: Job, error: unknown): JobFailure {
	if (error instanceof JobError)
		return {
			message: error.message.slice(`${job.label}: `.length),
			log: error.log,
			lastItem: error.lastItem,
		};
	const packed = packError(error);
	return { message: packed.message, log: errorLines(packed), lastItem: null };
}

/** Why a worker for one address may not do jobs on stores, null where it may. */
function refusalOf(stores: JobStores, allowed: string): string | null {
	const root = allowed.replace(/\/+$/, "");
	const outside = Object.values(stores).find(
		(address) =>
			(address !== root && !address.startsWith(`${root}/`)) ||
			address.split("/").includes(".."),
	);
	return outside === undefined
		? null
		: `the worker ${hostname()} may only use ${allowed}, and jobs wait for ${outside}: start it with --store ${commonStore(stores)}`;
}

/** Ends once nothing has waited or run for as long as the worker may be idle. */
async function untilIdle(
	idleMs: number,
	checkMs = CHECK_MS,
	isIdle: () => Promise<boolean>,
): Promise<void> {
	for (let idle = 0; idle < idleMs; ) {
		await sleep(checkMs);
		idle = (await isIdle()) ? idle + checkMs : 0;
	}
}

/**
 * Whether nothing waits or runs for this version. Throws where that is so and
 * publishers are there whose code is another. One that has said nothing since this worker
 * started may have been killed: until it is heard or gone, jobs of this version may come.
 */
async function isIdleFor(
	redis: Redis,
	queue: Queue<QueuedJob>,
	version: string,
	started: number,
): Promise<boolean> {
	const counts = await queue.getJobCounts("wait", "delayed", "active");
	if (Object.values(counts).some((count) => count > 0)) return false;
	const present = (await publishers(redis)).filter(({ isGone }) => !isGone);
	const versions = new Set(present.map((publisher) => publisher.version));
	if (versions.size === 0 || versions.has(version)) return true;
	// Redis gives whole seconds.
	const seconds = (performance.now() - started) / 1000 - 1;
	if (present.every(({ silentSeconds }) => silentSeconds > seconds))
		return false;
	throw new QueueError(
		`jobs wait for version ${[...versions].join(" and ")} of the code, and this is ${version}: check out the publisher's commit, and run npm install`,
	);
}

function once(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve());
	});
}
