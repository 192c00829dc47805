import { cellsOf } from "../csv.ts";
import type { PlainTable } from "./noaa-tables.ts";

/** What stands above the readings, by column, and what it becomes beside them. */
const ABOUT = {
	"Identifiant PRM": "station",
	"Grandeur metier": "module",
	Unite: "unit",
} as const;

/**
 * A load curve of Enedis (Linky), above which one row says of which meter it is, whether
 * it is drawn or fed in, and in which unit: they become columns. Null for any other table.
 */
export function enedisTable(
	header: readonly string[],
	textsBefore: readonly string[],
	delimiter: string,
): PlainTable | null {
	const [names, values] = textsBefore
		.slice(-2)
		.map((text) => cellsOf(text, delimiter) ?? []);
	const isCurve = header.includes("Horodate") && header.includes("Valeur");
	if (!isCurve || names === undefined || values === undefined) return null;
	const plain = names.map((name) =>
		name.normalize("NFD").replaceAll(/\p{Mark}/gu, ""),
	);
	const about = Object.entries(ABOUT).flatMap(([name, role]) => {
		const value = values[plain.indexOf(name)] ?? "";
		return value === "" ? [] : [{ role, value }];
	});
	if (about.length === 0) return null;
	return {
		header: [...header, ...about.map(({ role }) => role)],
		cells: (row) => [...row, ...about.map(({ value }) => value)],
	};
}
