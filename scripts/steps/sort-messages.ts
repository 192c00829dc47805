import type { TableName } from "../../src/lib/tables.ts";
import type { TableDefinition } from "../datasets/dataset.ts";
import type { Piece } from "./shuffle.ts";
import type { LakeFile } from "./write.ts";

/** A piece of a table to sort and write into the lake. */
export interface SortTask {
	readonly kind: "write";
	readonly table: TableName;
	readonly definition: TableDefinition;
	readonly piece: Piece;
	readonly lake: string;
}

export type SortQuestion =
	| {
			readonly kind: "setup";
			/** A folder of the process's own. */
			readonly scratch: string;
	  }
	| SortTask
	| { readonly kind: "finish" };

export type SortAnswer =
	| { readonly kind: "ready" }
	| {
			readonly kind: "written";
			readonly files: readonly LakeFile[];
			readonly rows: number;
			readonly residentBytes: number;
	  }
	| { readonly kind: "finished"; readonly peakBytes: number };
