import type { Job, JobProgress, JobRecord, JobStores } from "./job.ts";
import type { PackedError } from "./packed-error.ts";

/** What a worker process is asked. */
export type JobQuestion =
	| {
			readonly kind: "job";
			readonly job: Job;
			readonly stores: JobStores;
			/** Of an S3-compatible store, where it is not the vendor's own. */
			readonly endpoint?: string;
			/** URL of a `KindsModule`. */
			readonly kinds: string;
			/** Folder that is the process's own. */
			readonly scratch: string;
	  }
	/** Close everything and end. */
	| { readonly kind: "finish" }
	/** End, whatever is being done. */
	| { readonly kind: "stop" };

/** What it says on the way. */
export type JobEvent =
	| { readonly kind: "progress"; readonly progress: JobProgress }
	| { readonly kind: "item"; readonly item: string }
	| { readonly kind: "log"; readonly line: string };

/** What it answers in the end, with the memory that it has now. */
export type JobAnswer =
	| ({ readonly kind: "done"; readonly record: JobRecord } & ProcessMemory)
	| ({ readonly kind: "failed"; readonly error: PackedError } & ProcessMemory)
	| { readonly kind: "finished" };

export interface ProcessMemory {
	readonly residentBytes: number;
}
