import {
	type Data,
	type Decimal,
	type Field,
	type Time,
	type Timestamp,
	Type,
	tableFromIPC,
	type Union,
} from "apache-arrow";
import {
	bignumText,
	bitText,
	int128At,
	ticksPerSecond,
	utf8Text,
} from "./arrow-values.ts";

/** A value of an answer as JSON holds it: see {@link readAnswer}. */
export type Cell =
	| null
	| boolean
	| number
	| string
	| readonly Cell[]
	| { readonly [name: string]: Cell };

export interface AnswerRows {
	readonly rows: number;
	/** The value of a row (from 0) and a column by position. */
	cell(row: number, column: number): Cell;
}

/**
 * An answer's values, exact, converted when asked for. `columns` are the answer's,
 * with DuckDB's types. 64-bit integers and decimals that a double does not hold
 * are strings, and so are NaN and the infinities; dates, times and intervals are
 * ISO 8601 (a `TIMESTAMP` without zone, one with zone ends in Z), the endless ones
 * `infinity` and `-infinity`; blobs hexadecimal; lists and rows arrays; structs and
 * maps objects.
 */
export function readAnswer(
	ipc: Uint8Array,
	columns: readonly { readonly type: string }[],
): AnswerRows {
	const { batches } = tableFromIPC(ipc);
	const starts: number[] = [];
	let rows = 0;
	for (const batch of batches) {
		starts.push(rows);
		rows += batch.numRows;
	}
	return {
		rows,
		cell(row, column) {
			const batch = lastAtMost(starts, row);
			const data = batches[batch]?.data.children[column];
			if (data === undefined || row < 0 || row >= rows)
				throw new RangeError(`no cell at row ${row}, column ${column}`);
			const index = row - (starts[batch] as number);
			return cellOf(data, index, columns[column]?.type);
		},
	};
}

/** Names for an answer's columns: of equal ones the later get `_1`, `_2`. */
export function distinctNames(names: readonly string[]): string[] {
	const given = new Set(names);
	const taken = new Set<string>();
	return names.map((name) => {
		let distinct = name;
		for (let count = 1; taken.has(distinct); count += 1)
			if (!given.has(`${name}_${count}`)) distinct = `${name}_${count}`;
		taken.add(distinct);
		return distinct;
	});
}

/** `duckType` settles what Arrow leaves open; undefined inside lists and structs. */
function cellOf(data: Data, index: number, duckType?: string): Cell {
	if (data.typeId === Type.Union) return unionOf(data, index);
	if (!data.getValid(index)) return null;
	const { values, children } = data;
	switch (data.typeId) {
		case Type.Null:
			return null;
		case Type.Bool: {
			const bit = index + data.offset;
			return (((values[bit >> 3] as number) >> (bit & 7)) & 1) === 1;
		}
		case Type.Int:
			return integer(BigInt(values[index]));
		case Type.Float:
			return float(
				values[index],
				values instanceof Float32Array ? Math.fround : Number,
			);
		case Type.Decimal:
			return decimal(data, index, duckType);
		case Type.Utf8:
		case Type.LargeUtf8:
			return utf8Text(bytesOf(data, index));
		case Type.Binary:
		case Type.LargeBinary:
			return binary(bytesOf(data, index), duckType);
		case Type.Date:
			return date(values[index]);
		case Type.Time:
			return time(
				BigInt(values[index]),
				ticksPerSecond((data.type as Time).unit),
			);
		case Type.Timestamp:
			return timestamp(BigInt(values[index]), data.type as Timestamp);
		case Type.Interval:
			return interval(values.subarray(index * 4, index * 4 + 4));
		case Type.Dictionary: {
			// Arrow's own getter takes a word's first U+FEFF for a mark of its encoding.
			const [words] = data.dictionary?.data ?? [];
			return words === undefined ? null : cellOf(words, values[index]);
		}
		case Type.Struct: {
			const cells = children.map((child) => cellOf(child as Data, index));
			const names = data.type.children.map((field: Field) => field.name);
			return names.every((name: string) => name === "")
				? cells
				: Object.fromEntries(cells.map((cell, at) => [names[at], cell]));
		}
		case Type.Map: {
			const [keys, items] = (children[0] as Data).children as [Data, Data];
			const entries = positions(data, index).map((at): [string, Cell] => {
				const key = cellOf(keys, at);
				const name =
					typeof key === "object" ? JSON.stringify(key) : String(key);
				return [name, cellOf(items, at)];
			});
			return Object.fromEntries(entries);
		}
		case Type.List:
			return positions(data, index).map((at) =>
				cellOf(children[0] as Data, at),
			);
		case Type.FixedSizeList:
			return Array.from({ length: data.stride }, (_, at) =>
				cellOf(children[0] as Data, index * data.stride + at),
			);
		default:
			throw new Error(`an answer holds the Arrow type ${data.type}`);
	}
}

function unionOf(data: Data, index: number): Cell {
	const type = data.type as Union;
	const child = type.typeIdToChildIndex[data.typeIds[index] as number];
	const at = data.valueOffsets?.[index] ?? index;
	return cellOf(data.children[child as number] as Data, at);
}

function positions(data: Data, index: number): number[] {
	const [start, end] = [data.valueOffsets[index], data.valueOffsets[index + 1]];
	return Array.from({ length: end - start }, (_, at) => start + at);
}

function bytesOf(data: Data, index: number): Uint8Array {
	return data.values.subarray(
		Number(data.valueOffsets[index]),
		Number(data.valueOffsets[index + 1]),
	);
}

function integer(value: bigint): number | string {
	const number = Number(value);
	return Number.isSafeInteger(number) ? number : String(value);
}

/** A 32-bit float as its shortest decimal: 0.1, not 0.10000000149011612. */
function float(value: number, round: (value: number) => number) {
	if (!Number.isFinite(value)) return String(value);
	for (let digits = 6; digits < 9; digits += 1) {
		const short = Number(value.toPrecision(digits));
		if (round(short) === value) return short;
	}
	return round === Math.fround ? Number(value.toPrecision(9)) : value;
}

/** A number where a double gives the same digits back, which it does up to 15. */
function decimal(data: Data, index: number, duckType?: string): Cell {
	const { scale } = data.type as Decimal;
	const value = int128At(data.values, index, duckType !== "UHUGEINT");
	if (scale === 0) return integer(value);
	const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
	const text = `${value < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
	return digits.length <= 15 ? Number(text) : text;
}

function binary(bytes: Uint8Array, duckType?: string): string {
	if (duckType === "BIT") return bitText(bytes);
	if (duckType === "BIGNUM") return bignumText(bytes);
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(
		"",
	);
}

const DAY_SECONDS = 86_400n;
const ENDLESS_DAYS = 2_147_483_647;
const ENDLESS_MICROSECONDS = 9_223_372_036_854_775_807n;

function date(days: number): string {
	if (Math.abs(days) === ENDLESS_DAYS) return endless(days > 0);
	return day(BigInt(days));
}

/** Days since 1970 as a proleptic Gregorian date; years beyond four digits carry a sign. */
function day(days: bigint): string {
	// Civil from days: https://howardhinnant.github.io/date_algorithms.html
	const z = days + 719_468n;
	const era = (z >= 0n ? z : z - 146_096n) / 146_097n;
	const dayOfEra = z - era * 146_097n;
	const yearOfEra =
		(dayOfEra - dayOfEra / 1460n + dayOfEra / 36_524n - dayOfEra / 146_096n) /
		365n;
	const dayOfYear =
		dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
	const shifted = (5n * dayOfYear + 2n) / 153n;
	const month = shifted < 10n ? shifted + 3n : shifted - 9n;
	const year = yearOfEra + era * 400n + (month <= 2n ? 1n : 0n);
	const dayOfMonth = dayOfYear - (153n * shifted + 2n) / 5n + 1n;
	const digits = String(year < 0n ? -year : year);
	const yearText =
		year >= 0n && year <= 9999n
			? digits.padStart(4, "0")
			: `${year < 0n ? "-" : "+"}${digits.padStart(6, "0")}`;
	return `${yearText}-${two(month)}-${two(dayOfMonth)}`;
}

/** A time of day; `per` ticks are a second. */
function time(ticks: bigint, per: bigint): string {
	return clock(ticks / per, ticks % per, String(per).length - 1);
}

function timestamp(value: bigint, { unit, timezone }: Timestamp): string {
	if (value === ENDLESS_MICROSECONDS || value === -ENDLESS_MICROSECONDS)
		return endless(value > 0n);
	const per = ticksPerSecond(unit);
	const fraction = ((value % per) + per) % per;
	const seconds = (value - fraction) / per;
	const second = ((seconds % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
	const days = (seconds - second) / DAY_SECONDS;
	const digits = String(per).length - 1;
	return `${day(days)}T${clock(second, fraction, digits)}${timezone ? "Z" : ""}`;
}

/** The fraction, of so many digits, only as long as it has to be. */
function clock(seconds: bigint, fraction: bigint, digits: number): string {
	const decimals = String(fraction).padStart(digits, "0").replace(/0+$/, "");
	const text = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
	return fraction === 0n ? text : `${text}.${decimals}`;
}

/** Months, days and nanoseconds as an ISO 8601 duration, each part with its own sign. */
function interval(words: Int32Array): string {
	const [months = 0, days = 0, low = 0, high = 0] = words;
	const nanoseconds = (BigInt(high) << 32n) | BigInt(low >>> 0);
	const parts = [
		Math.trunc(months / 12) && `${Math.trunc(months / 12)}Y`,
		months % 12 && `${months % 12}M`,
		days && `${days}D`,
	].filter(Boolean);
	const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
	const sign = nanoseconds < 0n ? "-" : "";
	const seconds = size / 1_000_000_000n;
	const fraction = String(size % 1_000_000_000n)
		.padStart(9, "0")
		.replace(/0+$/, "");
	const rest = `${seconds % 60n}${fraction && `.${fraction}`}`;
	const times = [
		seconds / 3600n > 0n && `${sign}${seconds / 3600n}H`,
		(seconds / 60n) % 60n > 0n && `${sign}${(seconds / 60n) % 60n}M`,
		rest !== "0" && `${sign}${rest}S`,
	].filter(Boolean);
	if (parts.length + times.length === 0) return "PT0S";
	return `P${parts.join("")}${times.length > 0 ? `T${times.join("")}` : ""}`;
}

function endless(positive: boolean): string {
	return positive ? "infinity" : "-infinity";
}

function two(value: bigint): string {
	return String(value).padStart(2, "0");
}

/** Index of the last start at or before a row. */
function lastAtMost(starts: readonly number[], row: number): number {
	let low = 0;
	let high = starts.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if ((starts[middle] as number) <= row) low = middle;
		else high = middle - 1;
	}
	return low;
}
