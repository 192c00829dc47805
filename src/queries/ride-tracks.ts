import { joinSql, type Query, sql, text } from "./sql.ts";

/**
 * Samples of rides, ride by ride in their order: ride_id, segment, seq, `time_ms`
 * (milliseconds since 1970, NaN where the sample has no time), lon, lat in degrees.
 * Reads the row groups that may hold one of the rides. At least one id.
 */
export function trackPoints(rideIds: readonly string[]): Query {
	const asked = joinSql(
		rideIds.map((id) => sql`${text(id)}`),
		", ",
	);
	return sql`select ride_id, segment, seq, coalesce(epoch_ms(ts)::DOUBLE, 'nan'::DOUBLE) as time_ms, lon, lat
from ride_points
where ride_id in (${asked})
order by ride_id, seq`;
}
