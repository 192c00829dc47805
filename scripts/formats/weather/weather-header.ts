/** A header's cell: `air_temperature [degC]` is a name with a unit. */
export interface Header {
	readonly name: string;
	readonly unit: string | null;
}

/** What the columns of a CSV are for, as their names tell; indexes, null where there is none. */
export interface Roles {
	readonly time: number;
	/** A date that stands apart from the time of day. */
	readonly date: number | null;
	/**
	 * Of a date of which year, month and day stand apart; the day is `date`, else `time`. The
	 * month is -1 where that is a day of the year.
	 */
	readonly yearAndMonth: readonly [year: number, month: number] | null;
	/** Beside an hour. */
	readonly minute: number | null;
	readonly station: number | null;
	readonly module: number | null;
	readonly unit: number | null;
	/** Tells the zone of the time. */
	readonly zone: number | null;
	/** Names what the row measures. */
	readonly measureName: number | null;
	readonly value: number | null;
	/** What may be measures: everything that has no other use. */
	readonly candidates: readonly number[];
	/** Columns that may say how new a row is. */
	readonly versions: readonly number[];
	/** Columns that say where or when, but measure nothing. */
	readonly idle: readonly number[];
}

/** HOBO's `Temp, °C (LGR S/N: 1, SEN S/N: 2)`. */
const LOGGER = /^(.+), (\S+) \(LGR S\/N: [^()]*\)$/;

/** A name that ends in its unit has a phase behind it, or the like: Shelly's `Active energy Wh (A)`. */
const WITH_OWN_UNIT = /\s(?:[kM]?Wh|[kM]?W|VA|VArh?|V|A|Hz)$/i;

/** Takes the unit, in brackets or parentheses at the end, off a column's name. */
export function parseHeader(cell: string): Header {
	const trimmed = cell.trim();
	const [, logged, loggedUnit] = LOGGER.exec(trimmed) ?? [];
	if (logged !== undefined && loggedUnit !== undefined)
		return { name: logged, unit: loggedUnit };
	const match = /^(.*?)\s*(?:\[([^[\]]*)\]|\(([^()]*)\))$/s.exec(trimmed);
	const name = match?.[1];
	if (name === undefined || name === "") return { name: trimmed, unit: null };
	const unit = (match?.[2] ?? match?.[3] ?? "").trim();
	// Fluvius's `Van (datum)`, which is no unit.
	if (/^(?:datum|tijdstip)$/i.test(unit) || WITH_OWN_UNIT.test(name))
		return { name: trimmed, unit: null };
	return { name, unit: unit === "" ? null : unit };
}

/** A name as names are compared: `Date/Time` is `date_time`, InfluxDB's `_time` is `time`. */
export function keyOf(name: string): string {
	return name
		.trim()
		.toLowerCase()
		.replaceAll(/[\s./:-]+/g, "_")
		.replace(/^_(?=.)/, "");
}
