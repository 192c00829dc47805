/** A measured figure, as `npm run bench --json` prints it. */
export interface Figure {
	/** Stable, for comparing runs: `pipeline.throughput`. */
	readonly id: string;
	/** What was measured, in words. */
	readonly what: string;
	readonly value: number;
	readonly unit: string;
	/** The value to reach, null where there is none. */
	readonly target: number | null;
	/** Whether it was reached, null where there is no target. */
	readonly met: boolean | null;
}

/** A figure without a target. */
export function untargeted(
	id: string,
	what: string,
	value: number,
	unit: string,
): Figure {
	return { id, what, value, unit, target: null, met: null };
}
