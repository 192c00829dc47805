import type { OrderedValue } from "../../lib/catalog/ordered-values.ts";

/** Of greater values never less: bounds that go through it bound what comes out. */
export type Monotone = (value: OrderedValue) => OrderedValue;

const INTEGER = /^U?(TINY|SMALL|BIG)INT$|^U?INTEGER$/;
const DECIMAL = /^DECIMAL\((\d+),\s*(\d+)\)$/;

const DAY_NANOSECONDS = 86_400_000_000_000n;

/**
 * What a cast makes of a value, both as the reader of their type gives them.
 * Undefined where the cast may round down what is greater, or is not known to us.
 */
export function monotoneCast(from: string, to: string): Monotone | undefined {
	const scale = INTEGER.test(from) ? 0 : scaleOf(from);
	if (scale !== undefined) {
		if (INTEGER.test(from) && INTEGER.test(to)) return same;
		if (INTEGER.test(from) && to === "DOUBLE") return Number;
		const toScale = scaleOf(to);
		if (toScale === undefined || toScale < scale) return undefined;
		const factor = 10n ** BigInt(toScale - scale);
		return (value) => (value as bigint) * factor;
	}
	if (from === "FLOAT" && to === "DOUBLE") return same;
	if (from === "TIMESTAMP" && to === "DATE")
		return (value) => Number(floorDivide(value as bigint, DAY_NANOSECONDS));
	if (from === "DATE" && to === "TIMESTAMP")
		return (value) => BigInt(value as number) * DAY_NANOSECONDS;
	return undefined;
}

/** The year of a DATE or TIMESTAMP, as a BIGINT. */
export function yearOf(type: string): Monotone | undefined {
	const days = type === "DATE" ? same : monotoneCast(type, "DATE");
	return (
		days &&
		((value) =>
			BigInt(new Date(Number(days(value)) * 86_400_000).getUTCFullYear()))
	);
}

/** The first so many code points of a text. */
export function firstCharacters(count: number): Monotone {
	return (value) => [...(value as string)].slice(0, count).join("");
}

const same: Monotone = (value) => value;

function scaleOf(type: string): number | undefined {
	const scale = DECIMAL.exec(type)?.[2];
	return scale === undefined ? undefined : Number(scale);
}

function floorDivide(value: bigint, divisor: bigint): bigint {
	const quotient = value / divisor;
	return value % divisor < 0n ? quotient - 1n : quotient;
}
