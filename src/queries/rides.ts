import { type CellWindow, piecesOf } from "../lib/grid.ts";
import { integer, joinSql, type Query, sql, timestamp } from "./sql.ts";

/**
 * Days of a ride's local start, both included; null is open. A day is midnight
 * UTC of its date. With neither, rides without a date count as well.
 */
export interface DayRange {
	readonly from: Date | null;
	readonly to: Date | null;
}

export const ANY_DAY: DayRange = { from: null, to: null };

/**
 * Distinct rides per cell of a window: x, y, rides. `ride_cells` holds each level,
 * cell and ride once, so counting rows counts rides.
 */
export function cellCounts(window: CellWindow, days: DayRange): Query {
	const dated = startedWithin(days);
	return sql`select x, y, count(*)::INTEGER as rides
from (
  ${cellsOf(window, sql`x, y, ride_id`)}
) as cells${
		dated === null
			? sql``
			: sql`
join rides using (ride_id)
where ${dated}`
	}
group by x, y
order by rides desc, y, x`;
}

/**
 * Each cell and ride of a window, for recounting under any filter: `cell` is the
 * index in the window, row by row; `ride` the place in {@link rideList}.
 */
export function cellPairs(window: CellWindow): Query {
	const pieces = piecesOf(window);
	const cells = joinSql(
		pieces.map(
			(piece) =>
				sql`select (y - ${integer(window.y)}) * ${integer(window.columns)} + x - ${integer(piece.x - piece.column)} as cell, ride_id
  from ride_cells
  where ${within(window, piece)}`,
		),
		"\n  union all\n  ",
	);
	return sql`select cell, ride
from (
  ${cells}
) as cells
join (
  select ride_id, (row_number() over (order by started_at, ride_id) - 1)::INTEGER as ride
  from rides
) as numbered using (ride_id)`;
}

/** How many rows {@link cellPairs} has: `pairs`. */
export function cellPairCount(window: CellWindow): Query {
	return sql`select count(*)::INTEGER as pairs
from (
  ${cellsOf(window, sql`x`)}
) as cells`;
}

/** Distinct rides that pass a window: `rides`. */
export function ridesThrough(window: CellWindow, days: DayRange): Query {
	const dated = startedWithin(days);
	return sql`select count(distinct ride_id)::INTEGER as rides
from (
  ${cellsOf(window, sql`ride_id`)}
) as cells${
		dated === null
			? sql``
			: sql`
join rides using (ride_id)
where ${dated}`
	}`;
}

/** Local start of each ride, null where undated, in the order that numbers rides. */
export function rideList(): Query {
	return sql`select started_at_local
from rides
order by started_at, ride_id`;
}

/** Whether a ride with this local start (milliseconds, null without a date) is in the days. */
export function isWithin(startedAt: number | null, days: DayRange): boolean {
	if (days.from === null && days.to === null) return true;
	if (startedAt === null) return false;
	return (
		(days.from === null || startedAt >= days.from.getTime()) &&
		(days.to === null || startedAt < dayAfter(days.to).getTime())
	);
}

function startedWithin({ from, to }: DayRange): Query | null {
	const conditions: Query[] = [];
	if (from !== null)
		conditions.push(sql`started_at_local >= ${timestamp(from)}`);
	if (to !== null)
		conditions.push(sql`started_at_local < ${timestamp(dayAfter(to))}`);
	return conditions.length === 0 ? null : joinSql(conditions, " and ");
}

function dayAfter(day: Date): Date {
	return new Date(day.getTime() + 86_400_000);
}

/** Rows of `ride_cells` in a window; one part for each side of the antimeridian. */
function cellsOf(window: CellWindow, columns: Query): Query {
	return joinSql(
		piecesOf(window).map(
			(piece) => sql`select ${columns}
  from ride_cells
  where ${within(window, piece)}`,
		),
		"\n  union all\n  ",
	);
}

function within(
	{ level, y, rows }: CellWindow,
	{ x, columns }: { readonly x: number; readonly columns: number },
): Query {
	return sql`level = ${integer(level)}
    and x between ${integer(x)} and ${integer(x + columns - 1)}
    and y between ${integer(y)} and ${integer(y + rows - 1)}`;
}
