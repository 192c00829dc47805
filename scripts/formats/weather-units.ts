/** Units that may stand behind a number in its own cell, besides degrees; no letters that mark what a value is worth. */
const UNITS = [
	"%|‰|mm|cm|m|km|in|inch|inches|ft|feet|mi|miles?",
	"m/s|m s-1|km/?h|kph|mph|kt|kts|kn|knots?",
	"hPa|kPa|mb|mbar|inHg|inHG|mmHg",
	"(?:mm|in)/(?:h|hr)",
	"W/m[2²]|lux|lx|klux|klx",
	"[kM]?Wh|[kM]?W|[kM]?VA|k?VArh?|V|mV|A|mA|Hz",
	"m[3³]|L|l|litres?|liters?",
	"[µμu]g/m[3³]|ppm|ppb|dB|dBA|dBm",
].join("|");

/** A number and its unit, as pages of stations show them: `12.3 °C`, `5 mph`; some write `81 °%`. */
const MEASURED = new RegExp(
	`^([+\\u2212-]?(?:\\d[\\d.,'\\u2019 \\u00A0\\u202F]*)?\\d)[ \\u00A0\\u202F]*((?:°|º)[ \\u00A0]?[CFK]?|[CF℃℉]|(?:°[ \\u00A0]?)?(?:${UNITS}))$`,
	"i",
);

/** A cell's number, and the unit behind it; null where it is no such cell. */
export function measuredIn(
	cell: string,
): { readonly number: string; readonly unit: string } | null {
	const [, number, unit] = MEASURED.exec(cell.trim()) ?? [];
	if (number === undefined || unit === undefined) return null;
	return { number, unit: unit.replace(/^°[ \u00A0]?(?![CFK]?$)/, "") };
}

/** A unit as loggers write it below a name, that stands behind no number. */
const BELOW_NAME =
	/^(?:deg(?:rees)?(?:[ _]?[CFKT])?|celsius|percent|[CFK]|unitless|none|RN)$/i;

/** Whether a text is nothing but a unit. */
export function isUnit(text: string): boolean {
	return BELOW_NAME.test(text) || measuredIn(`1 ${text}`) !== null;
}

/** The units that the cells of a column have behind their numbers. */
export class CellUnits {
	readonly #units = new Set<string>();

	/** Of a cell that is no number as it stands. */
	add(cell: string): void {
		const unit = measuredIn(cell)?.unit;
		if (unit !== undefined && this.#units.size < 2) this.#units.add(unit);
	}

	get isEmpty(): boolean {
		return this.#units.size === 0;
	}

	/** The one that all have; null where they have several, or none. */
	get only(): string | null {
		const [only, other] = this.#units;
		return only !== undefined && other === undefined ? only : null;
	}
}
