import type { RollupName } from "./catalog.ts";
import { type Column, column } from "./tables.ts";

/** The columns of each roll-up that pages know, in order. */
export const ROLLUP_COLUMNS: Readonly<Record<RollupName, readonly Column[]>> = {
	rides_per_month: [
		column(
			"month",
			"VARCHAR",
			"YYYY-MM of the local start; null for undated rides",
		),
		column("rides", "BIGINT", "Rides that started in the month"),
		column("distance_m", "DOUBLE", "Length of these rides", "m"),
		column("moving_s", "DOUBLE", "Time that these rides moved", "s"),
	],
	ride_map: [
		column("level", "INTEGER", "Level of the grid"),
		column("x", "INTEGER", "Column of the grid, east from 180 W"),
		column("y", "INTEGER", "Row of the grid, south from 85.0511 N"),
		column("rides", "BIGINT", "Distinct rides that pass the cell"),
	],
	ride_starts: [
		column("longitude", "DOUBLE", "Of the middle start, WGS 84", "degrees"),
		column("latitude", "DOUBLE", "Of the middle start, WGS 84", "degrees"),
		column("rides", "BIGINT", "Rides that start there"),
		column(
			"name",
			"VARCHAR",
			"The commonest name among the places where they start, null where none has one",
		),
	],
	post_funnel: [
		column("all_posts", "BIGINT", "Posts"),
		column("without_tags", "BIGINT", "Posts without a hashtag"),
		column("outside", "BIGINT", "Tagged posts outside the window"),
		column("counted", "BIGINT", "Tagged posts in the window"),
		column("tags", "BIGINT", "Hashtags of the counted posts"),
		column("window_start", "TIMESTAMP", "Start of the window, excluded"),
		column("window_end", "TIMESTAMP", "End of the window, included"),
	],
	post_top_tags: [
		column("tag", "VARCHAR", "Hashtag, lower-cased"),
		column("occurrences", "BIGINT", "Occurrences in the window"),
		column("posts", "BIGINT", "Posts in the window that have it"),
	],
	posts_per_day: [
		column("day", "DATE", "Day, UTC"),
		column("posts", "BIGINT", "Posts"),
		column("tagged", "BIGINT", "Posts with a hashtag"),
		column("tags", "BIGINT", "Occurrences of hashtags"),
		column("reposts", "BIGINT", "Of the posts, those that repeat another"),
		column("tagged_reposts", "BIGINT", "Of the reposts, those with a hashtag"),
		column("repost_tags", "BIGINT", "Occurrences of hashtags in reposts"),
	],
	readings_per_day: [
		column("station", "VARCHAR", "Name of the station"),
		column("module", "VARCHAR", "Module, null where there is none"),
		column("measure", "VARCHAR", "What was measured"),
		column("unit", "VARCHAR", "Unit of the values, null where unknown"),
		column("day", "DATE", "Day, UTC"),
		column("readings", "BIGINT", "Readings with a value"),
		column("min", "DOUBLE", "Smallest value"),
		column("mean", "DOUBLE", "Mean of the values"),
		column("max", "DOUBLE", "Largest value"),
	],
};
