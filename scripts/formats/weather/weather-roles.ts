import { type Header, keyOf, type Roles } from "./weather-header.ts";
import { isVersion } from "./weather-versions.ts";

/** Names of dates that may stand alone or beside a time of day. */
const DATES = [
	...["date", "datum", "ab_datum", "van_(datum)"],
	...["fecha", "giorno", "usage_date"],
	// Météo-France's, of whose hours the digits tell.
	...["aaaammjj", "aaaammjjhh", "aaaammjjhhmn"],
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
		...["start_time", "start_ts"],
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
		...["site_no", "num_poste", "numer_sta", "stasjon"],
		...["climate_id", "stationscode", "station_number", "stationnumber"],
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
		...["mittauspisteen_tunnus", "mittauspisteentunnus"],
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
		"sensor_index",
		"statistic_id",
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
		...["måleenhed", "yksikkötyyppi", "enhet"],
	],
	zone: ["tz_cd", "tz", "timezone", "time_zone", "utc_offset"],
	/** Frost's, beside its elements; elsewhere of where a value is from. */
	source: ["sourceid"],
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
		"elementid",
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
		// Of numbers of rows; NO is a gas.
		...["no_", "nr", "nr_"],
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
	["year", "yyyy", "yy", "jahr", "ano", "año", "annee", "année", "anno", "rok"],
	["month", "mo", "mm", "monat", "mes", "mês", "mois", "mese"],
] as const;

/** Of a day, whose year and month stand beside it. */
const DAYS = ["day", "dd", "dy", "tag", "dia", "día", "jour", "giorno"];

/** Of the days of a year, which stands beside it and no month. */
const DAYS_OF_YEAR = ["doy", "day_of_year", "yday"];

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
	const [year, month] = YEARS_AND_MONTHS.map((names) =>
		keys.findIndex((key) => (names as readonly string[]).includes(key)),
	) as [number, number];
	const days = month === -1 ? DAYS_OF_YEAR : DAYS;
	const isDay = (key: string) => days.includes(key);
	const hasParts = year !== -1 && keys.some(isDay);
	const named = NAMES.time.filter((name) => !hasParts || !isDay(name));
	const told =
		timeColumn !== -1
			? timeColumn
			: (claim(named) ?? (hasParts ? claim(days) : null));
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
		station:
			claim(NAMES.station) ??
			(keys.includes("elementid") ? claim(NAMES.source) : null),
		module:
			claim(NAMES.module) ??
			(keys.some((each) => /^building(?:_id)?$/.test(each))
				? claim(NAMES.meter)
				: null),
		unit: claim(NAMES.unit),
		zone: claim(NAMES.zone),
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
		(header, at) =>
			isTimeLike(keys[at] ?? "") &&
			!/decimal|zone/.test(keys[at] ?? "") &&
			!isVersion(header),
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
