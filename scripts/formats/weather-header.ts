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
	/** Of a date of which year, month and day stand apart; the day is `date`, else `time`. */
	readonly yearAndMonth: readonly [year: number, month: number] | null;
	/** Beside an hour. */
	readonly minute: number | null;
	readonly station: number | null;
	readonly module: number | null;
	readonly unit: number | null;
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

/** A zone in the name of a column of times: `Date Time, GMT+01:00`, `time (UTC)`, `timestamp_utc`. */
const ZONE = /(?<![a-z])(?:UTC|GMT)\s?([+-]\d{1,2}(?::?\d{2})?)?(?!\w)/i;

/** Minutes east of UTC that the header of times says; null where it says none. */
export function zoneOf({ name, unit }: Header): number | null {
	const match = ZONE.exec(`${name} ${unit ?? ""}`);
	if (match === null) return null;
	const [, sign = "+", hours = "0", minutes = "0"] =
		/^([+-])(\d{1,2}):?(\d{2})?$/.exec(match[1] ?? "") ?? [];
	return (sign === "-" ? -1 : 1) * (60 * Number(hours) + Number(minutes));
}

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
