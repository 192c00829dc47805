import type { Job, JobRecord, JobStores, JobWatch, Runner } from "./job.ts";
import { type PoolOptions, ProcessPool } from "./process-pool.ts";

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

	/** Largest VmHWM of the processes, in bytes, as far as they lived to tell. */
	get peakBytes(): number {
		return this.#pool.peakBytes;
	}

	/**
	 * Once a job has failed for good, no other is begun; those that run are waited
	 * for, so that what they did is not lost. Several lists may run at once.
	 */
	async run(jobs: readonly Job[], watch: JobWatch): Promise<JobRecord[]> {
		const records: JobRecord[] = new Array(jobs.length);
		const queue = jobs.entries();
		const failed = new AbortController();
		const lane = async () => {
			for (const [index, job] of queue) {
				watch.signal?.throwIfAborted();
				const record = await this.#pool.execute(job, this.#stores, {
					signal: watch.signal,
					lastTry: failed.signal,
					onProgress: (progress) => watch.onProgress?.(progress),
					onRetry: (reason, attempt) => watch.onRetry?.(job, reason, attempt),
				});
				records[index] = record;
				watch.onDone?.(job, record);
				if (failed.signal.aborted) return;
			}
		};
		const lanes = Math.min(this.#pool.processes, jobs.length);
		await Promise.all(
			Array.from({ length: lanes }, () =>
				lane().catch((error) => failed.abort(error)),
			),
		);
		failed.signal.throwIfAborted();
		return records;
	}

	close(): Promise<void> {
		return this.#pool.close();
	}
}
