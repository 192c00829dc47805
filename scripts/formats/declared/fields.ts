import { identifier } from "../../../src/lib/sql/identifier.ts";
import { literal, literalList } from "../../../src/lib/sql/literal.ts";
import type { StagingTable, StagingType } from "../../datasets/dataset.ts";

/**
 * What a cell holds. A cell that is none of it rejects its row, and so does a blank
 * one of `NOT NULL`. A TIMESTAMP is stored in UTC: a zone in the cell is heeded,
 * without one it is taken as UTC.
 */
export type Field =
	| StagingType
	| `${StagingType} NOT NULL`
	| {
			readonly type: "TIMESTAMP" | "TIMESTAMP NOT NULL";
			/** How times are written, in DuckDB's strptime specifiers: `%d/%m/%Y %H:%M`. */
			readonly format: string;
	  };

/** What the rows of a format become in a staging table. */
export interface RowShape {
	/** Name of the staging table. */
	readonly table: string;
	/** What is read, by name. */
	readonly columns: Readonly<Record<string, Field>>;
	/**
	 * Further columns, by SQL over those of `columns`, `path` and the ones before.
	 * It must not fail: what TRY_CAST and try_strptime make null can be rejected by a check.
	 */
	readonly derived?: Readonly<
		Record<string, { readonly type: StagingType; readonly sql: string }>
	>;
	/** SQL over all columns that holds for rows to reject, by the reason. */
	readonly rejected?: Readonly<Record<string, string>>;
	/** Name of a VARCHAR column for the path of the file, in a zip with the entry's name after it. */
	readonly path?: string;
	/** Texts that stand for no value, besides a blank cell. */
	readonly nulls?: readonly string[];
}

/** Rows as a format finds them, before a shape's types. */
export interface RawRows {
	/** A SELECT of at least the columns that {@link RawRows.raw} tells. */
	readonly select: string;
	/** SQL of a column's raw value over `select`. */
	raw(name: string): string;
	/** SQL over `select` for rows that are none, such as blank lines; they are not counted. */
	readonly ignored: string | null;
	/** SQL over `select` that holds for rows that are not of the format at all, and why. */
	readonly malformed: { readonly when: string; readonly reason: string } | null;
	/** SQL of the typed value, null where the raw one is not of the type. */
	cast(raw: string, field: Field, name: string): string;
	/** What the column `path` holds. */
	readonly path: string;
}

export interface RowSql {
	/** SELECT of the staging table's rows. */
	readonly kept: string;
	/**
	 * SELECT of the others, in order: row BIGINT, the place from 1 among all rows of
	 * `select`, those that are ignored included, and reason VARCHAR.
	 */
	readonly rejected: string;
}

/** The staging table of a shape. */
export function stagingOf(shape: RowShape): StagingTable {
	return {
		name: shape.table,
		columns: [
			...Object.entries(shape.columns).map(([name, field]) => ({
				name,
				type: typeOf(field),
			})),
			...(shape.path === undefined
				? []
				: [{ name: shape.path, type: "VARCHAR" as const }]),
			...Object.entries(shape.derived ?? {}).map(([name, { type }]) => ({
				name,
				type,
			})),
		],
	};
}

/** The SQL that sorts raw rows into those that are kept and those that are rejected. */
export function rowSql(shape: RowShape, rows: RawRows): RowSql {
	const names = Object.keys(shape.columns);
	const rawName = (name: string) => identifier(`raw ${name}`);
	const raw = names.map(
		(name) => `${withNulls(rows.raw(name), shape.nulls)} AS ${rawName(name)}`,
	);
	const typed = Object.entries(shape.columns).map(
		([name, field]) =>
			`${rows.cast(rawName(name), field, name)} AS ${identifier(name)}`,
	);
	if (shape.path !== undefined)
		typed.push(`${literal(rows.path)} AS ${identifier(shape.path)}`);
	const derived = Object.entries(shape.derived ?? {}).map(
		([name, { type, sql }]) =>
			`CAST((${sql}) AS ${type}) AS ${identifier(name)}`,
	);
	const faults = faultsOf(shape, rawName);
	const isBad = [
		'"is malformed"',
		...faults.map(([when]) => `coalesce(${when}, false)`),
	].join(" OR ");
	const reasons = faults.map(
		([when, reason]) => `CASE WHEN ${when} THEN ${reason} END`,
	);
	// Above the window no condition is pushed down, so that each cast runs once.
	const all = `
		SELECT *, row_number() OVER () AS "row" FROM (
		SELECT ${["*", ...derived].join(", ")} FROM (
		SELECT ${["*", ...typed].join(", ")} FROM (
		SELECT ${raw.join(", ")},
			coalesce(${rows.ignored ?? "false"}, false) AS "is ignored",
			coalesce(${rows.malformed?.when ?? "false"}, false) AS "is malformed"
		FROM (${rows.select}))))`;
	const columns = stagingOf(shape).columns.map(({ name }) => identifier(name));
	return {
		kept: `SELECT ${columns.join(", ")} FROM (${all}) WHERE NOT ("is ignored" OR ${isBad})`,
		rejected: `
			SELECT "row", CASE WHEN "is malformed"
				THEN ${literal(rows.malformed?.reason ?? "")}
				ELSE concat_ws('; ', ${reasons.join(", ")}) END AS reason
			FROM (${all}) WHERE NOT "is ignored" AND (${isBad})`,
	};
}

/** SQL of what a text is as a value of a type, null where it is none. */
export function castText(raw: string, field: Field): string {
	const type = typeOf(field);
	switch (type) {
		case "VARCHAR":
			return raw;
		case "BOOLEAN":
			return `TRY_CAST(${raw} AS BOOLEAN)`;
		// DuckDB's own cast makes 2 of 1.5 and 10 of 1_0.
		case "INTEGER":
		case "BIGINT":
			return `CASE WHEN regexp_full_match(${raw}, '\\s*[+-]?[0-9]+\\s*') THEN TRY_CAST(${raw} AS ${type}) END`;
		case "DOUBLE":
			return `CASE WHEN isfinite(TRY_CAST(${raw} AS DOUBLE)) AND NOT contains(${raw}, '_') THEN TRY_CAST(${raw} AS DOUBLE) END`;
		case "TIMESTAMP":
			return castTime(raw, typeof field === "string" ? null : field.format);
		default:
			throw new Error(`unknown type of a column: ${type satisfies never}`);
	}
}

function castTime(raw: string, format: string | null): string {
	if (format !== null) {
		const time = `try_strptime(${raw}, ${literal(format)})`;
		return /%z/i.test(format) ? `timezone('UTC', ${time})` : time;
	}
	// A cast to TIMESTAMP leaves a zone out; one to TIMESTAMPTZ is slow.
	const time = `CASE WHEN regexp_matches(substr(${raw}, 12), '[^0-9:. ]')
		THEN timezone('UTC', TRY_CAST(${raw} AS TIMESTAMPTZ))
		ELSE TRY_CAST(${raw} AS TIMESTAMP) END`;
	return `CASE WHEN isfinite(${time}) THEN ${time} END`;
}

export function typeOf(field: Field): StagingType {
	const type = typeof field === "string" ? field : field.type;
	return type.replace(" NOT NULL", "") as StagingType;
}

function isRequired(field: Field): boolean {
	return (typeof field === "string" ? field : field.type).endsWith("NOT NULL");
}

/** Conditions on which a row is rejected, each with SQL of the reason. */
function faultsOf(
	{ columns, rejected }: RowShape,
	rawName: (name: string) => string,
): [when: string, reason: string][] {
	const faults: [string, string][] = [];
	const raws = Object.keys(columns).map(rawName);
	const isBlank = raws.map((raw) => `${raw} IS NULL`).join(" AND ");
	faults.push([`(${isBlank})`, literal("no value in any column")]);
	for (const [name, field] of Object.entries(columns)) {
		const raw = rawName(name);
		if (typeOf(field) !== "VARCHAR")
			faults.push([
				`(${raw} IS NOT NULL AND ${identifier(name)} IS NULL)`,
				`${literal(`${name}: not ${wanted(field)}: `)} || left(CAST(${raw} AS VARCHAR), 80)`,
			]);
		if (isRequired(field))
			faults.push([
				`(${raw} IS NULL AND NOT (${isBlank}))`,
				literal(`${name}: no value`),
			]);
	}
	for (const [reason, when] of Object.entries(rejected ?? {}))
		faults.push([`(${when})`, literal(reason)]);
	return faults;
}

function wanted(field: Field): string {
	const type = typeOf(field);
	const written =
		typeof field === "string" ? "" : ` written as ${field.format}`;
	return `${type === "INTEGER" ? "an" : "a"} ${type}${written}`;
}

function withNulls(raw: string, nulls: readonly string[] = []): string {
	return nulls.length === 0
		? raw
		: `CASE WHEN list_contains(${literalList(nulls)}, ${raw}) THEN NULL ELSE ${raw} END`;
}
