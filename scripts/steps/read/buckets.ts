import type { TableContract } from "../../../src/lib/catalog/tables.ts";
import { identifier } from "../../../src/lib/sql/identifier.ts";
import { literal } from "../../../src/lib/sql/literal.ts";
import type { TableDefinition } from "../../datasets/dataset.ts";

/** A partition of a table, or a bucket in it that stays together. */
export interface Bucket {
	/** Values of the partition keys as text, null for null. */
	readonly partition: Readonly<Record<string, string | null>>;
	/** Values that its rows have in the first buckets, from coarse to fine, null for null. */
	readonly buckets: readonly (string | null)[];
}

/** What stands for null in the name of a partition's folder. */
export const NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__";

/** Column that says in which bucket a row on its way lies, the coarsest having the depth 0. */
export function bucketColumn(depth: number): string {
	return `lakeside_bucket_${depth}`;
}

/** The columns of all buckets of a table, from coarse to fine. */
export function bucketColumns({
	buckets,
}: Pick<TableDefinition, "buckets">): string[] {
	return buckets.map((_, depth) => bucketColumn(depth));
}

/** SQL of a partition key's value in the type of its column, from SQL of its text. */
export function typedKey(
	{ columns }: TableContract,
	key: string,
	text: string,
): string {
	const type = columns.find(({ name }) => name === key)?.type;
	return `CAST(${text} AS ${type})`;
}

/** The bucket of so many levels that a row names, whose columns are text. */
export function namedBucket(
	{ partitionKeys }: TableContract,
	depth: number,
	row: Readonly<Record<string, unknown>>,
): Bucket {
	const text = (column: string) => {
		const value = row[column] ?? null;
		return value === null ? null : String(value);
	};
	return {
		partition: Object.fromEntries(partitionKeys.map((key) => [key, text(key)])),
		buckets: Array.from({ length: depth }, (_, at) => text(bucketColumn(at))),
	};
}

/** SQL of what holds for the rows of a bucket, and for no others: a test a column. */
export function testsOf(
	contract: TableContract,
	{ partition, buckets }: Bucket,
): string[] {
	return [
		...Object.entries(partition).map(([key, value]) =>
			value === null
				? `${identifier(key)} IS NULL`
				: `${identifier(key)} = ${typedKey(contract, key, literal(value))}`,
		),
		...buckets.map((value, depth) =>
			value === null
				? `${bucketColumn(depth)} IS NULL`
				: `${bucketColumn(depth)} = ${literal(value)}`,
		),
	];
}

/**
 * WHERE that leaves out partitions without one of some buckets. It adds nothing to the
 * tests of these, but it is of a form by which DuckDB passes over what need not be
 * decompressed.
 */
export function partitionsOf(
	contract: TableContract,
	buckets: readonly Bucket[],
): string {
	const tests = contract.partitionKeys.map((key) => {
		const values = [...new Set(buckets.map(({ partition }) => partition[key]))];
		const known = values
			.filter((value) => typeof value === "string")
			.map((value) => typedKey(contract, key, literal(value)));
		return [
			...(known.length > 0
				? [`${identifier(key)} IN (${known.join(", ")})`]
				: []),
			...(values.includes(null) ? [`${identifier(key)} IS NULL`] : []),
		].join(" OR ");
	});
	return tests.length === 0 ? "" : `WHERE (${tests.join(") AND (")})`;
}

/** `level=16`, as Hive and DuckDB write it; empty without partition keys. */
export function hiveFolder(partition: Bucket["partition"]): string {
	return Object.entries(partition)
		.map(
			([key, value]) =>
				`${encoded(key)}=${value === null ? NULL_PARTITION : encoded(value)}`,
		)
		.join("/");
}

/** Only letters, digits and `-_.~` stay as they are. */
function encoded(text: string): string {
	return encodeURIComponent(text).replaceAll(
		/[!'()*]/g,
		(sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}
