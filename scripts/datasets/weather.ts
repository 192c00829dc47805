import { ROLLUP_COLUMNS } from "../../src/lib/rollups.ts";
import { tableContract } from "../../src/lib/tables.ts";
import { mayHoldReadings } from "../formats/weather-names.ts";
import { isZip } from "../formats/zip.ts";
import { type DatasetDefinition, timeBuckets } from "./dataset.ts";

const KEY = "station, module, measure, ts";

/**
 * Finds readings that there may be several copies of, by a hash of their key: few
 * as a rule, so that what has one copy takes no further memory.
 */
const REPEATED = `
	SELECT hash(${KEY}) FROM rows GROUP BY 1 HAVING count(*) > 1`;

const REPEATED_COPIES = `
	SELECT * FROM rows WHERE hash(${KEY}) IN (${REPEATED})`;

/** Whether the copies of a reading that have a value disagree in value or unit. */
const CLASHES = `(
	coalesce(min(value) <> max(value), false)
	OR coalesce(
		min(unit) FILTER (WHERE value IS NOT NULL)
			<> max(unit) FILTER (WHERE value IS NOT NULL),
		false)
)`;

/** Says a copy's value and unit, for the reason of a reject. */
const said = (copy: string) =>
	`${copy}.value::VARCHAR || coalesce(' ' || ${copy}.unit, '')`;

export const weather: DatasetDefinition = {
	name: "weather",
	folder: "weather",
	title: "Weather",
	description: "Readings of weather stations.",
	source: "The publisher's own files",
	licence: "Not stated",
	isPathData: true,
	isReadByUs: true,
	accepts: (path) => mayHoldReadings(path) || isZip(path),
	staging: [
		{
			name: "reading_copies",
			columns: [
				{ name: "station", type: "VARCHAR" },
				{ name: "module", type: "VARCHAR" },
				{ name: "measure", type: "VARCHAR" },
				{ name: "unit", type: "VARCHAR" },
				{ name: "ts", type: "TIMESTAMP" },
				{ name: "value", type: "DOUBLE" },
				// Within a zip.
				{ name: "entry", type: "VARCHAR" },
				{ name: "line", type: "BIGINT" },
			],
		},
	],
	async parse(file, out) {
		// Loaded where there are readings: each build loads this file.
		const { readWeather } = await import("../formats/weather.ts");
		let read = 0;
		let kept = false;
		try {
			await readWeather(file, out, (reading, line, entry) => {
				read++;
				out.row("reading_copies", [
					reading.station,
					reading.module,
					reading.measure,
					reading.unit,
					reading.time,
					reading.value,
					entry,
					line,
				]);
			});
			kept = true;
		} finally {
			out.count("readings read", read);
			out.count("readings of rejected files", kept ? 0 : read);
		}
	},
	tables: [
		{
			name: "readings",
			contract: tableContract("readings"),
			rows: `
				SELECT station, module, measure, unit, ts, value, line, concat_ws('/', path, entry) AS source_file
				FROM reading_copies JOIN source_files USING (file_index)`,
			buckets: timeBuckets("ts"),
			// A copy without a value says nothing against one that has one.
			merge: `
				SELECT station, module, measure, unit, ts, value
				FROM rows
				WHERE hash(${KEY}) NOT IN (${REPEATED})
				UNION ALL
				SELECT station, module, measure,
					coalesce(max(unit) FILTER (WHERE value IS NOT NULL), max(unit)) AS unit,
					ts, max(value) AS value
				FROM (${REPEATED_COPIES})
				GROUP BY ${KEY}
				HAVING NOT ${CLASHES}`,
			conflicts: `
				WITH repeated AS MATERIALIZED (${REPEATED_COPIES}),
				clashes AS (
					SELECT ${KEY},
						min({value: value, unit: unit, source_file: source_file, line: line})
							FILTER (WHERE value IS NOT NULL) AS low,
						max({value: value, unit: unit, source_file: source_file, line: line})
							FILTER (WHERE value IS NOT NULL) AS high
					FROM repeated
					GROUP BY ${KEY}
					HAVING ${CLASHES}
				), opposed AS (
					SELECT copies.*,
						CASE WHEN copies.value = low.value AND copies.unit IS NOT DISTINCT FROM low.unit
							THEN high ELSE low END AS other
					FROM clashes JOIN repeated AS copies
						ON copies.station = clashes.station
						AND copies.module IS NOT DISTINCT FROM clashes.module
						AND copies.measure = clashes.measure
						AND copies.ts = clashes.ts
					WHERE copies.value IS NOT NULL
				)
				SELECT source_file, line,
					'conflict: ' || ${said("opposed")} || ' here, ' || ${said("other")}
						|| ' in ' || other.source_file || ' line ' || other.line::VARCHAR
						|| CASE WHEN other.source_file = source_file
							THEN '; where clocks were set back, write times with their zone' ELSE '' END AS reason,
					concat_ws(' ', station, module, measure, ts::VARCHAR) AS sample
				FROM opposed`,
			counts: `
				WITH repeated AS MATERIALIZED (
					SELECT count(*) AS copies, ${CLASHES} AS clash
					FROM (${REPEATED_COPIES}) GROUP BY ${KEY}
				), totals AS (
					SELECT coalesce(sum(copies - 1) FILTER (WHERE NOT clash), 0) AS merged,
						coalesce(sum(copies) FILTER (WHERE clash), 0) AS conflicting
					FROM repeated
				)
				SELECT unnest(['readings kept', 'merged readings', 'conflicting readings']) AS name,
					unnest([
						(SELECT count(*) FROM rows) - merged - conflicting,
						merged,
						conflicting
					])::BIGINT AS count
				FROM totals`,
			orderBy: "ts, module, measure",
			rowGroupSize: 51200,
		},
	],
	balance: {
		unit: "readings",
		read: ["readings read"],
		kept: ["readings kept"],
		rejected: ["conflicting readings", "readings of rejected files"],
		duplicates: ["merged readings"],
	},
	rollups: [
		{
			name: "readings_per_day",
			columns: ROLLUP_COLUMNS.readings_per_day,
			sql: `
				SELECT station, module, measure, unit, ts::DATE AS day,
					count(value) AS readings, min(value) AS min,
					avg(value) AS mean, max(value) AS max
				FROM readings
				GROUP BY ALL`,
			orderBy: "station, module, measure, unit, day",
		},
	],
};
