import {
	joinSql,
	type Query,
	sql,
	TypedValue,
	text,
	timestamp,
} from "./sql.ts";

/** The readings of one measure of one module of a station. */
export interface Series {
	readonly station: string;
	/** Null for a station without modules. */
	readonly module: string | null;
	readonly measure: string;
	/** Given where the measure has several units, of which this is one. */
	readonly unit?: string | null;
}

/** From `from` to `to`, the end excluded. */
export interface TimeRange {
	readonly from: Date;
	readonly to: Date;
}

/**
 * Widths of a bucket in seconds: divisors of a day or whole days, so that a
 * bucket that starts at midnight keeps doing so.
 */
const BUCKET_SECONDS = [
	60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
	172_800, 432_000, 864_000, 1_728_000,
] as const;

/**
 * Width of the buckets that give at most `points` points over a range, or null
 * where the readings themselves are no more than that, at one every
 * `intervalSeconds`.
 */
export function bucketSeconds(
	{ from, to }: TimeRange,
	points: number,
	intervalSeconds: number,
): number | null {
	const seconds = (to.getTime() - from.getTime()) / 1000;
	if (seconds / intervalSeconds <= points) return null;
	return (
		BUCKET_SECONDS.find((width) => seconds / width <= points) ??
		Math.ceil(seconds / points / 864_000) * 864_000
	);
}

/**
 * Readings of a series over a range with their moving average: the mean of the
 * readings in the `averageSeconds` up to and including each one, the start
 * excluded, at the readings' own irregular times; readings before the range
 * count towards it. Nulls are no readings.
 *
 * One row a bucket of `bucket` seconds counted from 1970, or a reading where
 * `bucket` is null: `start` of the bucket, `first` and `last` reading in it,
 * `readings`, `low`, `mean`, `high`, and `average`, the mean of the moving average
 * at its readings.
 */
export function movingAverage(
	series: Series,
	range: TimeRange,
	averageSeconds: number,
	bucket: number | null,
): Query {
	const window = interval(averageSeconds);
	const since = new Date(range.from.getTime() - averageSeconds * 1000);
	const averaged = sql`WITH averaged AS (
  SELECT ts, value, avg(value) OVER (
    ORDER BY ts RANGE BETWEEN ${window} - INTERVAL '1 microsecond' PRECEDING AND CURRENT ROW
  ) AS average
  FROM readings
  WHERE ${joinSql(
		[
			...isSeries(series),
			sql`value IS NOT NULL`,
			sql`ts > ${timestamp(since)}`,
			sql`ts < ${timestamp(range.to)}`,
		],
		"\n    AND ",
	)}
)`;
	const inRange = sql`ts >= ${timestamp(range.from)}`;
	if (bucket === null)
		return sql`${averaged}
SELECT ts AS start, ts AS first, ts AS last, 1::BIGINT AS readings,
  value AS low, value AS mean, value AS high, average
FROM averaged
WHERE ${inRange}
ORDER BY ts`;
	return sql`${averaged}
SELECT time_bucket(${interval(bucket)}, ts, TIMESTAMP '1970-01-01') AS start,
  min(ts) AS first, max(ts) AS last, count(*) AS readings,
  min(value) AS low, avg(value) AS mean, max(value) AS high, avg(average) AS average
FROM averaged
WHERE ${inRange}
GROUP BY start
ORDER BY start`;
}

/**
 * Readings of each UTC day of a series with the mean of all readings of the
 * `averageDays` days up to and including it: `day, readings, min, mean, max,
 * average`. Days without readings are absent.
 */
export function dailyAverage(series: Series, averageDays: number): Query {
	// A named window would be one parameter to us and two to DuckDB.
	const averaged = sql`(ORDER BY day RANGE BETWEEN ${interval((averageDays - 1) * 86_400)} PRECEDING AND CURRENT ROW)`;
	return sql`WITH days AS (
  SELECT ts::DATE AS day, count(*) AS readings,
    min(value) AS min, avg(value) AS mean, max(value) AS max
  FROM readings
  WHERE ${joinSql([...isSeries(series), sql`value IS NOT NULL`], "\n    AND ")}
  GROUP BY day
)
SELECT day, readings, min, mean, max,
  sum(mean * readings) OVER ${averaged}
    / sum(readings) OVER ${averaged} AS average
FROM days
ORDER BY day`;
}

function isSeries(series: Series): readonly Query[] {
	const { station, module, measure, unit } = series;
	return [
		sql`station = ${text(station)}`,
		isValue(sql`module`, module),
		sql`measure = ${text(measure)}`,
		...(unit === undefined ? [] : [isValue(sql`unit`, unit)]),
	];
}

function isValue(column: Query, value: string | null): Query {
	return value === null
		? sql`${column} IS NULL`
		: sql`${column} = ${text(value)}`;
}

function interval(seconds: number): TypedValue {
	const [amount, unit] =
		seconds % 86_400 === 0
			? [seconds / 86_400, "day"]
			: seconds % 3600 === 0
				? [seconds / 3600, "hour"]
				: seconds % 60 === 0
					? [seconds / 60, "minute"]
					: [seconds, "second"];
	return new TypedValue(
		`${amount} ${unit}${amount === 1 ? "" : "s"}`,
		"INTERVAL",
	);
}
