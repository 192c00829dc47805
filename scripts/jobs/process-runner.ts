import type { Job, JobRecord, JobStores, JobWatch, Runner } from "./job.ts";
import { type PoolOptions, ProcessPool } from "./process-pool.ts";

/** Steps of less work than this are done sooner here than by processes that must start first. */
const SMALL_STEP_SECONDS = 1.5;

/** Small jobs that are done here at a time: while one waits for the disk or for this process's turn, others keep the cores busy. */
const HERE_AT_A_TIME = 4;

export interface ProcessRunnerOptions extends PoolOptions {
	readonly stores: JobStores;
}

/** Runs jobs in processes of this machine. */
export class ProcessRunner implements Runner {
	readonly #pool: ProcessPool;
	readonly #stores: JobStores;

	constructor({ stores, ...pool }: ProcessRunnerOptions) {
		this.#pool = new ProcessPool(pool);
		this.#stores = stores;
	}

	/**
	 * Once a job has failed for good, no other is begun; those that run are waited
	 * for, so that what they did is not lost. Several lists may run at once. A list of
	 * little work is done in this process, where the pool may and has not started any.
	 */
	async run(jobs: readonly Job[], watch: JobWatch): Promise<JobRecord[]> {
		const records: JobRecord[] = new Array(jobs.length);
		// The longest first: at the end, none that is long is left to one process alone.
		const queue = [...jobs.entries()]
			.sort(([, a], [, b]) => secondsOf(b) - secondsOf(a))
			.values();
		const failed = new AbortController();
		const isSmall =
			jobs.reduce((sum, job) => sum + secondsOf(job), 0) <= SMALL_STEP_SECONDS;
		const isHere = isSmall && this.#pool.mayWorkHere;
		const lane = async () => {
			for (const [index, job] of queue) {
				watch.signal?.throwIfAborted();
				const record = await this.#pool.execute(job, this.#stores, {
					signal: watch.signal,
					lastTry: failed.signal,
					isHere,
					onProgress: (progress) => watch.onProgress?.(progress),
					onRetry: (reason, attempt) => watch.onRetry?.(job, reason, attempt),
				});
				records[index] = record;
				watch.onDone?.(job, record);
				if (failed.signal.aborted) return;
			}
		};
		const atATime = isHere ? HERE_AT_A_TIME : this.#pool.processes;
		const lanes = Math.min(atATime, jobs.length);
		await Promise.all(
			Array.from({ length: lanes }, () =>
				lane().catch((error) => failed.abort(error)),
			),
		);
		// The first error is the one to tell.
		if (failed.signal.aborted) await this.#pool.kept().catch(() => {});
		failed.signal.throwIfAborted();
		return records;
	}

	kept(): Promise<void> {
		return this.#pool.kept();
	}

	close(): Promise<void> {
		return this.#pool.close();
	}
}

/** What a job takes where that can be told, else any time. */
function secondsOf({ seconds = Number.MAX_VALUE }: Job): number {
	return seconds;
}
