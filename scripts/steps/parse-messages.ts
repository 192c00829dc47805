import type { ParseOptions, SourceFile } from "../datasets/dataset.ts";
import type { StagedFile } from "../storage/staging.ts";

/** A file to parse; `attempt` is unique, so that an attempt's rows can be left out. */
export interface ParseTask {
	readonly file: SourceFile;
	readonly attempt: number;
}

export type ParseQuestion =
	| {
			readonly kind: "setup";
			readonly dataset: string;
			readonly folder: string;
			/** Keeps the file names of processes apart. */
			readonly prefix: string;
			readonly options: ParseOptions;
	  }
	| { readonly kind: "parse"; readonly tasks: readonly ParseTask[] }
	| { readonly kind: "finish" };

/** What became of a file. */
export interface FileOutcome {
	readonly attempt: number;
	/** Whether the whole file was rejected: its rows do not count. */
	readonly rejected: boolean;
	readonly counts: Readonly<Record<string, number>>;
	readonly notes: readonly string[];
}

export type ParseEvent =
	| { readonly kind: "started"; readonly attempt: number }
	| { readonly kind: "parsed"; readonly outcome: FileOutcome };

export type ParseAnswer =
	| { readonly kind: "ready" }
	| { readonly kind: "idle"; readonly residentBytes: number }
	| {
			readonly kind: "finished";
			readonly files: readonly StagedFile[];
			readonly peakBytes: number;
	  };
