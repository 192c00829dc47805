const counts = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const threeDigits = new Intl.NumberFormat("en", {
	maximumSignificantDigits: 3,
});

/** `24,271` */
export function formatCount(value: number): string {
	return counts.format(value);
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
	return `${threeDigits.format(value)} ${units[unit]}`;
}

/** `85 ms` below a second, else seconds with three significant digits. */
export function formatMilliseconds(milliseconds: number): string {
	return milliseconds < 999.5
		? `${counts.format(milliseconds)} ms`
		: `${threeDigits.format(milliseconds / 1000)} s`;
}
