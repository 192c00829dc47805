/** A column as the catalog publishes it. `type` is DuckDB's name for it. */
export interface Column {
	readonly name: string;
	readonly type: string;
	/** Unit of the values, for example `m` or `s`; null where there is none. */
	readonly unit: string | null;
	readonly description: string;
}

/** What every reader and writer of a table agrees on. */
export interface TableContract {
	readonly name: string;
	/** Name of the dataset that makes it. */
	readonly dataset: string;
	readonly description: string;
	readonly columns: readonly Column[];
	/** Columns that stand only in the path (`level=16/`), not in the files. */
	readonly partitionKeys: readonly string[];
	/** The order of rows within a partition; total, so that two builds are equal. */
	readonly sortKeys: readonly string[];
}

/** A column of a contract. */
export function column(
	name: string,
	type: string,
	description: string,
	unit: string | null = null,
): Column {
	return { name, type, unit, description };
}

/** The tables that pages know; a lake may hold others, whose datasets declare them. */
export const TABLES: readonly TableContract[] = [
	{
		name: "rides",
		dataset: "rides",
		description:
			"A ride: one GPX, FIT, TCX or KML file; its tracks are the ride's segments.",
		columns: [
			column(
				"ride_id",
				"VARCHAR",
				"Hash of the file's content, stable across builds",
			),
			column(
				"name",
				"VARCHAR",
				"Name of the track, null where the file has none",
			),
			column(
				"kind",
				"VARCHAR",
				"Kind of activity as the file names it, the commonest under one name; null where it does not",
			),
			column(
				"started_at",
				"TIMESTAMP",
				"Earliest time, UTC; null for a ride without times, the local day where times of day are left out",
			),
			column(
				"started_at_local",
				"TIMESTAMP",
				"First time as clocks showed it at the first point; null for a ride without times",
			),
			column(
				"duration_s",
				"DOUBLE",
				"Latest time minus earliest, null without times",
				"s",
			),
			column(
				"moving_s",
				"DOUBLE",
				"Time at 0.5 m/s or faster along unbroken segments, null without times",
				"s",
			),
			column(
				"distance_m",
				"DOUBLE",
				"Great-circle length along unbroken segments",
				"m",
			),
			column(
				"ascent_m",
				"DOUBLE",
				"Sum of the climbs of 3 m or more along unbroken segments, null without elevation",
				"m",
			),
			column("point_count", "INTEGER", "Number of samples"),
			column(
				"start_place",
				"VARCHAR",
				"Name of the place within 250 m of the first point: the publisher's, else of a waypoint in the file; null where none has one",
			),
			column(
				"source_file",
				"VARCHAR",
				"Path of the file below the input folder, of one in a zip with its name there; null where times of day are left out",
			),
		],
		partitionKeys: [],
		sortKeys: ["started_at", "ride_id"],
	},
	{
		name: "ride_points",
		dataset: "rides",
		description: "A sample of a ride.",
		columns: [
			column("ride_id", "VARCHAR", "The ride"),
			column("segment", "INTEGER", "Segment within the ride, from 0"),
			column("seq", "INTEGER", "Sample within the ride, from 0"),
			column("ts", "TIMESTAMP", "Time, UTC; null where the sample has none"),
			column("lon", "DOUBLE", "Longitude, WGS 84", "degrees"),
			column("lat", "DOUBLE", "Latitude, WGS 84", "degrees"),
			column("ele", "DOUBLE", "Elevation, null where the sample has none", "m"),
		],
		partitionKeys: [],
		sortKeys: ["ride_id", "seq"],
	},
	{
		name: "ride_cells",
		dataset: "rides",
		description:
			"A cell of the Web-Mercator grid of 2^level by 2^level that a ride passes, once per level, cell and ride.",
		columns: [
			column("level", "INTEGER", "Level of the grid, 6 to 20"),
			column("x", "INTEGER", "Column of the grid, east from 180 W"),
			column("y", "INTEGER", "Row of the grid, south from 85.0511 N"),
			column("ride_id", "VARCHAR", "The ride"),
		],
		partitionKeys: ["level"],
		sortKeys: ["morton(x, y)", "ride_id"],
	},
	{
		name: "posts",
		dataset: "posts",
		description: "A post; the same post id twice counts once.",
		columns: [
			column("post_id", "VARCHAR", "Id of the post, as text"),
			column(
				"author",
				"VARCHAR",
				"Screen name of the author, null where unknown",
			),
			column(
				"created_at",
				"TIMESTAMP",
				"Time of the post, UTC, to the millisecond",
			),
			column("is_repost", "BOOLEAN", "Whether the post repeats another"),
			column("tag_count", "INTEGER", "Occurrences of hashtags in the post"),
			column("text", "VARCHAR", "Text, null where the publisher leaves it out"),
			column(
				"url",
				"VARCHAR",
				"Address of the post, null where unknown or left out",
			),
		],
		partitionKeys: [],
		sortKeys: ["created_at", "post_id"],
	},
	{
		name: "post_tags",
		dataset: "posts",
		description: "An occurrence of a hashtag in a post.",
		columns: [
			column("tag", "VARCHAR", "Hashtag without its sign, lower-cased"),
			column("post_id", "VARCHAR", "The post"),
			column("ordinal", "INTEGER", "Occurrence within the post, from 0"),
			column(
				"author",
				"VARCHAR",
				"Screen name of the author, null where unknown",
			),
			column(
				"created_at",
				"TIMESTAMP",
				"Time of the post, UTC, to the millisecond",
			),
			column("is_repost", "BOOLEAN", "Whether the post repeats another"),
			column(
				"is_first",
				"BOOLEAN",
				"Whether the post has the tag here for the first time: such rows count posts",
			),
		],
		partitionKeys: [],
		sortKeys: ["created_at", "post_id", "ordinal"],
	},
	{
		name: "readings",
		dataset: "weather",
		description: "A reading of one measure of a weather station's module.",
		columns: [
			column("station", "VARCHAR", "Name of the station"),
			column(
				"module",
				"VARCHAR",
				"Module of the station, null where there is none",
			),
			column("measure", "VARCHAR", "What was measured"),
			column("unit", "VARCHAR", "Unit of the value, null where unknown"),
			column("ts", "TIMESTAMP", "Time of the reading, UTC"),
			column(
				"value",
				"DOUBLE",
				"The reading, null where the source is blank or a sentinel",
			),
		],
		partitionKeys: ["station"],
		sortKeys: ["ts", "module", "measure"],
	},
	{
		name: "flights",
		dataset: "flights",
		description: "A flight within the United States.",
		columns: [
			column("date", "TIMESTAMP", "Scheduled departure, local time"),
			column("distance", "BIGINT", "Distance between the airports", "mi"),
			// Beside the origin: columns that are asked for together travel in one request.
			column(
				"delay",
				"BIGINT",
				"Delay of the arrival; negative is early",
				"min",
			),
			column("origin", "VARCHAR", "IATA code of the airport of departure"),
			column("destination", "VARCHAR", "IATA code of the airport of arrival"),
		],
		partitionKeys: [],
		sortKeys: ["date", "origin", "destination", "delay", "distance"],
	},
	{
		name: "rejects",
		dataset: "rejects",
		description: "A row or file that could not be used.",
		columns: [
			column("dataset", "VARCHAR", "Dataset that the file belongs to"),
			column(
				"source_file",
				"VARCHAR",
				"Path of the file below the input folder",
			),
			column(
				"line",
				"BIGINT",
				"Line in the file, from 1, of a FIT file the message; null for a whole file",
			),
			column("reason", "VARCHAR", "What is wrong, and the remedy"),
			column("sample", "VARCHAR", "The beginning of what was rejected"),
		],
		partitionKeys: [],
		sortKeys: ["dataset", "source_file", "line", "reason", "sample"],
	},
];

/** The contract of a table that pages know. Throws for another name. */
export function tableContract(name: string): TableContract {
	const contract = TABLES.find((table) => table.name === name);
	if (contract === undefined) throw new Error(`unknown table: ${name}`);
	return contract;
}
