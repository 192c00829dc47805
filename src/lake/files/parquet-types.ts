import type { SchemaElement, SchemaTree } from "hyparquet";
import { identifier } from "../../lib/sql/identifier.ts";

/** A column of a Parquet file that has no type here: the message says which and why. */
export class UnmappedType extends Error {}

/**
 * DuckDB's type of a column, as its own `read_parquet` has it, by Parquet's
 * LogicalTypes.md, with its rules for the lists of older writers.
 * Throws {@link UnmappedType}.
 */
export function typeOfColumn(node: SchemaTree): string {
	const { element } = node;
	// A repeated field outside of a LIST is a list of what it holds.
	if (element.repetition_type === "REPEATED") return `${typeOfValue(node)}[]`;
	return typeOfValue(node);
}

function typeOfValue(node: SchemaTree): string {
	const { element, children } = node;
	if (element.type !== undefined) return typeOfLeaf(element);
	const kind = element.logical_type?.type ?? element.converted_type;
	if (kind === "LIST") return `${typeOfItem(node)}[]`;
	if (kind === "MAP" || kind === "MAP_KEY_VALUE") {
		const [key, value] = children[0]?.children ?? [];
		if (children.length !== 1 || key === undefined || value === undefined)
			throw new UnmappedType("a map without keys or without values");
		return `MAP(${typeOfColumn(key)}, ${typeOfColumn(value)})`;
	}
	if (kind === "VARIANT") throw new UnmappedType("a VARIANT");
	if (children.length === 0) throw new UnmappedType("a struct without fields");
	if (children.some((child) => child.element.name === ""))
		throw new UnmappedType("a struct with a field that has no name");
	const fields = children.map(
		(child) => `${identifier(child.element.name)} ${typeOfColumn(child)}`,
	);
	return `STRUCT(${fields.join(", ")})`;
}

function typeOfItem({ element, children }: SchemaTree): string {
	const [repeated, ...rest] = children;
	if (
		repeated === undefined ||
		rest.length > 0 ||
		repeated.element.repetition_type !== "REPEATED"
	)
		throw new UnmappedType("a list whose items cannot be told");
	const [item, ...others] = repeated.children;
	const { name } = repeated.element;
	const isItem =
		item === undefined ||
		others.length > 0 ||
		item.element.repetition_type === "REPEATED" ||
		name === "array" ||
		name === `${element.name}_tuple`;
	return isItem ? typeOfValue(repeated) : typeOfColumn(item);
}

function typeOfLeaf(element: SchemaElement): string {
	const { type, logical_type: logical, converted_type: converted } = element;
	if (logical?.type === "DECIMAL" || converted === "DECIMAL") {
		const { precision, scale } = decimalOf(element);
		if (precision < 1 || precision > 38)
			throw new UnmappedType(`a decimal of ${precision} digits`);
		return `DECIMAL(${precision},${scale})`;
	}
	switch (type) {
		case "BOOLEAN":
			return "BOOLEAN";
		case "FLOAT":
			return "FLOAT";
		case "DOUBLE":
			return "DOUBLE";
		case "INT96":
			return "TIMESTAMP_NS";
		case "INT32":
		case "INT64":
			return typeOfInteger(element);
		case "BYTE_ARRAY":
			return isText(element) ? "VARCHAR" : "BLOB";
		case "FIXED_LEN_BYTE_ARRAY":
			if (logical?.type === "UUID") return "UUID";
			if (logical?.type === "FLOAT16")
				throw new UnmappedType("16-bit floating-point numbers");
			if (converted === "INTERVAL") return "INTERVAL";
			return "BLOB";
		default:
			throw new UnmappedType(`the physical type ${type}`);
	}
}

function typeOfInteger({
	type,
	logical_type: logical,
	converted_type: converted,
}: SchemaElement): string {
	if (logical?.type === "TIMESTAMP") {
		if (logical.isAdjustedToUTC) return "TIMESTAMP WITH TIME ZONE";
		return logical.unit === "NANOS" ? "TIMESTAMP_NS" : "TIMESTAMP";
	}
	if (converted === "TIMESTAMP_MILLIS" || converted === "TIMESTAMP_MICROS")
		return "TIMESTAMP WITH TIME ZONE";
	if (logical?.type === "TIME") {
		if (logical.isAdjustedToUTC) return "TIME WITH TIME ZONE";
		return logical.unit === "NANOS" ? "TIME_NS" : "TIME";
	}
	if (converted === "TIME_MILLIS" || converted === "TIME_MICROS")
		return "TIME WITH TIME ZONE";
	if (logical?.type === "DATE" || converted === "DATE") return "DATE";
	if (logical?.type === "NULL") return "INTEGER";
	const { bits, isSigned } = integerOf(type, logical, converted);
	const name = { 8: "TINYINT", 16: "SMALLINT", 32: "INTEGER", 64: "BIGINT" }[
		bits
	];
	if (name === undefined) throw new UnmappedType(`integers of ${bits} bits`);
	return isSigned ? name : `U${name}`;
}

function integerOf(
	type: SchemaElement["type"],
	logical: SchemaElement["logical_type"],
	converted: SchemaElement["converted_type"],
): { bits: number; isSigned: boolean } {
	if (logical?.type === "INTEGER")
		return { bits: logical.bitWidth, isSigned: logical.isSigned };
	const named = /^(U?)INT_(\d+)$/.exec(converted ?? "");
	if (named !== null) return { bits: Number(named[2]), isSigned: !named[1] };
	return { bits: type === "INT32" ? 32 : 64, isSigned: true };
}

/** Digits in all, and behind the point. */
export function decimalOf({
	logical_type: logical,
	precision = 0,
	scale = 0,
}: SchemaElement): { precision: number; scale: number } {
	return logical?.type === "DECIMAL" ? logical : { precision, scale };
}

function isText({
	logical_type: logical,
	converted_type: converted,
}: SchemaElement): boolean {
	const kind = logical?.type ?? converted;
	return (
		kind === "STRING" || kind === "UTF8" || kind === "ENUM" || kind === "JSON"
	);
}
