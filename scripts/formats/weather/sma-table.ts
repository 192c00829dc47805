import { cellsOf } from "../csv.ts";
import type { UnfoldedTable } from "./times-across.ts";

/** How SMA's files name their times: by their form, such as `dd.MM.yyyy HH:mm:ss`. */
const FORM =
	/^([dMy]{2,4})([./-])([dMy]{2,4})\2([dMy]{2,4})(?: HH:mm(?::ss)?)?$/;

const UNIT = /^[kM]?Wh?$/;

/**
 * What inverters of SMA have yielded, as Sunny Explorer and SBFspot write it: below the
 * form of the times stand units, above it what is measured, and by which inverter. A row is
 * a reading of each. Null for any other table.
 */
export function smaTable(
	header: readonly string[],
	textsBefore: readonly string[],
	delimiter: string,
): UnfoldedTable | null {
	const [form = "", ...units] = header;
	const [, first = "", , second = "", third = ""] = FORM.exec(form) ?? [];
	const parts = [first, second, third].map((part) => part.charAt(0));
	const [year, month, day] = ["y", "M", "d"].map((part) => parts.indexOf(part));
	const above = textsBefore
		.map((text) => (cellsOf(text, delimiter) ?? []).map((cell) => cell.trim()))
		.filter((cells) => cells.length === header.length && cells[0] === "");
	const kinds = above.findIndex((cells) =>
		cells.slice(1).every((cell) => /^(?:Counter|Analog)$/.test(cell)),
	);
	const names = above[kinds - 1];
	const serials = above.find((cells) => cells[1]?.startsWith("SN: "));
	const isOne =
		new Set([year, month, day]).size === 3 &&
		![year, month, day].includes(-1) &&
		units.length > 0 &&
		units.every((unit) => UNIT.test(unit)) &&
		names !== undefined &&
		serials !== undefined;
	if (!isOne) return null;
	const timeOf = (text: string) => {
		const [date = "", ...clock] = text.split(" ");
		const numbers = date.split(/[./-]/);
		const plain = [year, month, day].map((at) => numbers[at ?? -1] ?? "");
		return [plain.join("-"), ...clock].join(" ");
	};
	return {
		header: ["time", "module", "measure", "value", "unit"],
		leftOut: [],
		rows: (row) => {
			if (row.cells.slice(header.length).some((cell) => cell !== ""))
				return [{ ...row, cells: [row.cells.join(delimiter)] }];
			const time = timeOf(row.cells[0] ?? "");
			return units.map((unit, at) => ({
				line: row.line,
				cells: [
					time,
					(serials[at + 1] ?? "").replace("SN: ", ""),
					names[at + 1] ?? "",
					row.cells[at + 1] ?? "",
					unit,
				],
			}));
		},
	};
}
