import { ROLLUP_COLUMNS } from "../../src/lib/catalog/rollups.ts";
import { tableContract } from "../../src/lib/catalog/tables.ts";
import { isZip } from "../formats/archives/zip.ts";
import { mayHoldReadings } from "../formats/weather/weather-names.ts";
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

/**
 * The winner is the newest version. A copy that tells none, or one of another kind, cannot
 * be older: it is current, too.
 */
const VERSIONED = `
	SELECT *, updated_at IS NOT DISTINCT FROM max(updated_at) OVER comparable
		AND revision IS NOT DISTINCT FROM max(revision) OVER comparable AS is_current
	FROM (${REPEATED_COPIES})
	WINDOW comparable AS (PARTITION BY ${KEY}, updated_at IS NULL, revision IS NULL)`;

/** Of the copies of a reading, those that say what it is: a copy without a value says nothing against one that has one. */
const SAYING = "FILTER (WHERE is_current AND value IS NOT NULL)";

/** Whether these disagree in value or unit. */
const CLASHES = `(
	coalesce(min(value) ${SAYING} <> max(value) ${SAYING}, false)
	OR coalesce(min(unit) ${SAYING} <> max(unit) ${SAYING}, false)
)`;

const COPY =
	"{value: value, unit: unit, updated_at: updated_at, revision: revision, source_file: source_file, line: line}";

/** By key, how its copies end: `low` and `high` are current ones, which differ only in a clash. */
const OUTCOMES = `
	SELECT ${KEY}, count(*) AS copy_count, ${CLASHES} AS is_clash,
		coalesce(min(${COPY}) ${SAYING}, max(${COPY}) FILTER (WHERE is_current)) AS low,
		max(${COPY}) ${SAYING} AS high,
		max(unit) ${SAYING} AS settled_unit
	FROM versioned
	GROUP BY ${KEY}`;

/** Older copies that say something else than what counts. */
const REPLACED = `(
	NOT is_current AND copies.value IS NOT NULL
	AND (copies.value IS DISTINCT FROM low.value OR coalesce(copies.unit <> settled_unit, false))
)`;

const WITH_OUTCOMES = `
	outcomes JOIN versioned AS copies
		ON copies.station = outcomes.station
		AND copies.module IS NOT DISTINCT FROM outcomes.module
		AND copies.measure = outcomes.measure
		AND copies.ts = outcomes.ts`;

/** Says a copy's value and unit, for the reason of a reject. */
const said = (copy: string) =>
	`coalesce(${copy}.value::VARCHAR || coalesce(' ' || ${copy}.unit, ''), 'no value')`;

/** Says how new a copy is. */
const dated = (copy: string) =>
	`coalesce('of ' || ${copy}.updated_at::VARCHAR, 'of version ' || ${copy}.revision::VARCHAR)`;

const placeOf = (copy: string) =>
	`${copy}.source_file || ' line ' || ${copy}.line::VARCHAR`;

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
				// Of its version, one or none of both.
				{ name: "updated_at", type: "TIMESTAMP" },
				{ name: "revision", type: "BIGINT" },
				// Within a zip.
				{ name: "entry", type: "VARCHAR" },
				{ name: "line", type: "BIGINT" },
			],
		},
	],
	async parse(file, out) {
		// Loaded where there are readings: each build loads this file.
		const { readWeather } = await import("../formats/weather/weather.ts");
		let read = 0;
		let kept = false;
		try {
			await readWeather(file, out, (reading, line, entry) => {
				read++;
				const { version } = reading;
				const isDated = version !== null && "updated" in version;
				out.row("reading_copies", [
					reading.station,
					reading.module,
					reading.measure,
					reading.unit,
					reading.time,
					reading.value,
					isDated ? version.updated : null,
					isDated || version === null ? null : version.revision,
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
				SELECT station, module, measure, unit, ts, value, updated_at, revision, line,
					concat_ws('/', path, entry) AS source_file
				FROM reading_copies JOIN source_files USING (file_index)`,
			buckets: timeBuckets("ts"),
			merge: `
				SELECT station, module, measure, unit, ts, value
				FROM rows
				WHERE hash(${KEY}) NOT IN (${REPEATED})
				UNION ALL
				SELECT station, module, measure,
					coalesce(max(unit) ${SAYING}, max(unit)) AS unit,
					ts, max(value) ${SAYING} AS value
				FROM (${VERSIONED})
				GROUP BY ${KEY}
				HAVING NOT ${CLASHES}`,
			conflicts: `
				WITH versioned AS MATERIALIZED (${VERSIONED}), outcomes AS (${OUTCOMES}),
				opposed AS (
					SELECT copies.*, is_clash, low,
						CASE WHEN copies.value = low.value AND copies.unit IS NOT DISTINCT FROM low.unit
							THEN high ELSE low END AS other
					FROM ${WITH_OUTCOMES}
					WHERE copies.value IS NOT NULL AND (is_clash OR ${REPLACED})
				)
				SELECT source_file, line,
					CASE WHEN is_current THEN
						'conflict: ' || ${said("opposed")} || ' here, ' || ${said("other")}
							|| ' in ' || ${placeOf("other")}
							|| CASE WHEN other.source_file = source_file
								THEN '; where clocks were set back, write times with their zone; where a column tells them apart, name it station or module' ELSE '' END
					ELSE
						'replaced: ' || concat_ws(' ', ${said("opposed")}, ${dated("opposed")}) || ' here, '
							|| concat_ws(' ', ${said("low")}, ${dated("low")}) || ' in ' || ${placeOf("low")}
					END AS reason,
					concat_ws(' ', station, module, measure, ts::VARCHAR) AS sample
				FROM opposed`,
			counts: `
				WITH versioned AS MATERIALIZED (${VERSIONED}), outcomes AS (${OUTCOMES}),
				totals AS (
					SELECT coalesce(sum(copy_count - 1) FILTER (WHERE NOT is_clash), 0) AS extra,
						coalesce(sum(copy_count) FILTER (WHERE is_clash), 0) AS conflicting,
						(SELECT count(*) FROM ${WITH_OUTCOMES} WHERE NOT is_clash AND ${REPLACED}) AS replaced
					FROM outcomes
				)
				SELECT unnest(['readings kept', 'merged readings', 'replaced readings', 'conflicting readings']) AS name,
					unnest([
						(SELECT count(*) FROM rows) - extra - conflicting,
						extra - replaced,
						replaced,
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
		rejected: [
			"conflicting readings",
			"replaced readings",
			"readings of rejected files",
		],
		replaced: ["replaced readings"],
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
