/**
 * One piece of work: files in, files out. The same job gives the same outputs,
 * wherever and however often it runs, so that it may be run again at any time. It is
 * plain JSON: it travels to processes and over queues.
 */
export interface Job {
	/**
	 * Hash of all that decides the outputs: kind, parameters, contents of the inputs,
	 * and the version of the code.
	 */
	readonly id: string;
	/** Name of the code that does it, in the registry of kinds. */
	readonly kind: string;
	/** For people: `parse rides/2024-05`. */
	readonly label: string;
	readonly params: Json;
	readonly inputs: readonly JobInput[];
	/**
	 * Roughly the seconds that it takes a warm process; absent where nobody can say, or
	 * where it may end its process: only others do it then.
	 */
	readonly seconds?: number;
}

/** Where a job's files come from and go to, as addresses of stores. */
export interface JobStores {
	/** The lake that is published. */
	readonly lake: string;
	/** What lies between raw files and the lake, and the records of jobs. */
	readonly work: string;
}

/** A file that a job is supplied with. */
export interface JobInput {
	/** What the job calls it: a relative path with forward slashes. */
	readonly name: string;
	readonly from:
		| { readonly store: keyof JobStores; readonly key: string }
		/** Absolute path on this machine: jobs of a queue have none such. */
		| { readonly file: string };
	readonly bytes: number;
}

/** A file that a job hands back. */
export interface JobOutput {
	readonly store: keyof JobStores;
	readonly key: string;
	readonly bytes: number;
}

/** What is kept of a job that is done, in the work store under {@link recordKey}. */
export interface JobRecord {
	readonly id: string;
	readonly label: string;
	readonly outputs: readonly JobOutput[];
	/** What the job says about its outputs, for example counts. */
	readonly value: Json;
	/** Largest resident memory of the process that ran it, in bytes. */
	readonly peakBytes: number;
	readonly seconds: number;
	/** Lines for people, in the order of writing. */
	readonly log: readonly string[];
}

/** How far a job that runs is. */
export interface JobProgress {
	readonly id: string;
	readonly bytes: number;
	readonly rows: number;
}

/** Runs the jobs of a step, in any order and number at a time. */
export interface Runner {
	/**
	 * Resolves once every job is done, with their records in the order of the jobs.
	 * Rejects with a {@link JobError} once a job has failed for good; what other jobs
	 * have done until then stays done.
	 */
	run(jobs: readonly Job[], watch: JobWatch): Promise<JobRecord[]>;
	/**
	 * Resolves once the records that it has given lie in the work store, where the next
	 * build looks for them; rejects where one could not be written.
	 */
	kept(): Promise<void>;
	/** Ends what still runs, in good order where nothing does. */
	close(): Promise<void>;
}

export interface JobWatch {
	/** Ends the step: running jobs are stopped and the promise rejects with its reason. */
	readonly signal?: AbortSignal;
	onDone?(job: Job, record: JobRecord): void;
	onProgress?(progress: JobProgress): void;
	/** A job failed and will be tried again. */
	onRetry?(job: Job, reason: string, attempt: number): void;
}

export type Json =
	| string
	| number
	| boolean
	| null
	| readonly Json[]
	| { readonly [name: string]: Json };

/** A job has failed for good. */
export class JobError extends Error {
	override readonly name = "JobError";
	readonly job: Job;
	/** The job's log, with the error whole. */
	readonly log: readonly string[];
	/** What was worked on when the job's process died; null where none did, or none was named. */
	readonly lastItem: string | null;

	constructor(
		job: Job,
		message: string,
		log: readonly string[],
		lastItem: string | null = null,
	) {
		super(`${job.label}: ${message}`);
		this.job = job;
		this.log = log;
		this.lastItem = lastItem;
	}
}

/** Where a job's record lies in the work store. */
export function recordKey(id: string): string {
	return `jobs/${id.slice(0, 2)}/${id}.json`;
}
