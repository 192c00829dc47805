import { literal } from "../storage/sql-text.ts";
import type { DatasetDefinition } from "./dataset.ts";

const COLUMNS = "date, delay, distance, origin, destination";

export const flights: DatasetDefinition = {
	name: "flights",
	folder: "flights",
	title: "Flights",
	description:
		"Flights within the United States, their distance and their delay.",
	source:
		"U.S. Bureau of Transportation Statistics, on-time performance, by way of vega-datasets",
	licence: "Public domain (a work of the U.S. government)",
	accepts: (path) => path.toLowerCase().endsWith(".parquet"),
	staging: [
		{
			name: "flight_rows",
			columns: [
				{ name: "date", type: "TIMESTAMP" },
				{ name: "delay", type: "BIGINT" },
				{ name: "distance", type: "BIGINT" },
				{ name: "origin", type: "VARCHAR" },
				{ name: "destination", type: "VARCHAR" },
			],
		},
	],
	parse: (file, out) =>
		out.select(
			"flight_rows",
			`SELECT ${COLUMNS} FROM read_parquet(${literal(file.absolutePath)})`,
		),
	tables: [
		{
			name: "flights",
			select: `SELECT ${COLUMNS} FROM flight_rows`,
			bucket: "strftime(date, '%Y-%m')",
			// Flights that are equal in all of them are equal rows.
			orderBy: "date, origin, destination, delay, distance",
			// Two columns of all rows are then few enough requests to fill a link of long round trips.
			rowGroupSize: 122_880,
		},
	],
	conflicts: null,
	rollups: [],
};
