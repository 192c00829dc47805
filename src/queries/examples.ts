import type { CatalogTable } from "../lib/catalog/catalog.ts";
import { isNumeric } from "../lib/sql/duckdb-types.ts";
import { identifier } from "../lib/sql/identifier.ts";
import { literal } from "../lib/sql/literal.ts";

/** A query to start from: what it asks, and the SQL as an analyst would write it. */
export interface Example {
	readonly title: string;
	readonly sql: string;
}

/**
 * Queries for a table, the first of them the plainest. Windows of time are
 * literals near the end of the data, taken from the catalog, because a literal
 * prunes. A table that Lakeside does not know gets queries made from its columns.
 */
export function examplesFor(table: CatalogTable): readonly Example[] {
	const known = KNOWN[table.name];
	return known === undefined ? generated(table) : known(table);
}

/**
 * The table that somebody new to a lake asks first, and the plainest query over it; null
 * where the lake has none. The demo's is of real data.
 */
export function starterOf(
	tables: readonly CatalogTable[],
): { readonly table: CatalogTable; readonly sql: string } | null {
	const table =
		tables.find(({ name }) => name === "flights") ??
		tables.find(({ name, rows }) => name !== "rejects" && rows > 0) ??
		tables[0];
	const [plainest] = table === undefined ? [] : examplesFor(table);
	return table === undefined || plainest === undefined
		? null
		: { table, sql: plainest.sql };
}

const KNOWN: Readonly<
	Record<string, (table: CatalogTable) => readonly Example[]>
> = {
	rides: (table) => [
		{
			title: "The 20 longest rides",
			sql: `select started_at, name, kind,
       round(distance_m / 1000, 1) as km,
       round(distance_m / nullif(moving_s, 0) * 3.6, 1) as km_per_h,
       round(ascent_m) as ascent_m
from rides
order by distance_m desc, ride_id
limit 20`,
		},
		{
			title: "Kilometres per month",
			sql: `select date_trunc('month', started_at_local) as month,
       count(*) as rides,
       round(sum(distance_m) / 1000, 1) as km,
       round(sum(moving_s) / 3600, 1) as hours
from rides
where started_at_local is not null
group by month
order by month`,
		},
		{
			title: "Weekday and hour of the start, local time",
			sql: `select isodow(started_at_local) as weekday,
       hour(started_at_local) as hour,
       count(*) as rides
from rides
where started_at_local is not null
group by all
order by rides desc, weekday, hour`,
		},
		{
			title: "Rides of the last 90 days",
			sql: `select started_at, name, round(distance_m / 1000, 1) as km
from rides
where started_at >= ${daysBeforeEnd(table, "started_at", 90)}
order by started_at desc, ride_id`,
		},
	],
	ride_points: () => [
		{
			title: "The latest ride, sample by sample",
			sql: `select seq, ts, lon, lat, ele
from ride_points
where ride_id = (
  select ride_id from rides order by started_at desc nulls last, ride_id limit 1
)
order by seq`,
		},
		{
			title: "Highest and lowest point of each ride",
			sql: `select r.started_at, r.name,
       min(p.ele) as lowest_m,
       max(p.ele) as highest_m,
       count(*) as points
from ride_points p
join rides r using (ride_id)
group by r.ride_id, r.started_at, r.name
order by highest_m desc nulls last, r.ride_id
limit 50`,
		},
		{
			title: "Seconds between samples",
			sql: `with gaps as (
  select epoch(ts - lag(ts) over (partition by ride_id order by seq)) as seconds
  from ride_points
)
select round(seconds) as seconds, count(*) as times
from gaps
where seconds is not null
group by 1
order by times desc, 1
limit 20`,
		},
	],
	ride_cells: () => [
		{
			title: "The cells most rides pass, with their place",
			sql: `select count(*) as rides,
       round((x + 0.5) / 2 ** level * 360 - 180, 5) as lon,
       round(degrees(atan(sinh(pi() * (1 - 2 * (y + 0.5) / 2 ** level)))), 5) as lat
from ride_cells
where level = 16
group by level, x, y
order by rides desc, lon, lat
limit 100`,
		},
		{
			title: "How often cells are passed",
			sql: `select rides, count(*) as cells
from (
  select count(*) as rides
  from ride_cells
  where level = 14
  group by x, y
)
group by rides
order by rides`,
		},
		{
			title: "The most ground covered by one ride",
			sql: `select r.started_at, r.name, count(*) as cells
from ride_cells c
join rides r using (ride_id)
where c.level = 16
group by r.ride_id, r.started_at, r.name
order by cells desc, r.ride_id
limit 20`,
		},
	],
	posts: (table) => [
		{
			title: "Posts per day, the last 30 days",
			sql: `select date_trunc('day', created_at) as day,
       count(*) as posts,
       count(*) filter (where is_repost) as reposts,
       count(*) filter (where tag_count > 0) as tagged
from posts
where created_at >= ${daysBeforeEnd(table, "created_at", 30)}
group by day
order by day`,
		},
		{
			title: "The busiest authors",
			sql: `select author, count(*) as posts,
       round(100 * avg(is_repost::int), 1) as percent_reposts,
       min(created_at) as first_post,
       max(created_at) as last_post
from posts
where author is not null
group by author
order by posts desc, author
limit 50`,
		},
		{
			title: "Posts by hour of the day, UTC",
			sql: `select hour(created_at) as hour, count(*) as posts
from posts
group by hour
order by hour`,
		},
	],
	post_tags: (table) => [
		{
			title: "Top 20 hashtags of the last 7 days",
			sql: `select tag, count(*) as occurrences, count(distinct post_id) as posts
from post_tags
where created_at > ${daysBeforeEnd(table, "created_at", 7)}
group by tag
order by occurrences desc, tag
limit 20`,
		},
		{
			title: "Hashtags that appear together",
			sql: `select a.tag, b.tag as with_tag, count(distinct a.post_id) as posts
from post_tags a
join post_tags b on a.post_id = b.post_id and a.tag < b.tag
where a.created_at > ${daysBeforeEnd(table, "created_at", 30)}
  and b.created_at > ${daysBeforeEnd(table, "created_at", 30)}
group by a.tag, b.tag
order by posts desc, a.tag, b.tag
limit 50`,
		},
		{
			title: "The day each hashtag peaked",
			sql: `select tag, date_trunc('day', created_at) as day, count(*) as occurrences
from post_tags
group by tag, day
qualify row_number() over (partition by tag order by count(*) desc, day) = 1
order by occurrences desc, tag
limit 50`,
		},
	],
	readings: (table) => {
		const station = firstOf(table, "station");
		const ofStation =
			station === null ? "value is not null" : `station = ${station}`;
		return [
			{
				title: "What each station measures",
				sql: `select station, module, measure, unit,
       count(value) as readings,
       count(*) - count(value) as blank,
       min(ts) as first_reading,
       max(ts) as last_reading
from readings
group by all
order by all`,
			},
			{
				title: "Daily minimum, mean and maximum",
				sql: `select date_trunc('day', ts) as day, module, measure, unit,
       min(value) as lowest,
       round(avg(value), 2) as mean,
       max(value) as highest
from readings
where ${ofStation}
group by all
order by measure, module, day`,
			},
			{
				title: "Mean of the 24 hours before each reading",
				sql: `select ts, module, measure, value,
       avg(value) over (
         partition by module, measure
         order by ts
         range between interval 24 hours - interval 1 microsecond preceding
           and current row
       ) as mean_24_h
from readings
where ${ofStation}
order by measure, module, ts`,
			},
			{
				title: "The longest gaps",
				sql: `select station, module, measure, ts as until,
       ts - lag(ts) over (
         partition by station, module, measure order by ts
       ) as gap
from readings
where ${ofStation}
order by gap desc nulls last, station, module, measure, until
limit 20`,
			},
		];
	},
	flights: (table) => [
		{
			title: "Mean delay by airport of departure",
			sql: `select origin,
       count(*) as flights,
       round(avg(delay), 1) as mean_delay_min
from flights
group by origin
order by flights desc, origin`,
		},
		{
			title: "The last week, all columns",
			sql: `select *
from flights
where date >= ${daysBeforeEnd(table, "date", 7)}
order by date, origin, destination, delay, distance`,
		},
		{
			title: "Delay by hour of departure",
			sql: `select hour(date) as hour,
       count(*) as flights,
       median(delay) as median_delay_min,
       quantile_cont(delay, 0.9) as worst_tenth_min
from flights
group by hour
order by hour`,
		},
		{
			title: "The three busiest routes from each airport",
			sql: `select origin, destination, count(*) as flights
from flights
group by origin, destination
qualify row_number() over (
  partition by origin order by count(*) desc, destination
) <= 3
order by origin, flights desc, destination`,
		},
	],
	candles: (table) => {
		const symbol = firstOf(table, "symbol");
		const ofSymbol = symbol === null ? "" : `where symbol = ${symbol}\n`;
		return [
			{
				title: "Candles of a day",
				sql: `select symbol, date_trunc('day', ts) as day,
       arg_min(open, ts) as open,
       max(high) as high,
       min(low) as low,
       arg_max(close, ts) as close
from candles
${ofSymbol}group by all
order by symbol, day`,
			},
			{
				title: "Which candles there are",
				sql: `select symbol, resolution,
       count(*) as candles,
       min(ts) as first_candle,
       max(ts) as last_candle
from candles
group by all
order by all`,
			},
			{
				title: "Mean of 20 candles, and two deviations around it",
				sql: `select resolution, ts, close,
       avg(close) over w as mean,
       avg(close) over w + 2 * stddev_pop(close) over w as upper,
       avg(close) over w - 2 * stddev_pop(close) over w as lower
from candles
${ofSymbol}window w as (
  partition by symbol, resolution order by ts rows 19 preceding
)
order by resolution, ts`,
			},
			{
				title: "Volatility of daily returns over 30 days",
				sql: `with closes as (
  select symbol, date_trunc('day', ts) as day, arg_max(close, ts) as close
  from candles
  group by all
), returns as (
  select symbol, day,
         ln(close / lag(close) over (partition by symbol order by day)) as change
  from closes
  where close > 0
)
select symbol, day,
       stddev_samp(change) over (
         partition by symbol order by day rows 29 preceding
       ) as volatility
from returns
order by symbol, day`,
			},
		];
	},
	rejects: () => [
		{
			title: "Why input was rejected",
			sql: `select dataset, reason, count(*) as rejects,
       count(distinct source_file) as files
from rejects
group by dataset, reason
order by rejects desc, dataset, reason`,
		},
		{
			title: "Every reject, by file and line",
			sql: `select source_file, line, reason, sample
from rejects
order by source_file, line nulls first, reason
limit 1000`,
		},
	],
};

function generated(table: CatalogTable): Example[] {
	const from = `from ${identifier(table.name)}`;
	const examples: Example[] = [
		{ title: "The first 100 rows", sql: `select *\n${from}\nlimit 100` },
	];
	const { columns } = table;
	const text = columns.find(({ type }) => type === "VARCHAR");
	const time = columns.find(({ type }) => /^(DATE|TIMESTAMP)$/.test(type));
	const number = columns.find(({ type }) => isNumeric(type));
	if (text !== undefined)
		examples.push({
			title: `The most frequent ${text.name}`,
			sql: `select ${identifier(text.name)}, count(*) as times
${from}
group by 1
order by times desc, 1
limit 50`,
		});
	if (number !== undefined)
		examples.push({
			title: `The spread of ${number.name}`,
			sql: `select count(${identifier(number.name)}) as known,
       min(${identifier(number.name)}) as lowest,
       median(${identifier(number.name)}) as median,
       avg(${identifier(number.name)}) as mean,
       max(${identifier(number.name)}) as highest
${from}`,
		});
	if (time !== undefined)
		examples.push({
			title: `Rows per month of ${time.name}`,
			sql: `select date_trunc('month', ${identifier(time.name)}) as month, count(*) as times
${from}
group by month
order by month`,
		});
	return examples;
}

/**
 * A `TIMESTAMP` literal some days before the last value of a table's first sort
 * key, as the catalog bounds it; where the catalog has no bound, a subquery that
 * says the same and does not prune.
 */
function daysBeforeEnd(
	table: CatalogTable,
	column: string,
	days: number,
): string {
	const last = table.manifest.blocks
		.flatMap((block) => block.bounds[column]?.max ?? [])
		.sort()
		.at(-1);
	const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)/.exec(last ?? "");
	if (match === null)
		return `(select max(${identifier(column)}) from ${identifier(table.name)}) - interval ${days} days`;
	const start = new Date(Date.parse(`${match[1]}T${match[2]}Z`));
	start.setUTCDate(start.getUTCDate() - days);
	return `timestamp '${start.toISOString().slice(0, 19).replace("T", " ")}'`;
}

/** The first value of a partition key as a literal, null where the catalog has none. */
function firstOf(table: CatalogTable, column: string): string | null {
	const first = table.manifest.blocks
		.flatMap((block) => block.bounds[column]?.min ?? [])
		.sort()[0];
	return first === undefined ? null : literal(first);
}
