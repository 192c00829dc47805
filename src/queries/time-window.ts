import { DAY_MS } from "../lib/time-units.ts";
import { joinSql, type Query, sql, timestamp } from "./sql.ts";

/** An end of a window. */
export interface Bound {
	readonly at: Date;
	readonly included: boolean;
}

/** A span of UTC time; null is open. */
export interface TimeWindow {
	readonly lower: Bound | null;
	readonly upper: Bound | null;
}

export const ALL_TIME: TimeWindow = { lower: null, upper: null };

/** The seconds up to an instant: the start excluded, the end included. */
export function trailing(until: Date, seconds: number): TimeWindow {
	return {
		lower: {
			at: new Date(until.getTime() - seconds * 1000),
			included: false,
		},
		upper: { at: until, included: true },
	};
}

/**
 * Whole UTC days, both included, each given as its midnight; an end that is null
 * is open.
 */
export function wholeDays(first: Date | null, last: Date | null): TimeWindow {
	return {
		lower: first && { at: first, included: true },
		upper: last && {
			at: new Date(last.getTime() + DAY_MS),
			included: false,
		},
	};
}

/** Whether an instant lies in the window. */
export function contains({ lower, upper }: TimeWindow, instant: Date): boolean {
	const time = instant.getTime();
	if (lower !== null) {
		const start = lower.at.getTime();
		if (time < start || (time === start && !lower.included)) return false;
	}
	if (upper !== null) {
		const end = upper.at.getTime();
		if (time > end || (time === end && !upper.included)) return false;
	}
	return true;
}

/**
 * The conditions on a column, which the planner can prune by; none where the
 * window is open. `column` is a name from a table's contract.
 */
export function within(column: string, window: TimeWindow): readonly Query[] {
	const name: Query = { sql: column, params: [], display: column };
	const conditions: Query[] = [];
	if (window.lower !== null) {
		const at = timestamp(window.lower.at);
		conditions.push(
			window.lower.included ? sql`${name} >= ${at}` : sql`${name} > ${at}`,
		);
	}
	if (window.upper !== null) {
		const at = timestamp(window.upper.at);
		conditions.push(
			window.upper.included ? sql`${name} <= ${at}` : sql`${name} < ${at}`,
		);
	}
	return conditions;
}

/**
 * A WHERE clause of all conditions, with a line of its own behind an indent; empty
 * where there is none.
 */
export function where(conditions: readonly Query[], indent = ""): Query {
	const space: Query = { sql: indent, params: [], display: indent };
	return conditions.length === 0
		? { sql: "", params: [], display: "" }
		: sql`\n${space}WHERE ${joinSql(conditions, " AND ")}`;
}

/**
 * The window of equal length that ends where one begins; null where an end is open.
 * An instant that the one excludes at its start is the other's last.
 */
export function windowBefore({ lower, upper }: TimeWindow): TimeWindow | null {
	if (lower === null || upper === null) return null;
	const length = upper.at.getTime() - lower.at.getTime();
	return {
		lower: { ...lower, at: new Date(lower.at.getTime() - length) },
		upper: { at: lower.at, included: !lower.included },
	};
}
