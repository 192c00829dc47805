import { FileError } from "../../../src/lib/formats/file-error.ts";
import { identifier } from "../../../src/lib/sql/identifier.ts";
import { cellsOf } from "../csv.ts";
import type { RowShape } from "./fields.ts";
import type { Format } from "./format.ts";
import { recordText, type TextPart } from "./text.ts";
import { textFormat } from "./text-format.ts";

export interface CsvFormat extends RowShape {
	/**
	 * Whether the first row names the cells: columns are then found by name, in any
	 * order, and cells that no column wants are left out. Without, the columns stand
	 * for the cells in their order.
	 */
	readonly header: boolean;
	/** One character; by default a comma. */
	readonly delimiter?: string;
	/** One character; by default `"`. Null where no cell is quoted. */
	readonly quote?: string | null;
	/** Names of the files, without `.gz`, and of a zip's entries; by default `.csv`. */
	readonly files?: RegExp;
}

/**
 * CSV, plain, as `.gz`, or in a `.zip`. Line ends may be mixed, and become LF within
 * quoted cells where they are. A delimiter after a row's last cell adds none.
 */
export function csv(format: CsvFormat): Format {
	const { header, delimiter = ",", quote = '"', files = /\.csv$/ } = format;
	const names = Object.keys(format.columns);
	return textFormat(format, {
		files,
		cut: { delimiter, quote },
		async rowsOf(part, out) {
			const cells = header ? await headerOf(part, delimiter) : names;
			const places = new Map(names.map((name) => [name, placeOf(name, cells)]));
			const leftOut = cells.filter(
				(_, place) => ![...places.values()].includes(place),
			);
			if (leftOut.length > 0)
				out.note(`columns left out: ${leftOut.join(", ")}`);
			return {
				cells: cells.length,
				headers: header ? 1 : 0,
				rows: (select) => ({
					select,
					raw: (name) => identifier(`c${places.get(name)}`),
					ignored: null,
					malformed: null,
				}),
			};
		},
	});
}

async function headerOf(part: TextPart, delimiter: string): Promise<string[]> {
	const [first] = part.head;
	if (first === undefined) throw new FileError("no header");
	const text = await recordText(part, first);
	const cells = cellsOf(text, delimiter);
	if (cells === null)
		throw new FileError("the header is no row of a CSV", {
			line: first.line,
			sample: text,
		});
	return cells;
}

/** Where a column stands among a header's cells. */
function placeOf(name: string, cells: readonly string[]): number {
	const wanted = name.toLowerCase();
	const places = cells.flatMap((cell, place) =>
		cell.toLowerCase() === wanted ? [place] : [],
	);
	const [place] = places;
	if (place === undefined)
		throw new FileError(
			`the header has no ${name}: it has ${cells.join(", ")}`,
			{ line: 1 },
		);
	if (places.length > 1)
		throw new FileError(`two columns are named ${name}`, { line: 1 });
	return place;
}
