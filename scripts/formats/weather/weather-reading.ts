/**
 * How new a copy of a reading is: when it was last changed, in microseconds since 1970,
 * UTC, or a number that grows with each revision, or with how well it was checked. Two of
 * one kind can be compared.
 */
export type Version =
	| { readonly updated: number }
	| { readonly revision: number };

export interface Reading {
	readonly station: string;
	readonly module: string | null;
	readonly measure: string;
	readonly unit: string | null;
	/** Microseconds since 1970, UTC. */
	readonly time: number;
	/** Null where the cell is blank, a word or a sentinel. */
	readonly value: number | null;
	/** Null where nothing tells, and where a cell is blank: it says nothing against others. */
	readonly version: Version | null;
}

/** `entry` names the file within a zip, null where there is none. */
export type TakeReading = (
	reading: Reading,
	line: number,
	entry: string | null,
) => void;
