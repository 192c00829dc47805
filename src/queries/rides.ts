import { type CellWindow, piecesOf } from "../lib/geo/grid.ts";
import { dayAfter, folded, type RideFilter } from "../lib/rides/filter.ts";
import {
	double,
	integer,
	joinSql,
	type Query,
	sql,
	type TypedValue,
	text,
	timestamp,
} from "./sql.ts";

/** Where rides and their cells lie: in the lake's tables, or in others of their shape. */
export interface RideTables {
	readonly rides: Query;
	readonly rideCells: Query;
}

export const LAKE_RIDES: RideTables = {
	rides: sql`rides`,
	rideCells: sql`ride_cells`,
};

/**
 * Distinct rides per cell of a window: x, y, rides. `ride_cells` holds each level,
 * cell and ride once, so counting rows counts rides.
 */
export function cellCounts(
	window: CellWindow,
	filter: RideFilter,
	tables = LAKE_RIDES,
): Query {
	const conditions = conditionsOf(filter);
	return sql`select x, y, count(*)::INTEGER as rides
from (
  ${cellsOf(window, sql`x, y, ride_id`, tables)}
) as cells${
		conditions.length === 0
			? sql``
			: sql`
join ${tables.rides} using (ride_id)
where ${joinSql(conditions, "\n  and ")}`
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
  ${cellsOf(window, sql`x`, LAKE_RIDES)}
) as cells`;
}

/** The rides that pass some cell of a window, newest first, undated last. */
export function ridesThrough(
	window: CellWindow,
	filter: RideFilter,
	tables = LAKE_RIDES,
): Query {
	const conditions = [passing(window, tables), ...conditionsOf(filter)];
	return sql`select ${LIST_COLUMNS}
from ${tables.rides}
where ${joinSql(conditions, "\n  and ")}
order by started_at desc nulls last, ride_id desc`;
}

/**
 * Two rows, `all` and `in view` (those that pass some cell of a window):
 * `part, rides, distance_m, moving_s`.
 */
export function rideTotals(
	window: CellWindow,
	filter: RideFilter,
	tables = LAKE_RIDES,
): Query {
	const conditions = conditionsOf(filter);
	const row = (part: Query, which: readonly Query[]) =>
		sql`select ${part} as part, count(*)::INTEGER as rides,
  coalesce(sum(distance_m), 0) as distance_m, coalesce(sum(moving_s), 0) as moving_s
from ${tables.rides}${
			which.length === 0
				? sql``
				: sql`
where ${joinSql(which, "\n  and ")}`
		}`;
	return sql`${row(sql`'all'`, conditions)}
union all
${row(sql`'in view'`, [passing(window, tables), ...conditions])}`;
}

/** Every ride, in the order that numbers rides. */
export function rideList(): Query {
	return sql`select ${LIST_COLUMNS}
from rides
order by started_at, ride_id`;
}

const LIST_COLUMNS = sql`ride_id, name, kind, started_at_local, distance_m, moving_s, duration_s, ascent_m`;

/** What a ride has to meet to count, as `matching` has it for the page's own list. */
function conditionsOf(filter: RideFilter): Query[] {
	const { days, kinds, distanceMeters, weekdays, hours } = filter;
	const conditions: Query[] = [];
	if (days.from !== null)
		conditions.push(sql`started_at_local >= ${timestamp(days.from)}`);
	if (days.to !== null)
		conditions.push(sql`started_at_local < ${timestamp(dayAfter(days.to))}`);
	if (kinds.length > 0) conditions.push(kindIn(kinds));
	if (distanceMeters.from !== null)
		conditions.push(sql`distance_m >= ${double(distanceMeters.from)}`);
	if (distanceMeters.to !== null)
		conditions.push(sql`distance_m <= ${double(distanceMeters.to)}`);
	if (weekdays.length > 0)
		conditions.push(
			sql`isodow(started_at_local) in (${listOf(weekdays.map(integer))})`,
		);
	if (hours !== null) {
		const between = sql` ${hours.from < hours.to ? sql`and` : sql`or`} `;
		conditions.push(
			sql`(hour(started_at_local) >= ${integer(hours.from)}${between}hour(started_at_local) < ${integer(hours.to)})`,
		);
	}
	if (filter.text !== "")
		conditions.push(sql`contains(lower(name), ${text(folded(filter.text))})`);
	return conditions;
}

function kindIn(kinds: readonly (string | null)[]): Query {
	const named = kinds.filter((kind) => kind !== null).map(text);
	const either: Query[] = [];
	if (named.length > 0) either.push(sql`kind in (${listOf(named)})`);
	if (kinds.includes(null)) either.push(sql`kind is null`);
	return sql`(${joinSql(either, " or ")})`;
}

function listOf(values: readonly TypedValue[]): Query {
	return joinSql(
		values.map((value) => sql`${value}`),
		", ",
	);
}

/** That a ride passes some cell of a window. */
function passing(window: CellWindow, tables: RideTables): Query {
	return sql`ride_id in (
  ${cellsOf(window, sql`ride_id`, tables)}
)`;
}

/** Rows of `ride_cells` in a window; one part for each side of the antimeridian. */
function cellsOf(
	window: CellWindow,
	columns: Query,
	{ rideCells }: RideTables,
): Query {
	return joinSql(
		piecesOf(window).map(
			(piece) => sql`select ${columns}
  from ${rideCells}
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
