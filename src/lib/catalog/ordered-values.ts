/** A value in a form that {@link compareValues} orders as DuckDB orders it. */
export type OrderedValue = bigint | number | string;

/** Reads DuckDB's text form of a value; undefined where it must not prune. */
export type ReadValue = (text: string) => OrderedValue | undefined;

const INTEGER_TYPES = new Set([
	"TINYINT",
	"SMALLINT",
	"INTEGER",
	"BIGINT",
	"UTINYINT",
	"USMALLINT",
	"UINTEGER",
	"UBIGINT",
]);
const TIMESTAMP_TYPES = new Set([
	"TIMESTAMP",
	"TIMESTAMP_S",
	"TIMESTAMP_MS",
	"TIMESTAMP_NS",
	"TIMESTAMP WITH TIME ZONE",
]);

/**
 * How to read values of a column's type. Undefined for types whose bounds do not
 * prune: those without bounds in Parquet files as DuckDB writes them (HUGEINT,
 * INTERVAL, nested types) and those whose text does not order them (ENUM, BLOB).
 */
export function valueReader(type: string): ReadValue | undefined {
	if (INTEGER_TYPES.has(type)) return readInteger;
	if (TIMESTAMP_TYPES.has(type)) return readTimestamp;
	const decimal = /^DECIMAL\(\d+,\s*(\d+)\)$/.exec(type);
	if (decimal !== null) return decimalReader(Number(decimal[1]));
	switch (type) {
		case "DOUBLE":
			return readDouble;
		case "FLOAT":
			return readFloat;
		case "DATE":
			return readDate;
		case "VARCHAR":
			return (text) => text;
		case "BOOLEAN":
			return readBoolean;
		case "UUID":
			return readUuid;
		default:
			return undefined;
	}
}

/** Less than, equal to or greater than zero. Both are of one column's type. */
export function compareValues(a: OrderedValue, b: OrderedValue): number {
	if (typeof a === "string" && typeof b === "string") return compareText(a, b);
	return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * By code points, which is the order of UTF-8 bytes and DuckDB's own. JavaScript
 * compares UTF-16 units, which puts U+1F600 (a surrogate pair) before U+FF01.
 */
function compareText(a: string, b: string): number {
	const length = Math.min(a.length, b.length);
	for (let index = 0; index < length; index++) {
		const x = a.charCodeAt(index);
		const y = b.charCodeAt(index);
		if (x === y) continue;
		return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
	}
	return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
	return unit >= 0xd800 && unit <= 0xdfff;
}

function readInteger(text: string): bigint | undefined {
	return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}

/** Scaled to a whole number; text of more digits than the scale is no bound. */
function decimalReader(scale: number): ReadValue {
	return (text) => {
		const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text);
		if (match === null) return undefined;
		const [, sign, whole = "", fraction = ""] = match;
		if (whole + fraction === "" || fraction.length > scale) return undefined;
		return BigInt(sign + whole + fraction.padEnd(scale, "0"));
	};
}

/** NaN is no bound: DuckDB orders it above infinity, Parquet's statistics leave it out. */
function readDouble(text: string): number | undefined {
	if (text === "inf") return Number.POSITIVE_INFINITY;
	if (text === "-inf") return Number.NEGATIVE_INFINITY;
	return /^-?\d+(\.\d*)?(e[+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The text is the shortest that names the 32-bit float. */
function readFloat(text: string): number | undefined {
	const value = readDouble(text);
	return value === undefined ? undefined : Math.fround(value);
}

/** Days since 1970; dates before the year 1, after 275760 and infinite ones are no bounds. */
function readDate(text: string): number | undefined {
	const match = /^(\d{4,6})-(\d\d)-(\d\d)$/.exec(text);
	if (match === null) return undefined;
	const [, year, month, day] = match;
	const days = daysSinceEpoch(Number(year), Number(month), Number(day));
	return Number.isNaN(days) ? undefined : days;
}

/** Nanoseconds since 1970, UTC. */
function readTimestamp(text: string): bigint | undefined {
	const match =
		/^(\d{4,6}-\d\d-\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:\+00)?$/.exec(
			text,
		);
	if (match === null) return undefined;
	const [, date = "", hours, minutes, seconds, fraction = ""] = match;
	const days = readDate(date);
	if (days === undefined) return undefined;
	const wholeSeconds =
		days * 86_400 +
		Number(hours) * 3_600 +
		Number(minutes) * 60 +
		Number(seconds);
	return (
		BigInt(wholeSeconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"))
	);
}

/** `Date.UTC` takes years 0 to 99 for 1900 to 1999, `setUTCFullYear` does not. */
function daysSinceEpoch(year: number, month: number, day: number): number {
	return new Date(0).setUTCFullYear(year, month - 1, day) / 86_400_000;
}

function readBoolean(text: string): number | undefined {
	return text === "true" ? 1 : text === "false" ? 0 : undefined;
}

/** DuckDB orders UUIDs by their bytes, unsigned. */
function readUuid(text: string): string | undefined {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
		? text
		: undefined;
}
