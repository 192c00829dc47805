import { TimeUnit } from "apache-arrow";

/** The 128-bit integer at a position of Arrow's buffer, little-endian in four words. */
export function int128At(
	words: Uint32Array,
	index: number,
	isSigned: boolean,
): bigint {
	let value = 0n;
	for (let word = 3; word >= 0; word--)
		value = (value << 32n) | BigInt(words[index * 4 + word] ?? 0);
	return isSigned ? BigInt.asIntN(128, value) : value;
}

// U+FEFF at the beginning belongs to the value; bytes that are no UTF-8 read as U+FFFD.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

export function utf8Text(bytes: Uint8Array): string {
	return utf8.decode(bytes);
}

/** DuckDB's BIT: the first byte counts the padding bits that the second begins with. */
export function bitText(bytes: Uint8Array): string {
	let bits = "";
	for (const byte of bytes.subarray(1))
		bits += byte.toString(2).padStart(8, "0");
	return bits.slice(bytes[0]);
}

/** DuckDB's BIGNUM: three bytes of header, then the magnitude; all bits are turned where it is negative. */
export function bignumText(bytes: Uint8Array): string {
	const isNegative = ((bytes[0] ?? 0) & 0x80) === 0;
	let magnitude = 0n;
	for (const byte of bytes.subarray(3))
		magnitude = (magnitude << 8n) | BigInt(isNegative ? byte ^ 0xff : byte);
	return String(isNegative ? -magnitude : magnitude);
}

export function ticksPerSecond(unit: TimeUnit): bigint {
	switch (unit) {
		case TimeUnit.SECOND:
			return 1n;
		case TimeUnit.MILLISECOND:
			return 1_000n;
		case TimeUnit.MICROSECOND:
			return 1_000_000n;
		case TimeUnit.NANOSECOND:
			return 1_000_000_000n;
	}
}
