const counts = numberFormat({ maximumFractionDigits: 0 });
const tenths = numberFormat({ maximumFractionDigits: 1 });
const threeDigits = numberFormat({ maximumSignificantDigits: 3 });

/** A format that is made once it is used: the first of a process takes longer than most modules to load. */
function numberFormat(
	options: Intl.NumberFormatOptions,
): (value: number) => string {
	let format: Intl.NumberFormat | null = null;
	return (value) => {
		format ??= new Intl.NumberFormat("en", options);
		return format.format(value);
	};
}

/** `24,271` */
export function formatCount(value: number): string {
	return counts(value);
}

/** A count with its noun: `1 post`, `2,000 posts`. */
export function formatCounted(
	value: number,
	singular: string,
	plural = `${singular}s`,
): string {
	return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

/** Decimal units with three significant digits: `8.12 MB`. */
export function formatBytes(bytes: number): string {
	const units = ["B", "kB", "MB", "GB", "TB"];
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit += 1;
	}
	return `${threeDigits(value)} ${units[unit]}`;
}

/** `85 ms` below a second, else seconds with three significant digits. */
export function formatMilliseconds(milliseconds: number): string {
	return milliseconds < 999.5
		? `${counts(milliseconds)} ms`
		: `${threeDigits(milliseconds / 1000)} s`;
}

/** Kilometres, with a decimal below 100 km: `42.2 km`, `1,204 km`. */
export function formatDistance(meters: number): string {
	const kilometers = meters / 1000;
	return `${kilometers < 99.95 ? tenths(kilometers) : counts(kilometers)} km`;
}

/** Hours and minutes, whole hours from 100 on: `35 min`, `2 h 05 min`, `402 h`. */
export function formatDuration(seconds: number): string {
	const minutes = Math.round(seconds / 60);
	if (minutes >= 6000) return `${counts(minutes / 60)} h`;
	const hours = Math.floor(minutes / 60);
	if (hours === 0) return `${minutes} min`;
	return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
}
