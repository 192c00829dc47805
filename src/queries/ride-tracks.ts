import { joinSql, type Query, sql, text } from "./sql.ts";

/**
 * Samples of rides, ride by ride in their order: ride_id, segment, seq, `time_ms`
 * (milliseconds since 1970, NaN where the sample has no time), lon, lat in degrees.
 * Reads the row groups that may hold one of the rides. At least one id.
 */
export function trackPoints(rideIds: readonly string[]): Query {
	return sql`select ride_id, segment, seq, coalesce(epoch_ms(ts)::DOUBLE, 'nan'::DOUBLE) as time_ms, lon, lat
from ride_points
where ride_id in (${textsOf(rideIds)})
order by ride_id, seq`;
}

/** How many samples some rides have, without reading them: `samples`. At least one id. */
export function sampleCount(rideIds: readonly string[]): Query {
	return sql`select coalesce(sum(point_count), 0)::DOUBLE as samples
from rides
where ride_id in (${textsOf(rideIds)})`;
}

function textsOf(values: readonly string[]): Query {
	return joinSql(
		values.map((value) => sql`${text(value)}`),
		", ",
	);
}
