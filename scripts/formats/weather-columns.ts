import { isVersion } from "./weather-versions.ts";

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

/** Names of dates that may stand alone or beside a time of day. */
const DATES = [
	...["date", "datum", "ab_datum", "van_(datum)"],
	...["fecha", "giorno", "usage_date"],
];

/** Names in the order in which they are preferred, as {@link keyOf} writes them. */
const NAMES = {
	time: [
		"timestamp",
		"datetime",
		"date_time",
		"time",
		"ts",
		"ds",
		"dt",
		"utc",
		"valid_time",
		"valid",
		"observation_time",
		"observed_at",
		"measured_at",
		"recorded_at",
		"created_at",
		"last_changed",
		"mess_datum",
		"start_time",
		"epoch",
		"unix_time",
		"unixtime",
		"unix",
		"zeitstempel",
		"zeitpunkt",
		"zeit",
		"uhrzeit",
		...DATES,
		"horodate",
		"yyyymmdd",
		"day",
	],
	date: [...DATES, "yyyymmdd", "day"],
	station: [
		"station",
		"station_name",
		"station_id",
		"stationid",
		"stations_id",
		"staid",
		"stn",
		"site",
		"site_name",
		"site_id",
		"location",
		"location_name",
		"location_id",
		"observation_station",
		"place",
		"city",
		"city_name",
		...["station_abbr", "station_code", "stationname", "indicativo"],
		"bureau_of_meteorology_station_number",
		"nmi",
		"esiid",
		"cups",
		"ean_code",
		"prm",
		"identifiant_prm",
		"zählpunkt",
		"zählpunktbezeichnung",
		"målepunktsid",
		"mittauspisteen_tunnus",
		"contrat",
		...["building", "building_id"],
		"meter",
		"meter_id",
		"meterid",
		"mpan",
		"lclid",
		"household",
		"household_id",
		...["plant", "plant_id", "region", "regionid", "region_id"],
	],
	module: [
		"module",
		"module_name",
		"sensor",
		"sensor_name",
		"sensor_id",
		"device",
		"device_name",
		"device_id",
		"channel",
		...["inverter", "inverter_id", "serial_number", "source_key"],
		"consumption_surplusgeneration",
	],
	unit: [
		"unit",
		"units",
		"units_of_measure",
		"uom",
		"einheit",
		"eenheid",
		"unite",
		"unité",
	],
	/** Of a building that has several. */
	meter: ["meter", "meter_id"],
	measureName: [
		"measure",
		"variable",
		"parameter",
		"parameter_name",
		"obis",
		"metric",
		"element",
		"quantity",
		"field",
		"entity_id",
		"name",
	],
	/** Home Assistant's, beside its `entity_id`; elsewhere a state is a place. */
	state: ["state"],
	/** Fluvius's, beside its `volume`; elsewhere a register may be a measure. */
	register: ["register"],
	volume: ["volume"],
	value: [
		...["value", "reading", "measurement", "sample_measurement"],
		...["val", "result", "wert"],
	],
	idle: [
		"",
		"id",
		"index",
		"row",
		"record",
		"table",
		"latitude",
		"longitude",
		"lat",
		"lon",
		"lng",
		"elevation",
		"altitude",
		"latitud",
		"longitud",
		"altitud",
		"year",
		"month",
		"day",
		"hour",
		"minute",
		"timezone",
	],
} as const;

/** Names of a time that may lack its date, which another column then has. */
const TIMES_OF_DAY: ReadonlySet<string> = new Set([
	"time",
	"start_time",
	"zeit",
	"uhrzeit",
]);

/** Names of hours from 0 to 24, or of clocks, beside a date. */
const HOURS = [
	...["hour", "hr", "hh", "stunde", "hora", "heure", "ora"],
	...["hour_ending", "hour_beginning", "he", "opr_hr", "saat"],
	...["von", "ab_zeit", "zeit_von", "van_(tijdstip)", "usage_start_time"],
	...["tid", "tijd", "aika", "godzina", "klo"],
];

const MINUTES = ["minute"];

/** Names of a year and a month that stand beside a day. */
const YEARS_AND_MONTHS = [
	["year", "yyyy", "yy", "jahr"],
	["month", "mo", "mm", "monat"],
] as const;

/** Of a day, whose year and month stand beside it. */
const DAYS = ["day", "dd", "dy", "tag"];

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

/**
 * Gives each column its role by its name; null where none tells a time, unless
 * `timeColumn` does: an index, -1 for none. `clockColumn` has the time of day beside its
 * date, whatever it is called.
 */
export function rolesOf(
	headers: readonly Header[],
	timeColumn = -1,
	clockColumn = -1,
): Roles | null {
	const keys = headers.map((header, index) =>
		index === clockColumn ? "hour" : keyOf(header.name),
	);
	const used = new Set<number>();
	const claim = (names: readonly string[]): number | null => {
		for (const name of names) {
			const index = keys.findIndex((key, at) => key === name && !used.has(at));
			if (index === -1) continue;
			used.add(index);
			return index;
		}
		return null;
	};
	if (timeColumn !== -1) used.add(timeColumn);
	const isDay = (key: string) => DAYS.includes(key);
	const [year, month] = YEARS_AND_MONTHS.map((names) =>
		keys.findIndex((key) => (names as readonly string[]).includes(key)),
	) as [number, number];
	const hasParts = year !== -1 && month !== -1 && keys.some(isDay);
	const named = NAMES.time.filter((name) => !hasParts || !isDay(name));
	const told =
		timeColumn !== -1
			? timeColumn
			: (claim(named) ?? (hasParts ? claim(DAYS) : null));
	const pair = told === null ? datedPair(headers, keys) : null;
	if (pair !== null)
		for (const index of [pair.date, pair.time]) used.add(index);
	const time =
		told ??
		pair?.time ??
		claimTimeLike(headers, keys, used) ??
		(areMonths(keys, year, month) ? month : null);
	if (time === null) return null;
	const key = keys[time] ?? "";
	const dateBeside =
		pair?.date ?? (TIMES_OF_DAY.has(key) ? claim(NAMES.date) : null);
	const isOfParts =
		(year !== -1 && time === month) ||
		(hasParts && isDay(keys[dateBeside ?? time] ?? ""));
	if (isOfParts) for (const index of [year, month]) used.add(index);
	const hour =
		(isOfParts && dateBeside === null) ||
		timeColumn !== -1 ||
		(NAMES.date as readonly string[]).includes(key)
			? claim(HOURS)
			: null;
	const roles = {
		time: hour ?? time,
		date: hour === null ? dateBeside : time,
		yearAndMonth: isOfParts ? ([year, month] as const) : null,
		minute:
			hour === null
				? null
				: (claim(MINUTES) ??
					claimMinute(keys, isOfParts ? month : -1, hour, used)),
		station: claim(NAMES.station),
		module:
			claim(NAMES.module) ??
			(keys.some((each) => /^building(?:_id)?$/.test(each))
				? claim(NAMES.meter)
				: null),
		unit: claim(NAMES.unit),
		measureName:
			claim(NAMES.measureName) ??
			(keys.includes("volume") ? claim(NAMES.register) : null),
		value:
			claim(NAMES.value) ??
			(keys.includes("entity_id") ? claim(NAMES.state) : null) ??
			(keys.includes("register") ? claim(NAMES.volume) : null),
	};
	const versions = headers.flatMap((header, at) =>
		isVersion(header) && !used.has(at) ? [at] : [],
	);
	for (const at of versions) used.add(at);
	const others = keys.map((_, index) => index).filter((at) => !used.has(at));
	const isIdle = (at: number) =>
		isPlace(keys[at] ?? "") || isTimeLike(keys[at] ?? "");
	return {
		...roles,
		versions,
		candidates: others.filter((at) => !isIdle(at)),
		idle: others.filter(isIdle),
	};
}

/** `elevation`, also as `elevation_m`; but not `sun_elevation`. */
function isPlace(key: string): boolean {
	return (NAMES.idle as readonly string[]).includes(
		key.replace(/(?<=e|at|on|ng)_(?:m|ft|deg|degrees)$/, ""),
	);
}

/** `formatted_date`, `local_time`: a word of the name says time. */
function isTimeLike(key: string): boolean {
	return /(?:^|_)(?:date|time|datetime|timestamp)(?:_|$)/.test(key);
}

/** Words of names of times that do not say of what the time is. */
const PLAIN_WORDS: ReadonlySet<string> = new Set(
	"date time datetime timestamp at start begin beginning end ending of the hour period interval observation obs".split(
		" ",
	),
);

const UTC_WORDS: ReadonlySet<string> = new Set(["utc", "gmt"]);

const LOCAL_WORDS: ReadonlySet<string> = new Set(["local", "lst"]);

/**
 * The column that tells in UTC, as its name says, what the column of a time tells by local
 * clocks, or without a time of day: `timestamp_utc` beside `timestamp_local`; null where
 * there is none. `moments`: columns of which a row holds a date with its time of day.
 */
export function utcColumn(
	headers: readonly Header[],
	time: number,
	moments: ReadonlySet<number>,
): number | null {
	const words = headers.map(({ name, unit }) =>
		keyOf(`${name} ${unit ?? ""}`)
			.split("_")
			.filter((word) => word !== ""),
	);
	const restOf = (index: number) =>
		(words[index] ?? []).filter(
			(word) => !UTC_WORDS.has(word) && !LOCAL_WORDS.has(word),
		);
	const has = (index: number, some: ReadonlySet<string>) =>
		words[index]?.some((word) => some.has(word)) === true;
	if (has(time, UTC_WORDS)) return null;
	const plain = [...moments].filter(
		(index) =>
			index !== time &&
			has(index, UTC_WORDS) &&
			restOf(index).every((word) => PLAIN_WORDS.has(word)),
	);
	const twin = plain.find(
		(index) => restOf(index).join() === restOf(time).join(),
	);
	if (twin !== undefined) return twin;
	const isLocal = (index: number) => has(index, LOCAL_WORDS);
	if (isLocal(time)) return plain[0] ?? null;
	if (moments.has(time)) return null;
	const locals = [...moments]
		.filter(isLocal)
		.map((index) => restOf(index).join());
	return plain.find((index) => locals.includes(restOf(index).join())) ?? null;
}

/** Whether a year and a month are all that tells the time; a column `mm` may also be rain. */
function areMonths(
	keys: readonly string[],
	year: number,
	month: number,
): boolean {
	return (
		year !== -1 &&
		month !== -1 &&
		(keys[month] !== "mm" || keys[year] === "yyyy") &&
		!keys.some((key) => HOURS.includes(key))
	);
}

/** A date and its time of day, such as `Date GMT` and `Time GMT`, rather those of UTC; null where there are none. */
function datedPair(
	headers: readonly Header[],
	keys: readonly string[],
): { readonly date: number; readonly time: number } | null {
	const pairs = keys.flatMap((key, date) => {
		const isDate = key.includes("date") && !isVersion(headers[date] as Header);
		const time = isDate ? keys.indexOf(key.replace("date", "time")) : -1;
		if (time === -1) return [];
		return [
			{ date, time, isUtc: key.split("_").some((word) => UTC_WORDS.has(word)) },
		];
	});
	return pairs.find(({ isUtc }) => isUtc) ?? pairs[0] ?? null;
}

/** The first column of a name that says time, of when something was measured and not of when it was changed. */
function claimTimeLike(
	headers: readonly Header[],
	keys: readonly string[],
	used: Set<number>,
): number | null {
	const index = headers.findIndex(
		(header, at) => isTimeLike(keys[at] ?? "") && !isVersion(header),
	);
	if (index === -1) return null;
	used.add(index);
	return index;
}

/**
 * The column behind the hour that has its minutes by a name which elsewhere is of rain or
 * of a minimum: NDBC's `YY MM DD hh mm`. `month`: -1 where none stands apart.
 */
function claimMinute(
	keys: readonly string[],
	month: number,
	hour: number,
	used: Set<number>,
): number | null {
	const key = keys[hour + 1] ?? "";
	const isMinute =
		!used.has(hour + 1) &&
		((key === "mm" && keys[month] === "mm") ||
			(key === "min" && month !== -1 && !keys.includes("max")));
	if (!isMinute) return null;
	used.add(hour + 1);
	return hour + 1;
}

/** Last words of the names of what tells things apart, or how good a value is and whence. */
const MARKS: ReadonlySet<string> = new Set(
	"id ids identifier key sign callsign serial source src type version flag flags quality qualifier qc qn attribute attributes ind indicator".split(
		" ",
	),
);

/**
 * Columns that hold marks and no measures, although their cells may be numbers: such as
 * an identifier, a call sign, a source, a quality. Their names say so, by the last word
 * or by what they add to another column's, and their cells agree: no unit, whole numbers
 * only. So are, whatever the name, codes of a fixed width, see {@link CellDigits.areCodes}.
 */
export function marksAmong(
	headers: readonly Header[],
	digits: ReadonlyMap<number, CellDigits>,
): ReadonlySet<number> {
	const keys = headers.map(({ name }) =>
		keyOf(name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_")),
	);
	const isNamedMark = (key: string): boolean => {
		if (
			key === "souid" ||
			(key.startsWith("q_") && keys.includes(key.slice(2)))
		)
			return true;
		const words = key.split("_").filter((word) => !/^\d+$/.test(word));
		const other = keys.find(
			(each) => each !== "" && key.startsWith(`${each}_`),
		);
		if (other !== undefined)
			return key
				.slice(other.length)
				.split("_")
				.some((word) => word === "q" || MARKS.has(word));
		if (words.includes("version")) return true;
		if (/(?:^|_)(?:account|customer|meter)_number$/.test(key)) return true;
		// Of the air it is an index.
		if (/(?:^|_)(?:air|water)_quality$/.test(key)) return false;
		return MARKS.has(words.at(-1) ?? "");
	};
	return new Set(
		headers.flatMap(({ unit }, index) => {
			const cells = digits.get(index);
			if (cells === undefined || unit !== null) return [];
			const isMark =
				cells.areCodes || (cells.areWhole && isNamedMark(keys[index] ?? ""));
			return isMark ? [index] : [];
		}),
	);
}

/** What the digits of a column's cells say of it. */
export class CellDigits {
	#isWhole = true;
	#width: number | null = null;
	#isOfOneWidth = true;
	#hasLeadingZero = false;

	add(cell: string): void {
		const trimmed = cell.trim();
		if (trimmed === "") return;
		this.#isWhole &&= /^[\u2212-]?\d+$/.test(trimmed) || !NUMBER.test(trimmed);
		this.#width ??= trimmed.length;
		this.#isOfOneWidth &&=
			/^\d{5,}$/.test(trimmed) && trimmed.length === this.#width;
		this.#hasLeadingZero ||= trimmed.startsWith("0");
	}

	/** All numbers are whole; there may be words. */
	get areWhole(): boolean {
		return this.#isWhole;
	}

	/**
	 * All are as many digits, five at least, of which some begin with 0, as no number is
	 * written; or more digits than anything is measured in, as an account's.
	 */
	get areCodes(): boolean {
		return (
			this.#isOfOneWidth &&
			this.#width !== null &&
			(this.#hasLeadingZero || this.#width > 10)
		);
	}
}

/** Numbers of periods of a day: hours, half-hours, quarters, five minutes. */
const PERIODS: ReadonlySet<number> = new Set([24, 48, 96, 288]);

/** A time of the day, also with the one at which the period ends: `00:00-00:15`. */
const PERIOD =
	/^(\d{1,2}):(\d{2})(?::00)?(?:\s?[-–]\s?\d{1,2}:\d{2}(?::00)?)?$/;

/** Words for times of a day, among those before the numbers of columns. */
const PERIOD_WORDS: ReadonlySet<string> = new Set(
	[
		"hh hr hrs he hour hours hourending halfhour quarter interval intervals period periods slot mtu",
		"stunde std viertelstunde hora horas heure ora ore uur kwartier godz godzina timme tunti",
	].flatMap((words) => words.split(" ")),
);

/** What alone stands before numbers of times. */
const PERIOD_NAMES: ReadonlySet<string> = new Set(
	" h q qh hq i int p pd v val value kwh usage consumption demand load".split(
		" ",
	),
);

const DAY_MICROS = 86_400e6;

/** Columns that stand for the times of a day, of one measure. */
export interface Periods {
	/** Whether their names say so: those of `probe1` to `probe24` do not. */
	readonly isTold: boolean;
	/** What they have in common, without the time; null where that is nothing. */
	readonly name: string | null;
	/** Microseconds from midnight, by column. */
	readonly offsets: ReadonlyMap<number, number>;
}

/**
 * The columns that name the time of the day they are of, as meters write a row a day:
 * `00:00, 00:30, …`, or numbers from 0 or 1 behind one word, `HH1, HH2, …`, as many as a
 * day has hours, half-hours, quarters of an hour or five minutes: the first begins at
 * midnight. Clocks that begin anew after the last hour of the day are of the next. Null where the columns are others, or some.
 */
export function periodsAmong(
	headers: readonly Header[],
	columns: readonly number[],
): Periods | null {
	const names = columns.map((index) => headers[index]?.name.trim() ?? "");
	const clocks = names.flatMap((name, at) => {
		const [, hours, minutes] = PERIOD.exec(name) ?? [];
		return hours === undefined
			? []
			: [
					[
						columns[at] ?? 0,
						(60 * Number(hours) + Number(minutes)) * 60e6,
					] as const,
				];
	});
	if (clocks.length >= 24)
		return { isTold: true, name: null, offsets: inOneDay(clocks) };
	const byWord = new Map<string, [index: number, number: number][]>();
	for (const [at, name] of names.entries()) {
		const [, word = "", digits] = /^(.*?)[_\s]?(\d{1,3})$/.exec(name) ?? [];
		if (digits === undefined) continue;
		const numbered = byWord.get(word) ?? [];
		numbered.push([columns[at] ?? 0, Number(digits)]);
		byWord.set(word, numbered);
	}
	let untold: Periods | null = null;
	for (const [word, numbered] of byWord) {
		const first = Math.min(...numbered.map(([, number]) => number));
		const numbers = new Set(numbered.map(([, number]) => number - first));
		const isWhole =
			first <= 1 &&
			numbers.size === numbered.length &&
			PERIODS.has(numbers.size) &&
			Math.max(...numbers) === numbers.size - 1;
		if (!isWhole) continue;
		const length = DAY_MICROS / numbered.length;
		const key = keyOf(word);
		const isTold =
			PERIOD_NAMES.has(key) ||
			key.split("_").some((part) => PERIOD_WORDS.has(part));
		const offsets = new Map(
			numbered.map(([index, number]) => [index, (number - first) * length]),
		);
		const periods = { isTold, name: word === "" ? null : word, offsets };
		if (isTold) return periods;
		untold ??= periods;
	}
	return untold;
}

/**
 * Clocks in the order of their columns, those of the next day where they begin anew once:
 * `0:30, …, 23:30, 0:00`. As they stand where they are of more than a day, or in no order.
 */
function inOneDay(
	clocks: readonly (readonly [index: number, offset: number])[],
): ReadonlyMap<number, number> {
	const first = clocks[0]?.[1] ?? 0;
	let last = Number.NEGATIVE_INFINITY;
	const offsets = new Map<number, number>();
	for (const [index, clock] of clocks) {
		const offset = clock > last ? clock : clock + DAY_MICROS;
		if (offset <= last || offset >= first + DAY_MICROS) return new Map(clocks);
		offsets.set(index, offset);
		last = offset;
	}
	return offsets;
}

/** Values with which loggers and archives mark that there is none. */
const SENTINELS = new Set([-999, -9999, -99999, -99.9, -999.9, -9999.9]);

export const isSentinel = (value: number) => SENTINELS.has(value);

/** Words that say that there is no value, as a blank cell does. */
const NO_VALUE =
	/^(?:n\/?a|#n\/?a|nan|null|none|nil|missing|m|mm|-+|\?|\.|\*)$/i;

/** Whether a word tells nothing of what its column holds. */
export const isNoValue = (cell: string) => NO_VALUE.test(cell.trim());

/** What the cells of a measure hold, in one file. */
export class MeasureStatistics {
	blanks = 0;
	words = 0;
	numbers = 0;
	/** Of the numbers that are no sentinels. */
	min = Number.POSITIVE_INFINITY;
	max = Number.NEGATIVE_INFINITY;

	add(cell: number | "blank" | "word"): void {
		if (cell === "blank") this.blanks += 1;
		else if (cell === "word") this.words += 1;
		else {
			this.numbers += 1;
			if (isSentinel(cell)) return;
			if (cell < this.min) this.min = cell;
			if (cell > this.max) this.max = cell;
		}
	}

	/** Takes over what the cells of another column of the measure hold. */
	merge(other: MeasureStatistics): void {
		this.blanks += other.blanks;
		this.words += other.words;
		this.numbers += other.numbers;
		this.min = Math.min(this.min, other.min);
		this.max = Math.max(this.max, other.max);
	}

	/**
	 * Whether a sentinel is one in this measure, and not a value: where the measure
	 * is never negative otherwise, or where the sentinel lies below all its other
	 * values by more than half of their range. Without other values it is one.
	 */
	isMissing(sentinel: number): boolean {
		if (this.min > this.max || this.min >= 0) return true;
		return sentinel < this.min - (this.max - this.min) / 2;
	}

	/** Whether numbers outweigh words, so that the column is a measure. */
	isNumeric(): boolean {
		return this.numbers > this.words;
	}
}

/** With the typographic minus too, as Sweden, Norway and Finland write it: `−3,2`. */
const NUMBER = /^[+\u2212-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Thousands are set apart and decimals told, so that there is one way to read it: `1.234,5`. */
const GROUPED = /^[+\u2212-]?[1-9]\d{0,2}(?:(?:\.\d{3})+,|(?:,\d{3})+\.)\d+$/;

/** Thousands that are set apart, or three decimals: `1.234`. */
const THOUSANDS = /^[+\u2212-]?[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+)$/;

/** A number with a decimal comma, as it is written; but not ISD's `0150,1`, which are two. */
const DECIMAL_COMMA =
	/^[+\u2212-]?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:[ \u00A0\u202F'\u2019]\d{3})+),\d+$/;

/** Thousands that a space or an apostrophe sets apart, as in France, the North and Switzerland: `1 234,5`. */
const SPACED =
	/^[+\u2212-]?[1-9]\d{0,2}([ \u00A0\u202F'\u2019])\d{3}(?:\1\d{3})*(?:[.,]\d+)?$/;

function spaceIn(trimmed: string): string | null {
	return SPACED.exec(trimmed)?.[1] ?? null;
}

type Sign = "." | ",";

/** Null where cells disagree, so that one of {@link THOUSANDS} is no number. */
type SignUse = "thousands" | "decimals" | null;

/** What is for what in the cells of a column that do not tell it. */
export interface SignUses {
	readonly point: SignUse;
	readonly comma: SignUse;
	/** Whether spaces set thousands apart, and not two numbers. */
	readonly haveSpaces: boolean;
}

/** What points and commas are for in a column, as its cells tell. */
export class NumberSigns {
	readonly thousands = new Set<Sign>();
	readonly decimals = new Set<Sign>();
	/** Signs of cells that do not tell, such as `1.234`. */
	readonly untold = new Set<Sign>();
	/** Whether all cells with commas are numbers of decimal commas. */
	areDecimalCommas = true;
	/** Whether a cell has thousands that spaces set apart, or two numbers. */
	haveSpaces = false;

	add(cell: string): void {
		const point = cell.indexOf(".");
		const comma = cell.indexOf(",");
		if (point !== -1 && comma !== -1) {
			if (!GROUPED.test(cell.trim())) return;
			this.thousands.add(point < comma ? "." : ",");
			this.decimals.add(point < comma ? "," : ".");
			return;
		}
		if (point === comma) return;
		const sign = point === -1 ? "," : ".";
		if (sign === "," && this.areDecimalCommas)
			this.areDecimalCommas = DECIMAL_COMMA.test(cell.trim());
		if (this.decimals.has(sign)) return;
		const trimmed = cell.trim();
		if (THOUSANDS.test(trimmed)) {
			const isOnce = cell.indexOf(sign, Math.max(point, comma) + 1) === -1;
			(isOnce ? this.untold : this.thousands).add(sign);
		} else if (
			NUMBER.test(trimmed.replace(sign, ".")) ||
			(spaceIn(trimmed) ?? " ") !== " "
		)
			this.decimals.add(sign);
	}

	/** Of a cell that is no number as it stands. */
	addWord(cell: string): void {
		this.haveSpaces ||= spaceIn(cell.trim()) === " ";
	}

	/** Whether commas are decimal signs beyond doubt, as in `8,4`, and points are none. */
	get hasDecimalCommas(): boolean {
		return (
			this.areDecimalCommas && this.decimals.has(",") && !this.decimals.has(".")
		);
	}
}

/** What points and commas are for in a file: what some columns prove holds for those that do not tell. */
export class FileSigns {
	readonly #columns: readonly NumberSigns[];
	readonly #commasPart: boolean;

	/** `commasPart`: commas part the cells, so that those within have quotes. */
	constructor(columns: Iterable<NumberSigns>, commasPart: boolean) {
		this.#columns = [...columns];
		this.#commasPart = commasPart;
	}

	/** What a sign is for in a column's cells that do not tell it. */
	use(column: NumberSigns, sign: Sign): SignUse {
		if (column.thousands.has(sign))
			return column.decimals.has(sign) ? null : "thousands";
		return this.#areThousands(column, sign) ? "thousands" : "decimals";
	}

	/** Whether commas are decimal signs in a column though commas part the cells. */
	hasDecimalCommas(column: NumberSigns): boolean {
		return (
			column.hasDecimalCommas ||
			(column.untold.has(",") &&
				column.areDecimalCommas &&
				!this.#some((each) => each.decimals.has(".")) &&
				this.#some((each) => each.hasDecimalCommas))
		);
	}

	/** A sign of a column of which nothing in the file tells what it is for; null where there is none. */
	untold(column: NumberSigns): Sign | null {
		const isUntold = (sign: Sign) => {
			const isEither =
				column.untold.has(sign) &&
				!column.thousands.has(sign) &&
				!column.decimals.has(sign) &&
				!this.#areThousands(column, sign);
			if (!isEither) return false;
			const isOther = this.#some((each) => each.decimals.has(otherThan(sign)));
			if (this.#commasPart && sign === ".") return isOther;
			return isOther || !this.#some((each) => each.decimals.has(sign));
		};
		return ([".", ","] as const).find(isUntold) ?? null;
	}

	#areThousands(column: NumberSigns, sign: Sign): boolean {
		const other = otherThan(sign);
		return (
			column.untold.has(sign) &&
			!this.#some((each) => each.decimals.has(sign)) &&
			this.#some(
				(each) =>
					each.thousands.has(sign) ||
					(each.decimals.has(other) &&
						(other === "." || each.areDecimalCommas)),
			)
		);
	}

	#some(is: (column: NumberSigns) => boolean): boolean {
		return this.#columns.some(is);
	}
}

const otherThan = (sign: Sign): Sign => (sign === "." ? "," : ".");

/**
 * A cell as a finite number, or what it is instead. A comma is the decimal sign
 * where `commaIsDecimal`. `1.234,5` and `1,234.5` are the same anywhere,
 * and where `uses`, which are of the column, say so, `1.234` is a thousand and more, or a word.
 */
export function parseCell(
	cell: string,
	commaIsDecimal: boolean,
	uses?: SignUses,
): number | "blank" | "word" {
	const trimmed = cell.trim();
	if (trimmed === "") return "blank";
	let plain = trimmed;
	if (GROUPED.test(trimmed))
		plain = trimmed.replace(/[.,](?=\d*[.,])/g, "").replace(",", ".");
	else {
		const use =
			uses !== undefined && THOUSANDS.test(trimmed)
				? uses[trimmed.includes(".") ? "point" : "comma"]
				: "decimals";
		if (use === null) return "word";
		if (use === "thousands") plain = trimmed.replace(/[.,]/g, "");
		else if (commaIsDecimal) plain = trimmed.replace(",", ".");
	}
	if (!NUMBER.test(plain)) {
		const space = spaceIn(trimmed);
		return space === null || (space === " " && uses?.haveSpaces !== true)
			? "word"
			: parseCell(trimmed.replaceAll(space, ""), commaIsDecimal);
	}
	const value = Number(
		plain.startsWith("\u2212") ? `-${plain.slice(1)}` : plain,
	);
	// Adding 0 makes one zero of both, so that equal readings are equal.
	return Number.isFinite(value) ? value + 0 : "word";
}
