import { type Job, JobError, type JobRecord, type JobWatch } from "./job.ts";
import {
	type JobFailure,
	type JobSaying,
	queueId,
} from "./queue-connection.ts";
import type { StepProgress } from "./queue-publishers.ts";

/**
 * A list of jobs that others do. However often and in whatever order their ends are
 * told, it ends once: with all records, or with the first failure.
 */
export class AwaitedStep {
	readonly ended: Promise<JobRecord[]>;
	/** Whether all of its jobs have been put into the queue once. */
	isAdded = false;
	/** Nobody waits for its jobs any more. */
	isRejected = false;
	readonly #jobs: readonly Job[];
	readonly #watch: JobWatch;
	/** By the queue's ids. */
	readonly #awaited: Map<string, Job>;
	readonly #records = new Map<string, JobRecord>();
	readonly #vanished = new Map<string, number>();
	readonly #end = Promise.withResolvers<JobRecord[]>();

	constructor(jobs: readonly Job[], watch: JobWatch) {
		this.#jobs = jobs;
		this.#watch = watch;
		this.#awaited = new Map(jobs.map((job) => [queueId(job.id), job]));
		this.ended = this.#end.promise;
		if (jobs.length === 0) this.#end.resolve([]);
	}

	/** Jobs that are done. */
	get done(): number {
		return this.#records.size;
	}

	awaited(): Job[] {
		return [...this.#awaited.values()];
	}

	awaitedBy(id: string): Job | undefined {
		return this.#awaited.get(id);
	}

	settle(job: Job, record: JobRecord): void {
		if (!this.#awaited.delete(queueId(job.id))) return;
		this.#records.set(job.id, record);
		this.#watch.onDone?.(job, record);
		if (this.#awaited.size === 0)
			this.#end.resolve(
				this.#jobs.map(({ id }) => this.#records.get(id) as JobRecord),
			);
	}

	/** `reason` is what the queue keeps of the failure. */
	fail(job: Job, reason: string): void {
		const { message, log, lastItem } = failureOf(reason);
		this.reject(new JobError(job, message, log, lastItem));
	}

	reject(reason: unknown): void {
		this.isRejected = true;
		this.#end.reject(reason);
	}

	/** A job's worker has not been heard of: the queue gives it to another one. */
	vanished(job: Job): void {
		const times = (this.#vanished.get(job.id) ?? 0) + 1;
		this.#vanished.set(job.id, times);
		this.#watch.onRetry?.(job, "its worker vanished", times + 1);
	}

	heard(job: Job, saying: JobSaying): void {
		if (saying.kind === "progress") this.#watch.onProgress?.(saying.progress);
		else this.#watch.onRetry?.(job, saying.reason, saying.attempt);
	}

	/** By what the labels have before their first slash. */
	progress(): StepProgress[] {
		const steps = new Map<string, { jobs: number; done: number }>();
		for (const { id, label } of this.#jobs) {
			const [name = label] = label.split("/");
			const { jobs, done } = steps.get(name) ?? { jobs: 0, done: 0 };
			const isDone = this.#records.has(id) ? 1 : 0;
			steps.set(name, { jobs: jobs + 1, done: done + isDone });
		}
		return [...steps].map(([name, counts]) => ({ name, ...counts }));
	}
}

/** The queue itself fails a job whose workers vanish too often, and says so in words. */
function failureOf(reason: string): JobFailure {
	return reason.startsWith("{")
		? (JSON.parse(reason) as JobFailure)
		: { message: reason, log: [reason], lastItem: null };
}
