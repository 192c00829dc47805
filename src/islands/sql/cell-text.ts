import {
	type Data,
	type Decimal,
	type Field,
	type FixedSizeList,
	type Float,
	type Interval,
	IntervalUnit,
	Precision,
	type Time,
	type Timestamp,
	Type,
	type Union,
	UnionMode,
} from "apache-arrow";
import {
	bignumText,
	bitText,
	int128At,
	ticksPerSecond,
	utf8Text,
} from "../../lake/arrow/arrow-values.ts";

/**
 * A value as DuckDB's `CAST(v AS VARCHAR)` writes it, exact for every type, null
 * for NULL; every byte of a BLOB is written as `\xHH`. Reads Arrow's buffers
 * rather than its getters, which give times as doubles, decimals as unscaled
 * numbers and intervals without their months. `type` is DuckDB's name for the
 * type where Arrow's does not tell (`BIT`, `BIGNUM`, `UHUGEINT`).
 */
export function cellText(
	data: Data,
	index: number,
	type: string,
): string | null {
	if (data.typeId === Type.Null || !data.getValid(index)) return null;
	const { values } = data;
	switch (data.typeId) {
		case Type.Bool:
			return bitAt(values, data.offset + index) ? "true" : "false";
		case Type.Int:
			return String(values[index]);
		case Type.Float:
			return (data.type as Float).precision === Precision.SINGLE
				? floatText(values[index], shortestFloat)
				: floatText(values[index], shortestDouble);
		case Type.Decimal:
			return decimalText(
				int128At(values, index, type !== "UHUGEINT"),
				(data.type as Decimal).scale,
			);
		case Type.Utf8:
			return utf8Text(bytesAt(data, index));
		case Type.Binary:
			return binaryText(bytesAt(data, index), type);
		case Type.Date:
			return dateText(values[index]);
		case Type.Time:
			return timeText(
				BigInt(values[index]),
				ticksPerSecond((data.type as Time).unit),
			);
		case Type.Timestamp:
			return timestampText(
				values[index],
				ticksPerSecond((data.type as Timestamp).unit),
				(data.type as Timestamp).timezone ? "+00" : "",
			);
		case Type.Interval:
			if ((data.type as Interval).unit !== IntervalUnit.MONTH_DAY_NANO) break;
			return intervalText(values, index);
		case Type.Dictionary:
			return enumText(data, index);
		case Type.List:
			return listText(
				data,
				data.valueOffsets[index] ?? 0,
				data.valueOffsets[index + 1] ?? 0,
			);
		case Type.FixedSizeList: {
			const size = (data.type as FixedSizeList).listSize;
			return listText(data, index * size, (index + 1) * size);
		}
		case Type.Struct:
			return structText(data, index);
		case Type.Map:
			return mapText(data, index);
		case Type.Union:
			return unionText(data, index);
	}
	throw new Error(`unknown type of column: ${data.type}`);
}

function bitAt(bits: Uint8Array, index: number): boolean {
	return (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}

function bytesAt(data: Data, index: number): Uint8Array {
	return (data.values as Uint8Array).subarray(
		data.valueOffsets[index],
		data.valueOffsets[index + 1],
	);
}

/** Arrow's own getter takes a word's first U+FEFF for a mark of its encoding. */
function enumText(data: Data, index: number): string | null {
	const [words] = data.dictionary?.data ?? [];
	return words === undefined ? null : cellText(words, data.values[index], "");
}

/** DuckDB leaves the zero before the point out where the type has no place for it: `.5` is a DECIMAL(1,1). */
function decimalText(unscaled: bigint, scale: number): string {
	const sign = unscaled < 0n ? "-" : "";
	const digits = String(unscaled < 0n ? -unscaled : unscaled);
	if (scale === 0) return sign + digits;
	const padded = digits.padStart(scale + 1, "0");
	return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function floatText(value: number, shortest: (value: number) => string): string {
	if (Number.isNaN(value)) return "nan";
	if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
	if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
	if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${value}.0`;
	const [mantissa = "", power = ""] = shortest(value).split("e");
	const exponent = Number(power);
	const sign = mantissa.startsWith("-") ? "-" : "";
	const digits = mantissa.replace(/[-.]/g, "");
	if (exponent < -4 || exponent >= 16) {
		const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
		const places = String(Math.abs(exponent)).padStart(2, "0");
		return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${places}`;
	}
	if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
	return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

function shortestDouble(value: number): string {
	return value.toExponential();
}

function shortestFloat(value: number): string {
	for (let digits = 0; digits < 9; digits++) {
		const text = value.toExponential(digits);
		if (Math.fround(Number(text)) === value) return text;
	}
	return value.toExponential();
}

function binaryText(bytes: Uint8Array, type: string): string {
	if (type === "BIT") return bitText(bytes);
	if (type === "BIGNUM") return bignumText(bytes);
	let text = "";
	for (const byte of bytes)
		text += `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
	return text;
}

const LAST_DAY = 2 ** 31 - 1;

function dateText(days: number): string {
	if (days === LAST_DAY) return "infinity";
	if (days === -LAST_DAY) return "-infinity";
	const { year, month, day } = civil(days);
	const shown = year > 0 ? year : 1 - year;
	const text = `${pad(shown, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
	return year > 0 ? text : `${text} (BC)`;
}

/** Days since 1970-01-01 to the proleptic Gregorian calendar; `Date` ends too early. Howard Hinnant, chrono-Compatible Low-Level Date Algorithms. */
function civil(days: number) {
	const shifted = days + 719_468;
	const era = Math.floor(shifted / 146_097);
	const dayOfEra = shifted - era * 146_097;
	const yearOfEra = Math.floor(
		(dayOfEra -
			Math.floor(dayOfEra / 1460) +
			Math.floor(dayOfEra / 36_524) -
			Math.floor(dayOfEra / 146_096)) /
			365,
	);
	const dayOfYear =
		dayOfEra -
		(365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
	const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
	const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
	return {
		year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
		month,
		day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
	};
}

const LAST_TICK = 2n ** 63n - 1n;

/** `ticks` since 1970 or midnight; `perSecond` is a power of ten. */
function timestampText(ticks: bigint, perSecond: bigint, zone: string): string {
	if (ticks === LAST_TICK) return "infinity";
	if (ticks === -LAST_TICK) return "-infinity";
	const perDay = perSecond * 86_400n;
	const time = ((ticks % perDay) + perDay) % perDay;
	const date = dateText(Number((ticks - time) / perDay));
	return `${date} ${timeText(time, perSecond)}${zone}`;
}

function timeText(ticks: bigint, perSecond: bigint): string {
	const seconds = Number(ticks / perSecond);
	const fraction = String(ticks % perSecond)
		.padStart(String(perSecond).length - 1, "0")
		.replace(/0+$/, "");
	const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60]
		.map((part) => pad(Math.floor(part), 2))
		.join(":");
	return fraction === "" ? clock : `${clock}.${fraction}`;
}

/** Sixteen bytes a value: months, days, and nanoseconds of a microsecond's precision. */
function intervalText(words: Int32Array, index: number): string {
	const [months = 0, days = 0, low = 0, high = 0] = words.subarray(
		index * 4,
		index * 4 + 4,
	);
	const nanoseconds = (BigInt(high) << 32n) | BigInt(low >>> 0);
	const parts = [
		unitText(Math.trunc(months / 12), "year"),
		unitText(months % 12, "month"),
		unitText(days, "day"),
	].filter((part) => part !== "");
	if (nanoseconds !== 0n || parts.length === 0) {
		const micros = nanoseconds / 1000n;
		const time = timeText(micros < 0n ? -micros : micros, 1_000_000n);
		parts.push(micros < 0n ? `-${time}` : time);
	}
	return parts.join(" ");
}

function unitText(count: number, unit: string): string {
	if (count === 0) return "";
	return `${count} ${unit}${Math.abs(count) === 1 ? "" : "s"}`;
}

function pad(value: number, length: number): string {
	return String(value).padStart(length, "0");
}

function listText(data: Data, from: number, to: number): string {
	const child = data.children[0] as Data;
	const items: string[] = [];
	for (let item = from; item < to; item++) items.push(nestedText(child, item));
	return `[${items.join(", ")}]`;
}

function structText(data: Data, index: number): string {
	const fields = data.type.children as Field[];
	const values = data.children.map((child) => nestedText(child, index));
	return fields.every((field) => field.name === "")
		? `(${values.join(", ")})`
		: `{${values.map((value, at) => `${quoted(fields[at]?.name ?? "")}: ${value}`).join(", ")}}`;
}

function mapText(data: Data, index: number): string {
	const [keys, values] = (data.children[0] as Data).children as [Data, Data];
	const entries: string[] = [];
	const to = data.valueOffsets[index + 1] ?? 0;
	for (let entry = data.valueOffsets[index] ?? 0; entry < to; entry++)
		entries.push(`${nestedText(keys, entry)}=${nestedText(values, entry)}`);
	return `{${entries.join(", ")}}`;
}

function unionText(data: Data, index: number): string | null {
	const { mode, typeIdToChildIndex } = data.type as Union;
	const member = typeIdToChildIndex[data.typeIds[index] ?? 0] ?? 0;
	const child = data.children[member] as Data;
	const isDense = mode === UnionMode.Dense;
	return cellText(child, isDense ? (data.valueOffsets[index] ?? 0) : index, "");
}

const NESTED: ReadonlySet<Type> = new Set([
	Type.List,
	Type.FixedSizeList,
	Type.Struct,
	Type.Map,
]);

/** A value within a list, struct or map: quoted where it would be read as something else. */
function nestedText(data: Data, index: number): string {
	const text = cellText(data, index, "");
	if (text === null) return "NULL";
	if (NESTED.has(data.typeId)) return text;
	const isPlain =
		/^[^\s"'(),:=[\]{}](?:[^"'(),:=[\]{}]*[^\s"'(),:=[\]{}])?$/.test(text) &&
		!/^null$/i.test(text);
	return isPlain ? text : quoted(text);
}

function quoted(text: string): string {
	return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
