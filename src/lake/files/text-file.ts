/** What a text file holds, in columns. */
export interface ArrowColumns {
	/** Arrow IPC stream, with exactly one end-of-stream. */
	readonly ipc: Uint8Array;
	/** DuckDB's types of columns that Arrow has no type for, or another; they are cast. */
	readonly types: ReadonlyMap<string, string>;
}
