import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FolderStore } from "../storage/folder-store.ts";
import type { Store } from "../storage/store.ts";
import { executeJob, type KindsModule } from "./execute.ts";
import {
	askedPauseMs,
	classify,
	pauseBefore,
	RETRY,
	type RetryPolicy,
} from "./failures.ts";
import { allEnded } from "./in-turns.ts";
import {
	type Job,
	JobError,
	type JobProgress,
	type JobRecord,
	type JobStores,
} from "./job.ts";
import {
	errorLines,
	type PackedError,
	packError,
	unpackError,
} from "./packed-error.ts";
import { ProcessDied, WorkerProcess } from "./worker-process.ts";

/** Resident memory after which a process is replaced by a fresh one. */
const REPLACE_BYTES = 500 * 2 ** 20;

/** A job whose processes die so often is to blame for it. */
const DEATHS = 3;

export interface PoolOptions {
	readonly processes: number;
	/** Folder of this machine for the files of running jobs; each process has one in it. */
	readonly scratch: string;
	/** URL of a `KindsModule`. Default: the pipeline's own kinds. */
	readonly kinds?: URL;
	/** Of an S3-compatible store, where it is not the vendor's own. */
	readonly endpoint?: string;
	/** How often and when to try again what the network failed. */
	readonly policy?: RetryPolicy;
	readonly replaceBytes?: number;
	/** Allows this process to do jobs itself; without it, others do all. */
	readonly here?: WorkHere;
}

/** What this process does jobs with. */
export interface WorkHere {
	readonly kinds: KindsModule["kinds"];
	readonly stores: Readonly<Record<keyof JobStores, Store>>;
}

export interface ExecuteWatch {
	readonly signal?: AbortSignal;
	/** Once it fires, the job runs on, but is not tried again when it fails. */
	readonly lastTry?: AbortSignal;
	/** It is done in this process. */
	readonly isHere?: boolean;
	onProgress?(progress: JobProgress): void;
	onRetry?(reason: string, attempt: number): void;
}

/** What a process may take to close what it keeps, in milliseconds. */
const FINISH_MS = 10_000;

/** A process and its folder. */
interface Slot {
	readonly process: WorkerProcess;
	readonly scratch: string;
}

/** How one try at a job ended. */
type Outcome = {
	readonly log: readonly string[];
	readonly item: string | null;
} & (
	| {
			readonly answer:
				| { readonly kind: "done"; readonly record: JobRecord }
				| { readonly kind: "failed"; readonly error: PackedError };
			readonly death: null;
	  }
	| { readonly answer: null; readonly death: ProcessDied }
);

/**
 * Processes that do jobs, one at a time each. They start when there is work, stay
 * warm from job to job, and are replaced once they have grown.
 */
export class ProcessPool {
	readonly processes: number;
	readonly #options: PoolOptions;
	readonly #idle: Slot[] = [];
	readonly #running = new Set<Promise<JobRecord>>();
	/** Of jobs that were done here: to wait for the disk after each would take a good part of a small build's time. */
	readonly #keeping: Promise<void>[] = [];
	readonly #waiting: (() => void)[] = [];
	readonly #closing = new AbortController();
	#swept: Promise<void> | null = null;
	#free: number;
	#started = 0;

	constructor(options: PoolOptions) {
		this.processes = options.processes;
		this.#options = options;
		this.#free = options.processes;
	}

	/**
	 * Does a job once a process is free. What the network failed is tried again, and
	 * so is a job whose process died, in a fresh one; throws a {@link JobError} where
	 * that does not help, and the signal's reason where it fires.
	 */
	async execute(
		job: Job,
		stores: JobStores,
		watch: ExecuteWatch = {},
	): Promise<JobRecord> {
		const running = this.#execute(job, stores, {
			...watch,
			signal: anyOf(watch.signal, this.#closing.signal),
		});
		this.#running.add(running);
		try {
			return await running;
		} finally {
			this.#running.delete(running);
		}
	}

	/** Whether this process may do jobs itself: no other is warm, and it has not grown. */
	get mayWorkHere(): boolean {
		const { here, replaceBytes = REPLACE_BYTES } = this.#options;
		return (
			here !== undefined &&
			this.#started === 0 &&
			process.memoryUsage.rss() <= replaceBytes
		);
	}

	/** Resolves once all records that were given have been kept; throws where one could not be. */
	async kept(): Promise<void> {
		await allEnded(this.#keeping);
	}

	/** Stops what runs, and ends all processes. */
	async close(): Promise<void> {
		this.#closing.abort(new Error("the processes are being closed"));
		await Promise.allSettled([...this.#running, ...this.#keeping]);
		await Promise.all(this.#idle.splice(0).map((slot) => this.#finish(slot)));
	}

	async #execute(
		job: Job,
		stores: JobStores,
		watch: ExecuteWatch & { readonly signal: AbortSignal },
	): Promise<JobRecord> {
		const { policy = RETRY } = this.#options;
		const log: string[] = [];
		let deaths = 0;
		let failures = 0;
		for (;;) {
			const { answer, death, ...outcome } = await this.#try(job, stores, watch);
			watch.signal.throwIfAborted();
			if (answer?.kind === "done") return answer.record;
			log.push(...outcome.log);
			let reason: string;
			let mayPass: boolean;
			let asked = 0;
			if (death !== null) {
				const at = outcome.item === null ? "" : ` at ${outcome.item}`;
				reason = `its process ${death.message}${at}`;
				log.push(reason, ...death.lastWords);
				mayPass = ++deaths < DEATHS;
			} else {
				reason = answer.error.message;
				log.push(...errorLines(answer.error));
				const error = unpackError(answer.error);
				asked = askedPauseMs(error);
				mayPass = classify(error) === "network" && ++failures < policy.attempts;
			}
			const failed = () =>
				new JobError(job, reason, log, death && outcome.item);
			if (!mayPass || watch.lastTry?.aborted) throw failed();
			watch.onRetry?.(reason, deaths + failures + 1);
			if (death !== null) continue;
			await pause(
				Math.max(asked, pauseBefore(failures + 1, policy)),
				anyOf(watch.signal, watch.lastTry),
			);
			watch.signal.throwIfAborted();
			if (watch.lastTry?.aborted) throw failed();
		}
	}

	async #try(
		job: Job,
		stores: JobStores,
		watch: ExecuteWatch & { readonly signal: AbortSignal },
	): Promise<Outcome> {
		if (watch.isHere) return this.#doHere(job, watch);
		await this.#takeTurn();
		try {
			watch.signal.throwIfAborted();
			const slot = this.#idle.pop() ?? (await this.#start());
			return await this.#ask(slot, job, stores, watch);
		} finally {
			this.#endTurn();
		}
	}

	async #doHere(
		job: Job,
		watch: ExecuteWatch & { readonly signal: AbortSignal },
	): Promise<Outcome> {
		const { here, scratch } = this.#options;
		const kind = here?.kinds[job.kind];
		if (here === undefined || kind === undefined)
			throw new Error(`no job of this process: ${job.kind}`);
		const log: string[] = [];
		const outcome = { death: null, log, item: null };
		try {
			const record = await executeJob(job, kind, here.stores, {
				scratch,
				signal: watch.signal,
				onProgress: (progress) => watch.onProgress?.(progress),
				onLog: (line) => log.push(line),
				// What fails on the way to a bucket may pass: then the job is tried again.
				...(here.stores.work instanceof FolderStore && {
					onKeeping: (keeping: Promise<void>) => {
						// `kept` tells of it; nobody may ask that after a failure.
						keeping.catch(() => {});
						this.#keeping.push(keeping);
					},
				}),
			});
			return { ...outcome, answer: { kind: "done", record } };
		} catch (error) {
			return {
				...outcome,
				answer: { kind: "failed", error: packError(error) },
			};
		}
	}

	/** Waits until fewer jobs run than there may be processes, first come, first served. */
	async #takeTurn(): Promise<void> {
		if (this.#free > 0) this.#free--;
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
	}

	#endTurn(): void {
		const next = this.#waiting.shift();
		if (next === undefined) this.#free++;
		else next();
	}

	async #start(): Promise<Slot> {
		this.#swept ??= sweep(this.#options.scratch);
		await this.#swept;
		const scratch = join(
			this.#options.scratch,
			`${process.pid}-${this.#started++}`,
		);
		await mkdir(scratch, { recursive: true });
		return { process: new WorkerProcess(), scratch };
	}

	async #ask(
		slot: Slot,
		job: Job,
		stores: JobStores,
		watch: ExecuteWatch & { readonly signal: AbortSignal },
	): Promise<Outcome> {
		const { kinds, endpoint, replaceBytes = REPLACE_BYTES } = this.#options;
		const log: string[] = [];
		let item: string | null = null;
		const abort = () => void slot.process.stop();
		watch.signal.addEventListener("abort", abort);
		if (watch.signal.aborted) abort();
		try {
			const answer = await slot.process.ask(
				{
					kind: "job",
					job,
					stores,
					endpoint,
					kinds: (kinds ?? new URL("./kinds.ts", import.meta.url)).href,
					scratch: slot.scratch,
				},
				(event) => {
					if (event.kind === "progress") watch.onProgress?.(event.progress);
					else if (event.kind === "log") log.push(event.line);
					else item = event.item;
				},
			);
			if (answer.kind === "finished")
				throw new Error("a worker process finished instead of doing its job");
			// An error that no class knows leaves a process that nobody knows either.
			const isSound =
				answer.kind === "done" ||
				classify(unpackError(answer.error)) !== "unknown";
			if (watch.signal.aborted) await this.#drop(slot);
			else if (isSound && answer.residentBytes <= replaceBytes)
				this.#idle.push(slot);
			else await this.#finish(slot);
			return { answer, death: null, log, item };
		} catch (error) {
			await this.#drop(slot);
			if (!(error instanceof ProcessDied)) throw error;
			return { answer: null, death: error, log, item };
		} finally {
			watch.signal.removeEventListener("abort", abort);
		}
	}

	/** Lets a process close what it keeps, and end. */
	async #finish(slot: Slot): Promise<void> {
		const timer = setTimeout(() => slot.process.stop(), FINISH_MS);
		try {
			await slot.process.ask({ kind: "finish" });
			await slot.process.ended();
		} catch (error) {
			// It has answered all that it was asked before: how it ends does not matter.
			if (!(error instanceof ProcessDied)) throw error;
		} finally {
			clearTimeout(timer);
			await this.#drop(slot);
		}
	}

	async #drop(slot: Slot): Promise<void> {
		await slot.process.stop();
		await rm(slot.scratch, { recursive: true, force: true });
	}
}

/** Removes what processes left whose pool was killed together with them. */
async function sweep(scratch: string): Promise<void> {
	await mkdir(scratch, { recursive: true });
	for (const name of await readdir(scratch)) {
		const [, pid] = /^(\d+)-\d+$/.exec(name) ?? [];
		if (pid !== undefined && !isAlive(Number(pid)))
			await rm(join(scratch, name), { recursive: true, force: true });
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// Another user's process is alive too.
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

function anyOf(...signals: (AbortSignal | undefined)[]): AbortSignal {
	return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

/** Ends early where the signal fires. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
	await sleep(ms, undefined, { signal }).catch((error: Error) => {
		if (error.name !== "AbortError") throw error;
	});
}
