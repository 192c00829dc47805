/** A number within a cell of NOAA's Integrated Surface Data. */
interface Field {
	/** Names it among the columns, with its unit. */
	readonly column: string;
	/** Its place in the cell, and that of its quality code, from 0. */
	readonly part: number;
	readonly quality: number;
	/** What the number is to be divided by. */
	readonly scale: number;
	/** Digits that stand for no value, without sign. */
	readonly missing: string;
	/** A part that must be as given, else the cell says something else. */
	readonly only?: readonly [part: number, text: string];
}

const PRECIPITATION: readonly Field[] = [1, 3, 6, 12, 24].map((hours) => ({
	column: `precipitation_${hours}h [mm]`,
	part: 1,
	quality: 3,
	scale: 10,
	missing: "9999",
	only: [0, String(hours).padStart(2, "0")],
}));

/**
 * Columns whose cells hold several numbers, by name without a number behind it:
 * https://www.ncei.noaa.gov/data/global-hourly/doc/isd-format-document.pdf
 */
const CELLS: Readonly<Record<string, readonly Field[]>> = {
	WND: [
		field("wind_direction [°]", 0, 1, 1, "999"),
		field("wind_speed [m/s]", 3, 4, 10, "9999"),
	],
	CIG: [field("ceiling_height [m]", 0, 1, 1, "99999")],
	VIS: [field("visibility [m]", 0, 1, 1, "999999")],
	TMP: [field("air_temperature [°C]", 0, 1, 10, "9999")],
	DEW: [field("dew_point [°C]", 0, 1, 10, "9999")],
	SLP: [field("sea_level_pressure [hPa]", 0, 1, 10, "99999")],
	MA: [
		field("altimeter_setting [hPa]", 0, 1, 10, "99999"),
		field("station_pressure [hPa]", 2, 3, 10, "99999"),
	],
	OC: [field("wind_gust [m/s]", 0, 1, 10, "9999")],
	AJ: [field("snow_depth [cm]", 0, 2, 1, "9999")],
	AA: PRECIPITATION,
};

/** Codes of values that are suspect or wrong. */
const BAD = new Set(["2", "3", "6", "7"]);

/** What stands in place of a value that its quality code calls suspect or wrong. */
export const SUSPECT = "suspect";

function field(
	column: string,
	part: number,
	quality: number,
	scale: number,
	missing: string,
): Field {
	return { column, part, quality, scale, missing };
}

/** How a table reads as one with a header and a number a cell. */
export interface PlainTable {
	readonly header: readonly string[];
	/** The cells under it of a row as it stands. */
	readonly cells: (row: readonly string[]) => readonly string[];
	/** What it does not tell, where that matters. */
	readonly note?: string | null;
}

/**
 * Gives each number in the cells of NOAA's Integrated Surface Data (`TMP` of `+0123,1`)
 * a column of its own, in its unit, blank where it is missing and a word where its quality
 * code calls it suspect or wrong; the columns come behind all others, and behind what tells
 * which of several reports of one time counts. Null for a header of
 * another kind.
 */
export function isdTable(header: readonly string[]): PlainTable | null {
	if (!["STATION", "DATE", "WND", "TMP"].every((name) => header.includes(name)))
		return null;
	const sources = new Map<string, { index: number; field: Field }[]>();
	for (const [index, name] of header.entries())
		for (const field of CELLS[name.replace(/(?<=^[A-Z]{2})\d$/, "")] ?? [])
			sources.set(field.column, [
				...(sources.get(field.column) ?? []),
				{ index, field },
			]);
	const packed = new Set(
		[...sources.values()].flat().map(({ index }) => index),
	);
	const plain = header.flatMap((_, index) => (packed.has(index) ? [] : index));
	const [type, control] = ["REPORT_TYPE", "QUALITY_CONTROL"].map((name) =>
		header.indexOf(name),
	) as [number, number];
	return {
		header: [
			...plain.map((index) => header[index] ?? ""),
			"version",
			...sources.keys(),
		],
		cells: (row) => [
			...plain.map((index) => row[index] ?? ""),
			String(rankOf(row[type] ?? "", row[control] ?? "")),
			...[...sources.values()].map(
				(places) =>
					places
						.map(({ index, field }) => valueIn(row[index] ?? "", field))
						.find((value) => value !== "") ?? "",
			),
		],
	};
}

/**
 * Which of several reports of one time counts: by how well it was checked (`V010` to
 * `V030`), then one that was merged of others, one of the synoptic hour, a routine one of an
 * airport, and any other.
 */
function rankOf(type: string, control: string): number {
	const checks = Number(/^V0([1-3])0$/.exec(control.trim())?.[1] ?? 0);
	const order = [/^(?:S-S-A|SY-)/, /^FM-1[24]/, /^FM-15/];
	const place = order.findIndex((types) => types.test(type.trim()));
	return 10 * checks + (place === -1 ? 0 : order.length - place);
}

function valueIn(cell: string, { part, quality, scale, missing, only }: Field) {
	const parts = cell.split(",");
	const text = parts[part] ?? "";
	if (only !== undefined && parts[only[0]] !== only[1]) return "";
	if (!/^[+-]?\d+$/.test(text) || text.replace(/^[+-]/, "") === missing)
		return "";
	if (BAD.has(parts[quality] ?? "")) return SUSPECT;
	return String(Number(text) / scale);
}

/** A column's name with its unit, where it has one, as headers are read. */
export function withUnit(name: string, unit: string | null): string {
	return unit === null ? name : `${name} [${unit}]`;
}

/** Units of the columns of NOAA's Global Summary of the Day, and the numbers that stand for no value. */
const SUMMARY: Readonly<
	Record<string, readonly [unit: string, ...missing: number[]]>
> = {
	TEMP: ["°F", 9999.9],
	DEWP: ["°F", 9999.9],
	SLP: ["hPa", 9999.9],
	// Written without its first digit from 1000 on.
	STP: ["hPa", 9999.9, 999.9],
	VISIB: ["mi", 999.9],
	WDSP: ["kn", 999.9],
	MXSPD: ["kn", 999.9],
	GUST: ["kn", 999.9],
	MAX: ["°F", 9999.9],
	MIN: ["°F", 9999.9],
	PRCP: ["in", 99.99],
	SNDP: ["in", 999.9],
};

/**
 * NOAA's Global Summary of the Day with its units in the header and without its codes of
 * what is missing. Null for a header of another kind.
 * https://www.ncei.noaa.gov/data/global-summary-of-the-day/doc/readme.txt
 */
export function gsodTable(header: readonly string[]): PlainTable | null {
	if (
		!["STATION", "DATE", "TEMP_ATTRIBUTES", "FRSHTT"].every((name) =>
			header.includes(name),
		)
	)
		return null;
	const columns = header.map((name) => SUMMARY[name] ?? null);
	return {
		header: header.map((name, index) =>
			withUnit(name, columns[index]?.[0] ?? null),
		),
		cells: (row) =>
			row.map((cell, index) => {
				const [, ...missing] = columns[index] ?? [""];
				return missing.includes(Number(cell)) ? "" : cell;
			}),
	};
}

/** Units of the columns of NOAA's Local Climatological Data where stations have numbers, by what their names hold. */
const CLIMATOLOGICAL: readonly (readonly [RegExp, string])[] = [
	[/^(?:Hourly|Daily)\w*(?:Temperature|DryBulb)/, "°F"],
	[/^(?:Hourly|Daily)\w*(?:Pressure|AltimeterSetting)(?!Tendency)/, "inHg"],
	[/^(?:Hourly|Daily)\w*(?:Precipitation|SnowDepth|Snowfall)$/, "in"],
	[/^(?:Hourly|Daily)\w*WindDirection$/, "°"],
	[/^(?:Hourly|Daily)\w*Wind\w*Speed$/, "mph"],
	[/^HourlyVisibility$/, "mi"],
	[/^(?:Hourly|Daily)\w*RelativeHumidity/, "%"],
];

/** A number and what may stand behind it: `s` calls it suspect, `V` says that it varied. */
const MARKED = /^([+-]?(?:\d+\.?\d*|\.\d+))([A-Za-z*])$/;

/**
 * NOAA's Local Climatological Data: numbers without the marks behind them, and suspect ones
 * as words; a trace of rain or snow is none, and times of the sun are no measures. Units are
 * those of its first version where stations have numbers; no other tells them. Of several reports of one time one counts, as in {@link isdTable}.
 * Null for a header of another kind. `first`: a row.
 * https://www.ncei.noaa.gov/pub/data/cdo/documentation/LCD_documentation.pdf
 */
export function lcdTable(
	header: readonly string[],
	first: readonly string[],
): PlainTable | null {
	const station = header.indexOf("STATION");
	const isOne =
		station !== -1 &&
		header.includes("DATE") &&
		header.some((name) => /^hourlyvisibility$/i.test(name)) &&
		header.some((name) => /^hourlydrybulbtemp/i.test(name));
	if (!isOne) return null;
	const hasUnits = /^\d{11}$/.test(first[station] ?? "");
	const unitOf = (name: string) =>
		CLIMATOLOGICAL.find(([names]) => hasUnits && names.test(name))?.[1] ?? null;
	const plain = header.map((name) => {
		if (/^(?:daily)?sun(?:rise|set)$/i.test(name)) return () => "";
		if (!/^(?:hourly|daily|monthly|short)/i.test(name))
			return (cell: string) => cell;
		const mayBeTrace = /precip|snow/i.test(name);
		return (cell: string) => {
			if (cell === "*") return "";
			if (cell === "T" && mayBeTrace) return "0";
			const [, number, mark] = MARKED.exec(cell) ?? [];
			return mark === "s" ? SUSPECT : (number ?? cell);
		};
	});
	const type = header.findIndex((name) => /^REPORT_?T(?:YPE|PYE)$/.test(name));
	return {
		header: ["version", ...header.map((name) => withUnit(name, unitOf(name)))],
		cells: (row) => [
			String(rankOf(row[type] ?? "", "")),
			...row.map((cell, index) => plain[index]?.(cell) ?? cell),
		],
		note: hasUnits
			? null
			: "units are those of Local Climatological Data as it was asked for, which it does not tell",
	};
}

/** Units of the columns of NDBC's buoys, old names too, and the number that stands for no value. */
const BUOY: Readonly<Record<string, readonly [unit: string, missing: number]>> =
	{
		...unitOfBuoy("°", 999, "WDIR WD DIR GDR MWD"),
		...unitOfBuoy("m/s", 99, "WSPD SPD GST GSP"),
		...unitOfBuoy("m", 99, "WVHT"),
		...unitOfBuoy("s", 99, "DPD APD"),
		...unitOfBuoy("hPa", 9999, "PRES BAR BARO"),
		...unitOfBuoy("hPa", 99, "PTDY"),
		...unitOfBuoy("°C", 999, "ATMP WTMP DEWP"),
		...unitOfBuoy("nmi", 99, "VIS"),
		...unitOfBuoy("ft", 99, "TIDE"),
	};

function unitOfBuoy(unit: string, missing: number, names: string) {
	return Object.fromEntries(
		names.split(" ").map((name) => [name, [unit, missing] as const]),
	);
}

/** Year, month, day and hour, as they begin NDBC's rows. */
const BUOY_TIME = /^#?(?:YYYY|YY) MM DD hh /;

/**
 * NDBC's buoys, of any year, with units in the header and without `MM` or the nines that
 * stand for no value. Visibility may be in other miles than it was, where a row below the
 * header says so. Minutes of a gust are no measure. Null for a header of another kind.
 * https://www.ndbc.noaa.gov/faq/measdes.shtml
 */
export function buoyTable(header: readonly string[]): PlainTable | null {
	const names = header.map((cell) => cell.replace(/ \[.*$/, ""));
	const columns = names.map((name) => BUOY[name] ?? null);
	const isOne =
		BUOY_TIME.test(names.join(" ")) &&
		columns.filter((column) => column !== null).length > 2;
	if (!isOne) return null;
	return {
		header: names.map((name, index) => {
			const unit = columns[index]?.[0] ?? null;
			return header[index] === "VIS [mi]" ? "VIS [mi]" : withUnit(name, unit);
		}),
		cells: (row) =>
			row.map((cell, index) => {
				const column = columns[index] ?? null;
				if (column === null)
					return names[index] === "GTIME" || names[index] === "GMN" ? "" : cell;
				return cell === "MM" || Number(cell) === column[1] ? "" : cell;
			}),
	};
}

/** Units of the elements of GHCN daily that are told in tenths. */
const TENTHS: Readonly<Record<string, string>> = {
	...unit("mm", "PRCP EVAP WESD WESF MDPR THIC"),
	...unit("°C", "TMAX TMIN TAVG TOBS ADPT AWBT MDTX MDTN MXPN MNPN"),
	...unit("m/s", "AWND WSF1 WSF2 WSF5 WSFG WSFI WSFM"),
	...unit("hPa", "ASLP ASTP"),
};

/** Of those that are told whole. */
const WHOLE: Readonly<Record<string, string>> = {
	...unit("mm", "SNOW SNWD"),
	...unit("km", "WDMV"),
	...unit("min", "TSUN"),
	...unit("%", "RHAV RHMN RHMX"),
};

function unit(name: string, elements: string): Record<string, string> {
	return Object.fromEntries(
		elements.split(" ").map((element) => [element, name]),
	);
}

/** Marks of measurement, quality and source, and a time of day: `,I,W,2400`. Other data sets of NOAA have others. */
const DAILY_MARKS = /^[A-Z]?,([A-Z]?),[A-Za-z0-9]?(?:,(?:\d{4})?)?$/;

/** As NCEI writes numbers of GHCN daily, whole and in five places. */
const FIVE_PLACES = /^ {0,4}-?\d+$/;

/**
 * Stations of NOAA's GHCN daily under a header, in which `TMAX_ATTRIBUTES` stands beside
 * `TMAX`: a value whose quality mark says that it failed a check is a word. Where the
 * numbers are written as in NCEI's own files, which are in tenths, they come in their units;
 * others are in those that somebody has asked for, which the file does not tell. Null for a table
 * of another kind. `rows`: the first ones, which tell.
 * https://www.ncei.noaa.gov/pub/data/cdo/documentation/GHCND_documentation.pdf
 */
export function ghcnTable(
	header: readonly string[],
	rows: readonly (readonly string[])[],
): PlainTable | null {
	const marks = header.map((name) => header.indexOf(`${name}_ATTRIBUTES`));
	const isMarked = (row: readonly string[]) =>
		marks.every(
			(at) =>
				at === -1 || (row[at] ?? "") === "" || DAILY_MARKS.test(row[at] ?? ""),
		);
	const isDaily =
		["STATION", "DATE"].every((name) => header.includes(name)) &&
		marks.some((at) => at !== -1) &&
		rows.every(isMarked) &&
		rows.some((row) => marks.some((at) => (row[at] ?? "") !== ""));
	if (!isDaily) return null;
	const cells = rows.flatMap((row) =>
		marks.flatMap((at, index) =>
			at === -1 || (row[index] ?? "") === "" ? [] : (row[index] ?? ""),
		),
	);
	const isNcei =
		cells.length > 0 &&
		cells.every((cell) => cell.length === 5 && FIVE_PLACES.test(cell)) &&
		cells.some((cell) => cell.startsWith(" "));
	const unitOf = (index: number) => {
		const name = header[index] ?? "";
		return isNcei && marks[index] !== -1
			? (TENTHS[name] ?? WHOLE[name] ?? null)
			: null;
	};
	return {
		header: header.map((name, index) => withUnit(name, unitOf(index))),
		cells: (row) =>
			row.map((cell, index) => {
				const [, quality = ""] =
					DAILY_MARKS.exec(row[marks[index] ?? -1] ?? "") ?? [];
				if (quality !== "" && cell !== "") return SUSPECT;
				const isTenths =
					isNcei &&
					marks[index] !== -1 &&
					TENTHS[header[index] ?? ""] !== undefined;
				return isTenths && /^\s*-?\d+$/.test(cell)
					? String(Number(cell) / 10)
					: cell;
			}),
		note:
			isNcei || !header.some((name) => TENTHS[name] !== undefined)
				? null
				: "units of GHCN daily are those that were asked for, which it does not tell",
	};
}

/**
 * A year or station of NOAA's GHCN daily, which has no header: station, date, element,
 * value, and marks of measurement, quality and source. A value whose quality mark says
 * that it failed a check is a word. Null for a first row of another kind.
 * https://www.ncei.noaa.gov/pub/data/ghcn/daily/readme-by_year.txt
 */
export function ghcnDailyTable(first: readonly string[]): PlainTable | null {
	const [station = "", date = "", element = "", value = ""] = first;
	const isOne =
		first.length === 8 &&
		/^[A-Z]{2}[A-Z0-9]{9}$/.test(station) &&
		/^\d{8}$/.test(date) &&
		/^[A-Z0-9]{4}$/.test(element) &&
		/^-?\d+$/.test(value);
	if (!isOne) return null;
	return {
		header: ["station", "date", "element", "value", "unit"],
		cells: ([station = "", date = "", element = "", value = "", , quality]) => {
			const isTenths = TENTHS[element] !== undefined;
			const plain =
				isTenths && /^-?\d+$/.test(value) ? String(Number(value) / 10) : value;
			return [
				station,
				date,
				element,
				quality === "" ? plain : SUSPECT,
				TENTHS[element] ?? WHOLE[element] ?? "",
			];
		},
	};
}
