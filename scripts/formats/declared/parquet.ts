import { FileError } from "../../../src/lib/formats/file-error.ts";
import { identifier } from "../../../src/lib/sql/identifier.ts";
import { literal } from "../../../src/lib/sql/literal.ts";
import type { ParseOutput, SourceFile } from "../../datasets/dataset.ts";
import { parquetRows } from "../../storage/sql-text.ts";
import {
	castText,
	type Field,
	type RowShape,
	rowSql,
	stagingOf,
	typeOf,
} from "./fields.ts";
import { BALANCE, type Format } from "./format.ts";

/** Columns by name; others of the file are left out. */
export type ParquetFormat = Omit<RowShape, "nulls">;

/** What DuckDB says of a file that is damaged, rather than of the disk it lies on. */
const DAMAGE =
	/^(?:Invalid|Invalid Input|Conversion|Serialization|Out of Range) Error|magic bytes|parquet|TProtocol|decompress/i;

/**
 * Parquet; the line of a reject is the row, from 1. A value that its column's type
 * does not hold exactly (1.5 as a BIGINT) rejects the row.
 */
export function parquet(format: ParquetFormat): Format {
	return {
		accepts: (path) => path.toLowerCase().endsWith(".parquet"),
		staging: [stagingOf(format)],
		balance: BALANCE,
		async parse(file, out) {
			if (file.bytes === 0) throw new FileError("the file is empty");
			try {
				await readParquet(format, file, out);
			} catch (cause) {
				if (cause instanceof Error && DAMAGE.test(cause.message))
					throw new FileError(`not a whole Parquet file: ${cause.message}`, {
						cause,
					});
				throw cause;
			}
		},
	};
}

async function readParquet(
	format: ParquetFormat,
	{ absolutePath, path }: SourceFile,
	out: ParseOutput,
): Promise<void> {
	const source = parquetRows([absolutePath]);
	const types = new Map<string, string>();
	for await (const row of out.query(`DESCRIBE FROM ${source}`))
		types.set(String(row.column_name).toLowerCase(), String(row.column_type));
	const names = Object.keys(format.columns);
	const missing = names.filter((name) => !types.has(name.toLowerCase()));
	if (missing.length > 0)
		throw new FileError(
			`no column ${missing.join(", ")}: the file has ${[...types.keys()].join(", ")}`,
		);
	let read = 0;
	for await (const row of out.query(
		`SELECT num_rows FROM parquet_file_metadata(${literal(absolutePath)})`,
	))
		read += Number(row.num_rows);
	const sql = rowSql(format, {
		select: `FROM ${source}`,
		raw: identifier,
		ignored: null,
		malformed: null,
		cast: (raw, field, name) =>
			castValue(raw, types.get(name.toLowerCase()) ?? "VARCHAR", field),
		path,
	});
	const kept = await out.select(format.table, sql.kept);
	let rejected = 0;
	if (kept !== read)
		for await (const { row, reason } of out.query(sql.rejected)) {
			out.reject(Number(row), String(reason), "");
			rejected += 1;
			if (rejected % 4096 === 0) await out.drain();
		}
	if (read !== kept + rejected)
		throw new FileError(
			`of ${read} rows ${kept} were kept and ${rejected} rejected`,
		);
	out.count("rows read", read);
	out.count("rows kept", kept);
	out.count("rows rejected", rejected);
}

/** SQL of a value of one type as one of another, null where that cannot hold it. */
function castValue(raw: string, from: string, field: Field): string {
	const to = typeOf(field);
	if (from === to) return raw;
	if (from === "VARCHAR") return castText(raw, field);
	if (to === "VARCHAR") return `CAST(${raw} AS VARCHAR)`;
	if (from === "TIMESTAMP WITH TIME ZONE" && to === "TIMESTAMP")
		return `timezone('UTC', ${raw})`;
	const value = `TRY_CAST(${raw} AS ${to})`;
	return to === "TIMESTAMP"
		? value
		: `CASE WHEN TRY_CAST(${value} AS ${from}) = ${raw} THEN ${value} END`;
}
