import { type PlainTable, SUSPECT, withUnit } from "./noaa-tables.ts";

/** `T = Temperatuur (in 0.1 graden Celsius)`, `24-28 TG : mean temperature in 0.1 &#176;C`. */
const DEFINITION =
	/^#?\s*(?:\d+-\d+\s+)?([A-Z][A-Z0-9]*)\s*[=:].*\bin 0[.,]1\s+(.+)$/;

/** Units as archives spell them, by how they begin. */
const UNITS: readonly [RegExp, string][] = [
	[/^(?:graden Celsius|degrees Celsius|&#176;C|°C)/i, "°C"],
	[/^m\/s/i, "m/s"],
	[/^mm/i, "mm"],
	[/^hPa/i, "hPa"],
	[/^(?:uur|hours?)/i, "h"],
];

/** What KNMI puts for some rain that is less than 0.05 mm. */
const TRACE = /-1 (?:voor|for) ?<\s*0[.,]05/;

interface Tenths {
	/** Null where the unit is spelled otherwise. */
	readonly unit: string | null;
	readonly hasTraces: boolean;
}

/**
 * A table above which its columns are said to be in tenths of a unit, as KNMI and ECA&D
 * do: they come in whole units, which their names get. A value that a column `Q_` before
 * the name calls suspect is a word. Null where nothing is said so of any column.
 */
export function tenthsTable(
	header: readonly string[],
	textsBefore: readonly string[],
): PlainTable | null {
	const defined = new Map(
		textsBefore.flatMap((text): [string, Tenths][] => {
			const [, name = "", rest = ""] = DEFINITION.exec(text) ?? [];
			if (name === "") return [];
			const unit = UNITS.find(([spelling]) => spelling.test(rest))?.[1] ?? null;
			return [[name, { unit, hasTraces: TRACE.test(rest) }]];
		}),
	);
	const columns = header.map((name) => defined.get(name) ?? null);
	if (columns.every((column) => column === null)) return null;
	const qualities = header.map((name) => header.indexOf(`Q_${name}`));
	return {
		header: header.map((name, index) =>
			withUnit(name, columns[index]?.unit ?? null),
		),
		cells: (row) =>
			row.map((cell, index) => {
				const column = columns[index] ?? null;
				if (column === null || !/^-?\d+$/.test(cell)) return cell;
				if (row[qualities[index] ?? -1] === "1") return SUSPECT;
				if (column.hasTraces && cell === "-1") return "0";
				return cell === "-9999" ? cell : String(Number(cell) / 10);
			}),
	};
}
