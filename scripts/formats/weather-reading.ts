export interface Reading {
	readonly station: string;
	readonly module: string | null;
	readonly measure: string;
	readonly unit: string | null;
	/** Microseconds since 1970, UTC. */
	readonly time: number;
	/** Null where the cell is blank, a word or a sentinel. */
	readonly value: number | null;
}

/** `entry` names the file within a zip, null where there is none. */
export type TakeReading = (
	reading: Reading,
	line: number,
	entry: string | null,
) => void;
