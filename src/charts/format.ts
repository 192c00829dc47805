import { formatCount, formatCounted } from "../lib/text/format.ts";
import { inOwnDirection } from "../lib/text/own-direction.ts";
import type { TimeUnit } from "../lib/time-units.ts";

const LOCALE = "en-GB";

const compact = new Intl.NumberFormat(LOCALE, {
	notation: "compact",
	maximumFractionDigits: 1,
});
const dayFormat = new Intl.DateTimeFormat(LOCALE, {
	day: "numeric",
	month: "short",
	year: "numeric",
	timeZone: "UTC",
});
const monthFormat = new Intl.DateTimeFormat(LOCALE, {
	month: "short",
	year: "numeric",
	timeZone: "UTC",
});
const instantFormat = new Intl.DateTimeFormat(LOCALE, {
	day: "numeric",
	month: "short",
	year: "numeric",
	hour: "2-digit",
	minute: "2-digit",
	hourCycle: "h23",
	timeZone: "UTC",
});

/** A count for an axis: `24.3K`. */
export function formatCompact(value: number): string {
	return compact.format(value);
}

/** From here on digits before the point say nothing: a power of ten does. */
const LARGEST_WRITTEN_OUT = 1e15;

/** A number with at most so many decimals, and a true minus sign; huge ones as `1.2E20`. */
export function formatNumber(value: number, decimals = 1): string {
	return new Intl.NumberFormat(
		LOCALE,
		Math.abs(value) < LARGEST_WRITTEN_OUT
			? { maximumFractionDigits: decimals }
			: { notation: "scientific", maximumFractionDigits: 2 },
	)
		.format(value)
		.replaceAll("-", "−");
}

/** A number with exactly so many decimals. */
export function formatFixed(value: number, decimals: number): string {
	return new Intl.NumberFormat(LOCALE, {
		minimumFractionDigits: decimals,
		maximumFractionDigits: decimals,
	})
		.format(value)
		.replace("-", "−");
}

/** A UTC day: `31 Dec 2024`. */
export function formatDay(time: Date): string {
	return dayFormat.format(time);
}

/** A UTC month: `Dec 2024`. */
export function formatMonth(time: Date): string {
	return monthFormat.format(time);
}

/** A UTC instant to the minute, without its zone: `31 Dec 2024, 14:05`. */
export function formatInstant(time: Date): string {
	return instantFormat.format(time);
}

/** A unit of time: `31 Dec 2024, 14:00`, `31 Dec 2024`, `the week of 30 Dec 2024`, `Dec 2024`, `2024`. */
export function unitName(start: Date, unit: TimeUnit): string {
	switch (unit) {
		case "hour":
			return formatInstant(start);
		case "day":
			return formatDay(start);
		case "week":
			return `the week of ${formatDay(start)}`;
		case "month":
			return formatMonth(start);
		case "year":
			return String(start.getUTCFullYear());
	}
}

/** A span in words: `1 hour`, `36 hours`, `7 days`. */
export function formatSpan(seconds: number): string {
	if (seconds % 86_400 === 0 && seconds > 86_400)
		return `${formatCount(seconds / 86_400)} days`;
	if (seconds % 3600 === 0) {
		const hours = seconds / 3600;
		return formatCounted(hours, "hour");
	}
	if (seconds % 60 === 0) return formatCounted(seconds / 60, "minute");
	return formatCounted(seconds, "second");
}

/** A value with its unit, which do not part at a line's end: `21.5 °C`. */
export function formatUnit(
	value: number,
	unit: string | null,
	decimals: number,
): string {
	const number = formatNumber(value, decimals);
	return unit === null || unit === ""
		? number
		: `${number}\u00a0${readableUnit(unit)}`;
}

/** A unit as people write it: `°C` for a file's `degC`. */
export function readableUnit(unit: string): string {
	return inOwnDirection(
		unit.replace(/^deg ?([CF])$/i, (_, scale) => `°${scale.toUpperCase()}`),
	);
}

/** A measure's name as words: `air temperature` for a file's `air_temperature`. */
export function readableMeasure(measure: string): string {
	return inOwnDirection(measure.replaceAll("_", " ").trim() || measure);
}
