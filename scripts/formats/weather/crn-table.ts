import { type PlainTable, SUSPECT, withUnit } from "./noaa-tables.ts";

interface Column {
	readonly name: string;
	readonly unit: string | null;
	/** What the product tells beside it: how good it is, where that is told. */
	readonly flag: number | null;
}

/**
 * Products of NOAA's Climate Reference Network, by their numbers of columns. `-` is a
 * column that measures nothing, `?` the quality of the one before it, `!` that of the one
 * before that.
 */
const PRODUCTS = new Map(
	[
		// Subhourly.
		[
			"WBANNO UTC_DATE UTC_TIME - - - - - AIR_TEMPERATURE=°C PRECIPITATION=mm SOLAR_RADIATION=W/m² ?",
			"SURFACE_TEMPERATURE=°C - ! RELATIVE_HUMIDITY=% ? SOIL_MOISTURE_5=m³/m³ SOIL_TEMPERATURE_5=°C",
			"WETNESS=Ω ? WIND_1_5=m/s ?",
		],
		// Daily.
		[
			"WBANNO LST_DATE - - - T_DAILY_MAX=°C T_DAILY_MIN=°C T_DAILY_MEAN=°C T_DAILY_AVG=°C",
			"P_DAILY_CALC=mm SOLARAD_DAILY=MJ/m² - SUR_TEMP_DAILY_MAX=°C SUR_TEMP_DAILY_MIN=°C SUR_TEMP_DAILY_AVG=°C",
			"RH_DAILY_MAX=% RH_DAILY_MIN=% RH_DAILY_AVG=%",
			depths("SOIL_MOISTURE_*_DAILY=m³/m³"),
			depths("SOIL_TEMP_*_DAILY=°C"),
		],
		// Hourly.
		[
			"WBANNO UTC_DATE UTC_TIME - - - - - T_CALC=°C T_HR_AVG=°C T_MAX=°C T_MIN=°C P_CALC=mm",
			"SOLARAD=W/m² ? SOLARAD_MAX=W/m² ? SOLARAD_MIN=W/m² ?",
			"- SUR_TEMP=°C ? SUR_TEMP_MAX=°C ? SUR_TEMP_MIN=°C ? RH_HR_AVG=% ?",
			depths("SOIL_MOISTURE_*=m³/m³"),
			depths("SOIL_TEMP_*=°C"),
		],
	].map((lines) => {
		const names = lines.join(" ").split(" ");
		return [names.length, columnsOf(names)] as const;
	}),
);

/** In cm. */
function depths(name: string): string {
	return [5, 10, 20, 50, 100]
		.map((depth) => name.replace("*", String(depth)))
		.join(" ");
}

function columnsOf(names: readonly string[]): readonly Column[] {
	return names.map((text, index) => {
		const [name = "", unit = null] = text.split("=");
		const flag =
			names[index + 1] === "?" ? 1 : names[index + 2] === "!" ? 2 : null;
		return { name, unit, flag: flag === null ? null : index + flag };
	});
}

/** Of a value that is wrong; others are good, or missing and written so. */
const ERRONEOUS = "3";

/** As the first line of a product begins, without a header. */
const FIRST_LINE =
	/^ *\d{5} +\d{8} +(?:\d{4} +\d{8} +\d{4} +)?\S+ +-?\d+\.\d+ +-?\d+\.\d+ /;

/** Whether blanks part the cells of a table of NOAA's Climate Reference Network. */
export function isCrn(head: string): boolean {
	return FIRST_LINE.test(head);
}

/**
 * A table of NOAA's Climate Reference Network, which has no header: hourly, subhourly and
 * by day. A value that is marked as wrong is a word. Hours and five minutes are told where they
 * end; days are those of local standard time. Null for a first row of another kind.
 * https://www.ncei.noaa.gov/pub/data/uscrn/products/hourly02/readme.txt
 */
export function crnTable(first: readonly string[]): PlainTable | null {
	const columns = PRODUCTS.get(first.length);
	if (columns === undefined || !isCrn(first.join(" "))) return null;
	const hasClock = columns[2]?.name === "UTC_TIME";
	const measures = columns.flatMap(({ unit }, index) =>
		unit === null ? [] : [index],
	);
	return {
		header: [
			"station",
			hasClock ? "time (UTC)" : "date",
			...measures.map((index) =>
				withUnit(columns[index]?.name ?? "", columns[index]?.unit ?? null),
			),
		],
		cells: (row) => [
			row[0] ?? "",
			hasClock ? `${row[1]} ${row[2]}` : (row[1] ?? ""),
			...measures.map((index) => {
				const column = columns[index] as Column;
				const cell = row[index] ?? "";
				if (isMissing(Number(cell), column.unit)) return "";
				return row[column.flag ?? -1] === ERRONEOUS ? SUSPECT : cell;
			}),
		],
	};
}

/** -9999 and -99999, of moisture and wind -99. */
function isMissing(value: number, unit: string | null): boolean {
	return (
		value <= -9999 || (value === -99 && (unit === "m³/m³" || unit === "m/s"))
	);
}
