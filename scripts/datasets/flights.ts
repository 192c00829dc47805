import { tableContract } from "../../src/lib/catalog/tables.ts";
import { literal } from "../../src/lib/sql/literal.ts";
import { parquetRows } from "../storage/sql-text.ts";
import { type DatasetDefinition, timeBuckets } from "./dataset.ts";

const COLUMNS = "date, distance, delay, origin, destination";

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
	async parse(file, out) {
		await out.view(
			"flight_rows",
			`SELECT ${COLUMNS} FROM ${parquetRows([file.absolutePath])}`,
		);
		for await (const { num_rows } of out.query(
			`SELECT num_rows FROM parquet_file_metadata(${literal(file.absolutePath)})`,
		))
			out.count("rows read", Number(num_rows));
	},
	tables: [
		{
			name: "flights",
			contract: tableContract("flights"),
			rows: `SELECT ${COLUMNS} FROM flight_rows`,
			buckets: timeBuckets("date"),
			counts: "SELECT 'rows kept' AS name, count(*) AS count FROM rows",
			// Flights that are equal in all of them are equal rows.
			orderBy: "date, origin, destination, delay, distance",
			// Two columns of all rows are then few enough requests to fill a link of long round trips.
			rowGroupSize: 122_880,
		},
	],
	balance: {
		unit: "rows",
		read: ["rows read"],
		kept: ["rows kept"],
		rejected: [],
		duplicates: [],
	},
	rollups: [],
};
