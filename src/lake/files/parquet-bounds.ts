import type { ColumnMetaData, SchemaElement } from "hyparquet";
import { decimalOf } from "./parquet-types.ts";

/** Parsers for `parquetMetadata` that leave statistics as they are stored. */
export const RAW_STATISTICS = {
	timestampFromMilliseconds: (value: bigint) => value,
	timestampFromMicroseconds: (value: bigint) => value,
	timestampFromNanoseconds: (value: bigint) => value,
	dateFromDays: (value: number) => value,
	stringFromBytes: (value: Uint8Array) => value,
};

/** The planner takes texts up to this length for values that occur: those that are cut are none. */
const SHORT_TEXT = 16;
/** Beyond so many digits a decimal that passed through a double is not exact. */
const EXACT_DIGITS = 15;
const NANOSECONDS = { MILLIS: 1_000_000n, MICROS: 1000n, NANOS: 1n };

/** Bounds in DuckDB's text form; null where the file's are missing or not to be relied on. */
export interface ChunkBounds {
	readonly min: string | null;
	readonly max: string | null;
	readonly nullCount: number | null;
}

/**
 * What statistics say of a column that is no list or struct. `min_value` and
 * `max_value` only, since the older `min` and `max` were compared in ways that
 * differ by writer, except for signed integers, dates and times. Bounds may be
 * wider than the values (texts are cut). Most writers leave NaN out, which DuckDB
 * orders above all: floating-point numbers have no maximum.
 */
export function boundsOf(
	element: SchemaElement,
	type: string,
	statistics: ColumnMetaData["statistics"],
): ChunkBounds {
	const { null_count: nulls } = statistics ?? {};
	const nullCount = nulls === undefined ? null : Number(nulls);
	const isSigned = SIGNED_TYPES.test(type) && element.type !== "INT96";
	const min = statistics?.min_value ?? (isSigned ? statistics?.min : undefined);
	const max = statistics?.max_value ?? (isSigned ? statistics?.max : undefined);
	const text = (value: unknown, isExact = true) => {
		const bound = textOf(element, type, value);
		return isExact || (bound?.length ?? 0) > SHORT_TEXT ? bound : null;
	};
	return {
		min: text(min, statistics?.is_min_value_exact),
		max:
			type === "FLOAT" || type === "DOUBLE"
				? null
				: text(max, statistics?.is_max_value_exact),
		nullCount,
	};
}

const SIGNED_TYPES = /^(TINYINT|SMALLINT|INTEGER|BIGINT|DATE|TIMESTAMP)/;

function textOf(
	element: SchemaElement,
	type: string,
	value: unknown,
): string | null {
	if (value === undefined || value === null) return null;
	if (type === "BOOLEAN") return typeof value === "boolean" ? `${value}` : null;
	if (type === "VARCHAR")
		return value instanceof Uint8Array ? utf8(value) : null;
	if (type === "FLOAT" || type === "DOUBLE")
		return typeof value === "number" ? double(value) : null;
	if (type === "DATE") return date(value);
	if (type.startsWith("TIMESTAMP")) return timestamp(element, type, value);
	if (type.startsWith("DECIMAL")) return decimal(element, value);
	if (/^U?(TINY|SMALL|BIG)INT$|^U?INTEGER$/.test(type))
		return typeof value === "bigint" || Number.isInteger(value)
			? `${value}`
			: null;
	return null;
}

/** Null where a writer cut it within a character. */
function utf8(bytes: Uint8Array): string | null {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
			bytes,
		);
	} catch {
		return null;
	}
}

function double(value: number): string | null {
	if (Number.isNaN(value)) return null;
	if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
	return String(value);
}

/** Null before the year 1 and past 9999. */
function date(value: unknown): string | null {
	if (typeof value !== "number") return null;
	return dayText(value * 86_400_000);
}

function dayText(milliseconds: number): string | null {
	const day = new Date(milliseconds);
	if (Number.isNaN(day.getTime())) return null;
	const year = day.getUTCFullYear();
	return year >= 1 && year <= 9999 ? day.toISOString().slice(0, 10) : null;
}

function timestamp(
	element: SchemaElement,
	type: string,
	value: unknown,
): string | null {
	if (typeof value !== "bigint") return null;
	const { logical_type: logical, converted_type: converted } = element;
	const unit =
		logical?.type === "TIMESTAMP"
			? logical.unit
			: converted === "TIMESTAMP_MILLIS"
				? "MILLIS"
				: "MICROS";
	const nanoseconds = value * NANOSECONDS[unit];
	const day = 86_400_000_000_000n;
	const within = ((nanoseconds % day) + day) % day;
	const days = Number((nanoseconds - within) / day);
	const text = dayText(days * 86_400_000);
	if (text === null) return null;
	const seconds = Number(within / 1_000_000_000n);
	const fraction = String(within % 1_000_000_000n).padStart(9, "0");
	const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60]
		.map((part) => String(Math.floor(part)).padStart(2, "0"))
		.join(":");
	const digits = fraction.endsWith("000") ? fraction.slice(0, 6) : fraction;
	const zone = type.endsWith("ZONE") ? "+00" : "";
	return `${text} ${clock}.${digits}${zone}`;
}

/** hyparquet divides by the scale where the older annotation is there, else it does not. */
function decimal(element: SchemaElement, value: unknown): string | null {
	const { precision, scale } = decimalOf(element);
	const isDivided = element.converted_type === "DECIMAL";
	const unscaled =
		typeof value === "bigint"
			? value
			: typeof value === "number" && precision <= EXACT_DIGITS
				? BigInt(Math.round(isDivided ? value * 10 ** scale : value))
				: null;
	if (unscaled === null) return null;
	const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(
		scale + 1,
		"0",
	);
	const whole = digits.slice(0, digits.length - scale);
	const sign = unscaled < 0n ? "-" : "";
	return scale === 0
		? sign + whole
		: `${sign}${whole}.${digits.slice(digits.length - scale)}`;
}
