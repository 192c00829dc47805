import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { unpackBlock } from "../../lib/catalog/unpack-block.ts";
import { literal } from "../../lib/sql/literal.ts";

/**
 * Paths of a table's files, relative to the lake, from its manifest. Other readers
 * need the list: a folder may hold files of the publication before as well.
 */
export async function filesOf(
	table: CatalogTable,
	manifest: Uint8Array<ArrayBuffer>,
): Promise<string[]> {
	const blocks = await Promise.all(
		table.manifest.blocks.map(({ startByte, byteLength }) =>
			unpackBlock(manifest.subarray(startByte, startByte + byteLength)),
		),
	);
	return blocks.flatMap((block) => block.files.map(({ path }) => path));
}

export const READERS = ["DuckDB", "Polars", "Spark"] as const;
export type Reader = (typeof READERS)[number];

/**
 * Code that reads a table in another program. `lakeUrl` is absolute and ends in a
 * slash. Spark does not read from web hosts: it reads the same files of a copy.
 */
export function readerSnippet(
	reader: Reader,
	table: CatalogTable,
	lakeUrl: string,
	paths: readonly string[],
): string {
	const isPartitioned = table.partitionKeys.length > 0;
	/** A text in JSON is a literal of Python, too. */
	const list = (
		written: (text: string) => string,
		indent: string,
		prefix: string,
	) => paths.map((path) => `${indent}${written(prefix + path)}`).join(",\n");
	switch (reader) {
		case "DuckDB":
			return [
				"select *",
				`from read_parquet([`,
				list(literal, "  ", lakeUrl),
				isPartitioned
					? `], hive_partitioning = true, hive_types = {${hiveTypes(table)}})`
					: "])",
				"limit 100;",
			].join("\n");
		case "Polars":
			return [
				"import polars as pl",
				"",
				"table = pl.scan_parquet([",
				list(JSON.stringify, "    ", lakeUrl),
				isPartitioned ? "], hive_partitioning=True)" : "])",
				"print(table.head(100).collect())",
			].join("\n");
		case "Spark":
			return [
				"# Copy the lake to a place Spark can read, a bucket or a folder.",
				'lake = "s3a://bucket/lake/"',
				"paths = [",
				list(JSON.stringify, "    ", ""),
				"]",
				"table = (",
				`    spark.read.option("basePath", lake + ${JSON.stringify(table.name)})`,
				"    .parquet(*[lake + path for path in paths])",
				")",
				"table.show(100)",
			].join("\n");
	}
}

function hiveTypes(table: CatalogTable): string {
	return table.partitionKeys
		.map((key) => {
			const type = table.columns.find(({ name }) => name === key)?.type;
			return `${literal(key)}: ${type ?? "VARCHAR"}`;
		})
		.join(", ");
}
