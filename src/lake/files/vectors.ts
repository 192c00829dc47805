import {
	Bool,
	type DataType,
	Float64,
	Int32,
	Int64,
	makeData,
	TimestampMicrosecond,
	Utf8,
	Vector,
} from "apache-arrow";

// Arrow's own builders make functions of text, which the pages' policy forbids.

export function booleans(values: readonly (boolean | null)[]): Vector<Bool> {
	const { nullBitmap, nullCount } = nullsOf(values);
	const data = bitmapOf(values, (value) => value === true);
	const { length } = values;
	return new Vector([
		makeData({ type: new Bool(), length, nullCount, nullBitmap, data }),
	]);
}

export function doubles(values: readonly (number | null)[]): Vector<Float64> {
	const { nullBitmap, nullCount } = nullsOf(values);
	const data = Float64Array.from(values, (value) => value ?? 0);
	const { length } = values;
	return new Vector([
		makeData({ type: new Float64(), length, nullCount, nullBitmap, data }),
	]);
}

export function integers(values: readonly number[]): Vector<Int32> {
	const data = Int32Array.from(values);
	return new Vector([
		makeData({ type: new Int32(), length: values.length, nullCount: 0, data }),
	]);
}

export function bigIntegers(values: readonly (bigint | null)[]): Vector<Int64> {
	return new Vector([wholeNumbers(new Int64(), values)]);
}

/** Microseconds since 1970, UTC. */
export function timestamps(
	values: readonly (bigint | null)[],
): Vector<TimestampMicrosecond> {
	return new Vector([wholeNumbers(new TimestampMicrosecond(), values)]);
}

export function texts(values: readonly (string | null)[]): Vector<Utf8> {
	const encoder = new TextEncoder();
	const encoded = values.map((value) =>
		value === null ? null : encoder.encode(value),
	);
	const valueOffsets = new Int32Array(values.length + 1);
	for (const [index, bytes] of encoded.entries())
		valueOffsets[index + 1] =
			(valueOffsets[index] as number) + (bytes?.length ?? 0);
	const data = new Uint8Array(valueOffsets.at(-1) ?? 0);
	for (const [index, bytes] of encoded.entries())
		if (bytes !== null) data.set(bytes, valueOffsets[index]);
	const { nullBitmap, nullCount } = nullsOf(values);
	const { length } = values;
	return new Vector([
		makeData({
			type: new Utf8(),
			length,
			nullCount,
			nullBitmap,
			valueOffsets,
			data,
		}),
	]);
}

function wholeNumbers<T extends Int64 | TimestampMicrosecond>(
	type: T,
	values: readonly (bigint | null)[],
) {
	const { nullBitmap, nullCount } = nullsOf(values);
	const data = BigInt64Array.from(values, (value) => value ?? 0n);
	const { length } = values;
	return makeData<DataType>({
		type,
		length,
		nullCount,
		nullBitmap,
		data,
	} as never) as never;
}

function nullsOf(values: readonly unknown[]) {
	return {
		nullBitmap: bitmapOf(values, (value) => value !== null),
		nullCount: values.filter((value) => value === null).length,
	};
}

function bitmapOf<T>(
	values: readonly T[],
	isSet: (value: T) => boolean,
): Uint8Array {
	const bits = new Uint8Array(Math.ceil(values.length / 8));
	for (const [index, value] of values.entries())
		if (isSet(value))
			bits[index >> 3] = (bits[index >> 3] as number) | (1 << (index & 7));
	return bits;
}
