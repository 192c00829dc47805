import type { Header } from "./weather-header.ts";

/** Units that may stand behind a number in its own cell, besides degrees; no letters that mark what a value is worth. */
const UNITS = [
	"%|‰|mm|cm|m|km|in|inch|inches|ft|feet|mi|miles?",
	"m/s|m s-1|km/?h|kph|mph|kt|kts|kn|knots?",
	"hPa|kPa|mb|mbar|in ?Hg|mmHg",
	"(?:mm|in)/(?:h|hr)",
	"W/m\\^?[2²]|lux|lx|klux|klx",
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

/** Units that names of columns end in, and what they stand for, whatever is measured. */
const ENDINGS: Readonly<Record<string, string>> = {
	...{ degc: "°C", celsius: "°C", degf: "°F", fahrenheit: "°F", degrees: "°" },
	...{ hpa: "hPa", kpa: "kPa", mbar: "mbar", mb: "mbar", inhg: "inHg" },
	...{
		kmh: "km/h",
		kph: "km/h",
		mph: "mph",
		mps: "m/s",
		knots: "kn",
		kt: "kn",
	},
	...{ mm: "mm", cm: "cm", km: "km", miles: "mi", inches: "in" },
	...{ pct: "%", percent: "%", "%": "%" },
	...{ wh: "Wh", kwh: "kWh", mwh: "MWh", kw: "kW", kva: "kVA", kvarh: "kvarh" },
	...{ hz: "Hz", lux: "lx", ppm: "ppm", ppb: "ppb", dba: "dBA" },
	...{ wm2: "W/m²", w_m2: "W/m²", ugm3: "µg/m³", ug_m3: "µg/m³", m3: "m³" },
};

/** The same of letters that mean a unit only behind the name of what is measured in it. */
const LETTERS: readonly {
	readonly of: RegExp;
	readonly units: Readonly<Record<string, string>>;
}[] = [
	{
		of: /temp|dew|chill|heat_?index|feels|wet_?bulb|soil/i,
		units: { c: "°C", f: "°F", k: "K" },
	},
	{ of: /wind|gust|speed/i, units: { ms: "m/s", m_s: "m/s", kts: "kn" } },
	{ of: /rain|precip|snow/i, units: { in: "in" } },
	{ of: /power|load|consumption|production|generation/i, units: { w: "W" } },
	{ of: /volt|batt/i, units: { v: "V" } },
];

/** A name and its last word; `m_s` and their like are one. */
const LAST_WORD = /^(.+?)[_\s-]+((?:w|ug|m)[_\s-](?:m2|m3|s)|[^_\s-]+)$/i;

/** A unit behind a dash, as WeatherLink has it, or degrees right behind a name. */
const BEHIND = /^(.+?)(?: - (.+)|\s*(°[CF]|℃|℉))$/;

/** `temp_c` as a name with a unit, where the name ends in one and the header says no other. */
export function withUnitOfName(header: Header): Header {
	const [, measured, dashed, degrees] = BEHIND.exec(header.name) ?? [];
	const behind = degrees ?? dashed;
	// A phase may be A, and energy go in.
	const isOther =
		behind === "in"
			? !/rain|precip|snow|\bET\b/i.test(header.name)
			: /^[a-z]$/i.test(behind ?? "");
	if (
		header.unit === null &&
		measured !== undefined &&
		behind !== undefined &&
		!isOther &&
		isUnit(behind)
	)
		return { name: measured, unit: behind };
	const [, name, word] = LAST_WORD.exec(header.name) ?? [];
	if (header.unit !== null || name === undefined || word === undefined)
		return header;
	const key = word.toLowerCase().replace(/[\s-]/, "_");
	const tables = LETTERS.filter(({ of }) => of.test(name)).map(
		({ units }) => units,
	);
	const told = [...tables, ENDINGS].find((units) => Object.hasOwn(units, key));
	return told === undefined
		? header
		: { name: name.replace(/\sin$/, ""), unit: told[key] ?? null };
}
