import { randomUUID } from "node:crypto";
import { type JobType, Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { openStore } from "../storage/open-store.ts";
import type { Store } from "../storage/store.ts";
import { AwaitedStep } from "./awaited-step.ts";
import { codeVersion } from "./code-version.ts";
import { findRecord } from "./execute.ts";
import { withRetries } from "./failures.ts";
import { inTurns } from "./in-turns.ts";
import {
	type Job,
	JobError,
	type JobRecord,
	type JobStores,
	type JobWatch,
	type Runner,
} from "./job.ts";
import { patiently } from "./patiently.ts";
import {
	connectQueue,
	type JobSaying,
	type QueuedJob,
	QueueError,
	queueId,
	queueOptions,
} from "./queue-connection.ts";
import {
	announce,
	publishers,
	retire,
	type StepProgress,
} from "./queue-publishers.ts";
import { commonStore } from "./store-of-workers.ts";

/** Jobs that are added to the queue by one command. */
const ADDED_AT_ONCE = 500;

/** Records that are looked for at a time. */
const LOOKED_FOR_AT_ONCE = 16;

/** How often the queue is compared with what is waited for, in milliseconds. */
const CHECK_MS = 5000;

/** Comparisons without any worker after which somebody is told. */
const LONELY_CHECKS = 2;

/** A queue whose publishers have been silent for so long is cleared away. */
const FORGOTTEN_SECONDS = 86_400;

export interface QueueRunnerOptions {
	/** `redis://[:password@]host:port[/database]`, or `rediss://`. */
	readonly url: string;
	readonly stores: JobStores;
	/** Of an S3-compatible store, where it is not the vendor's own. */
	readonly endpoint?: string;
	/** Default: {@link codeVersion}. */
	readonly version?: string;
	readonly checkMs?: number;
	/** Something that people should know and that may pass, in a line. */
	onTrouble?(line: string): void;
}

/**
 * Runs jobs on workers that take them from a queue in Redis, one queue a version of
 * the code. The work store is the truth: a job whose record is there is done, and one
 * that the queue has lost is added again.
 */
export class QueueRunner implements Runner {
	readonly #options: QueueRunnerOptions;
	readonly #version: string;
	readonly #redis: Redis;
	readonly #queue: Queue<QueuedJob>;
	readonly #events: QueueEvents;
	readonly #stores: Readonly<Record<keyof JobStores, Store>>;
	readonly #addresses: JobStores;
	readonly #id = randomUUID();
	readonly #steps = new Set<AwaitedStep>();
	readonly #finished = new Map<string, StepProgress>();
	#done = 0;
	#failed = 0;
	#lonelyChecks = 0;
	#timer: NodeJS.Timeout | null = null;
	#isClosed = false;

	/** Throws a {@link QueueError} where Redis is not there. */
	static async connect(options: QueueRunnerOptions): Promise<QueueRunner> {
		const { stores, endpoint } = options;
		const redis = await connectQueue(options.url, options.onTrouble);
		const version = options.version ?? (await codeVersion());
		const runner = new QueueRunner(options, version, redis, {
			lake: await openStore(stores.lake, { endpoint }),
			work: await openStore(stores.work, { endpoint }),
		});
		await runner.#events.waitUntilReady();
		await runner.#forgetOthers();
		await runner.#announce();
		runner.#checkLater();
		return runner;
	}

	private constructor(
		options: QueueRunnerOptions,
		version: string,
		redis: Redis,
		stores: Readonly<Record<keyof JobStores, Store>>,
	) {
		this.#options = options;
		this.#version = version;
		this.#redis = redis;
		this.#stores = stores;
		this.#addresses = { lake: stores.lake.address, work: stores.work.address };
		this.#queue = new Queue(this.#version, queueOptions(redis));
		this.#events = new QueueEvents(this.#version, queueOptions(redis));
		// The connection itself tells that it is lost and found again.
		this.#queue.on("error", () => {});
		this.#events.on("error", () => {});
		this.#events.on("completed", ({ jobId }) =>
			this.#inSteps(jobId, (step, job) => this.#settle(step, job)),
		);
		this.#events.on("failed", ({ jobId, failedReason }) =>
			this.#inSteps(jobId, (step, job) => step.fail(job, failedReason)),
		);
		this.#events.on("stalled", ({ jobId }) =>
			this.#inSteps(jobId, (step, job) => step.vanished(job)),
		);
		this.#events.on("progress", ({ jobId, data }) =>
			this.#inSteps(jobId, (step, job) => step.heard(job, data as JobSaying)),
		);
	}

	/** Several lists may run at once. Jobs that run when a step fails are not stopped. */
	async run(jobs: readonly Job[], watch: JobWatch): Promise<JobRecord[]> {
		for (const job of jobs)
			for (const { name, from } of job.inputs)
				if ("file" in from)
					throw new QueueError(
						`${job.label} needs ${name} from this machine, which workers elsewhere cannot read`,
					);
		watch.signal?.throwIfAborted();
		const step = new AwaitedStep(jobs, watch);
		const abort = () => step.reject(watch.signal?.reason);
		watch.signal?.addEventListener("abort", abort);
		this.#steps.add(step);
		const added = this.#addMissing(step);
		added.catch((error) => step.reject(error));
		try {
			return await step.ended;
		} catch (error) {
			this.#failed += error instanceof JobError ? 1 : 0;
			// What is still being added would stay in the queue.
			await patiently(
				Promise.allSettled([added]).then(() => this.#withdraw(step)),
			);
			throw error;
		} finally {
			watch.signal?.removeEventListener("abort", abort);
			this.#steps.delete(step);
			this.#done += step.done;
			addTo(this.#finished, step.progress());
		}
	}

	/** They are: workers write them before they say that a job is done. */
	async kept(): Promise<void> {}

	async close(): Promise<void> {
		this.#isClosed = true;
		if (this.#timer !== null) clearTimeout(this.#timer);
		for (const step of this.#steps)
			step.reject(new QueueError("the queue is being closed"));
		await patiently(this.#forget(this.#id, this.#version));
		this.#redis.disconnect();
		await patiently(Promise.all([this.#events.close(), this.#queue.close()]));
		this.#stores.lake.close();
		this.#stores.work.close();
	}

	/** Adds jobs whose records are not there. */
	async #addMissing(step: AwaitedStep): Promise<void> {
		// What failed before would stand in the way of trying again.
		const failed = await this.#ids("failed");
		for (const job of step.awaited())
			if (failed.has(queueId(job.id)))
				await this.#queue.remove(queueId(job.id));
		const missing: Job[] = [];
		await inTurns(LOOKED_FOR_AT_ONCE, step.awaited(), async (job) => {
			if (!(await this.#settle(step, job))) missing.push(job);
		});
		if (!step.isRejected) await this.#add(missing);
		step.isAdded = true;
		await this.#announce();
	}

	/** Those that are in the queue already stay as they are. */
	async #add(jobs: readonly Job[]): Promise<void> {
		for (let start = 0; start < jobs.length; start += ADDED_AT_ONCE) {
			if (this.#isClosed) return;
			await this.#queue.addBulk(
				jobs.slice(start, start + ADDED_AT_ONCE).map((job) => ({
					name: job.label,
					data: { job, stores: this.#addresses },
					opts: { jobId: queueId(job.id), removeOnComplete: true },
				})),
			);
		}
	}

	/** Takes what nobody has begun out of the queue, unless another step waits for it. */
	async #withdraw(step: AwaitedStep): Promise<void> {
		for (const id of await this.#ids("wait", "delayed", "failed")) {
			const steps = this.#stepsWith(id);
			if (steps.length === 1 && steps[0] === step) await this.#queue.remove(id);
		}
	}

	/** Takes a job for done where the store says so, whatever the queue does. */
	async #settle(step: AwaitedStep, job: Job): Promise<boolean> {
		const record = await withRetries(() => findRecord(job.id, this.#stores));
		if (record === null) return false;
		step.settle(job, record);
		return true;
	}

	#checkLater(): void {
		this.#timer = setTimeout(async () => {
			try {
				await this.#check();
			} catch (error) {
				for (const step of this.#steps) step.reject(error);
			}
			if (!this.#isClosed) this.#checkLater();
		}, this.#options.checkMs ?? CHECK_MS);
	}

	/** Finds what events did not tell: they are lost with Redis, and so are jobs. */
	async #check(): Promise<void> {
		await this.#announce();
		for (const step of this.#steps) {
			if (!step.isAdded || step.isRejected) continue;
			const failed = await this.#ids("failed");
			const queued = await this.#ids("wait", "delayed", "active");
			const lost: Job[] = [];
			await inTurns(LOOKED_FOR_AT_ONCE, step.awaited(), async (job) => {
				const id = queueId(job.id);
				if (failed.has(id))
					step.fail(job, (await this.#queue.getJob(id))?.failedReason ?? "");
				else if (!queued.has(id) && !(await this.#settle(step, job)))
					lost.push(job);
			});
			if (!step.isRejected) await this.#add(lost);
		}
		await this.#lookForWorkers();
	}

	async #lookForWorkers(): Promise<void> {
		const isWaiting = [...this.#steps].some(
			(step) => step.awaited().length > 0,
		);
		const isAlone = isWaiting && (await this.#queue.getWorkersCount()) === 0;
		this.#lonelyChecks = isAlone ? this.#lonelyChecks + 1 : 0;
		if (this.#lonelyChecks === LONELY_CHECKS)
			this.#options.onTrouble?.(
				`no worker takes jobs of this version of the code (${this.#version}); start one: npm run worker -- --queue … --store ${commonStore(this.#addresses)}`,
			);
	}

	async #announce(): Promise<void> {
		const steps = new Map(this.#finished);
		for (const step of this.#steps) addTo(steps, step.progress());
		const running = [...this.#steps].reduce((sum, step) => sum + step.done, 0);
		await announce(this.#redis, this.#id, {
			version: this.#version,
			done: this.#done + running,
			failed: this.#failed,
			steps: [...steps.values()],
		});
	}

	/** Clears away what publishers left that vanished long ago. */
	async #forgetOthers(): Promise<void> {
		for (const { id, version, silentSeconds } of await publishers(this.#redis))
			if (silentSeconds > FORGOTTEN_SECONDS) await this.#forget(id, version);
	}

	/** Takes a publisher off the list, and its queue away where nobody else uses it. */
	async #forget(id: string, version: string): Promise<void> {
		await retire(this.#redis, id);
		const others = await publishers(this.#redis);
		if (others.some((other) => other.version === version)) return;
		const queue = new Queue(version, queueOptions(this.#redis));
		queue.on("error", () => {});
		await queue.obliterate({ force: true });
		await queue.close();
	}

	/** Ids of the queue's jobs in some states. */
	async #ids(...states: JobType[]): Promise<Set<string>> {
		return new Set(await this.#queue.getRanges(states, 0, -1));
	}

	#stepsWith(id: string): AwaitedStep[] {
		return [...this.#steps].filter((step) => step.awaitedBy(id) !== undefined);
	}

	#inSteps(id: string, act: (step: AwaitedStep, job: Job) => unknown): void {
		for (const step of this.#stepsWith(id)) {
			const job = step.awaitedBy(id) as Job;
			Promise.try(act, step, job).catch((error) => step.reject(error));
		}
	}
}

function addTo(
	steps: Map<string, StepProgress>,
	progress: readonly StepProgress[],
): void {
	for (const { name, jobs, done } of progress) {
		const before = steps.get(name);
		steps.set(name, {
			name,
			jobs: jobs + (before?.jobs ?? 0),
			done: done + (before?.done ?? 0),
		});
	}
}
