import { type CsvError, type Options, type Parser, parse } from "csv-parse";
import { parse as parseSync } from "csv-parse/sync";
import { FileError } from "../../src/lib/formats/file-error.ts";

export interface CsvRow {
	/** On which it begins, from 1. */
	readonly line: number;
	readonly cells: readonly string[];
}

/** Longest row in characters: bounds the memory where a quote is never closed. */
const MAX_ROW_LENGTH = 1 << 20;

const OPTIONS = {
	bom: true,
	max_record_size: MAX_ROW_LENGTH,
	relax_column_count: true,
	relax_quotes: true,
	trim: true,
} satisfies Options;

/**
 * The rows of a CSV, blank lines left out, in batches as they are read: an await a
 * row would cost more than the row. Lines end in LF, CRLF or CR, as the first does;
 * cells come without blanks around them, and quotes that do not begin a cell are
 * part of it. Bytes that are not UTF-8 become U+FFFD. Throws a
 * FileError where a quote is never closed, or something stands behind one that is.
 * `firstLine` is the number of the first.
 */
export async function* csvRows(
	chunks: AsyncIterable<Uint8Array>,
	delimiter: string,
	firstLine = 1,
): AsyncGenerator<CsvRow[]> {
	let batch: CsvRow[] = [];
	let linesBefore = firstLine - 1;
	/** The parser counts a CRLF in quotes as two line ends. */
	let surplus = 0;
	const parser = parse({
		...OPTIONS,
		delimiter,
		on_record: (cells: string[], { lines }) => {
			if (cells.some((cell) => cell.trim() !== ""))
				batch.push({ line: linesBefore + 1, cells });
			for (const cell of cells)
				if (cell.includes("\r\n")) surplus += cell.split("\r\n").length - 1;
			linesBefore = firstLine - 1 + lines - surplus;
			// The batch has it: nothing goes through the stream's own queue.
			return null;
		},
	});
	let failure: Error | null = null;
	const closed = new Promise<void>((resolve) => {
		parser.once("close", resolve);
	});
	parser.on("error", (error) => {
		failure = error;
	});
	const take = () => {
		if (failure !== null) throw asFileError(failure, linesBefore + 1);
		const rows = batch;
		batch = [];
		return rows;
	};
	try {
		for await (const chunk of chunks) {
			if (!parser.write(chunk)) await Promise.race([drained(parser), closed]);
			const rows = take();
			if (rows.length > 0) yield rows;
		}
		parser.resume().end();
		await closed;
		yield take();
	} finally {
		parser.destroy();
	}
}

function drained(parser: Parser): Promise<void> {
	return new Promise((resolve) => {
		parser.once("drain", resolve);
	});
}

/** The cells of a line that stands alone; null where it is none of a CSV. */
export function cellsOf(line: string, delimiter: string): string[] | null {
	try {
		const [cells] = parseSync(line, { ...OPTIONS, delimiter }) as string[][];
		return cells ?? [];
	} catch (error) {
		if ((error as Partial<CsvError>).code === undefined) throw error;
		return null;
	}
}

function asFileError(error: Error, line: number): Error {
	switch ((error as Partial<CsvError>).code) {
		case "CSV_QUOTE_NOT_CLOSED":
			return new FileError("a quote is opened and not closed", { line });
		case "CSV_MAX_RECORD_SIZE":
			return new FileError(
				`a row of more than ${MAX_ROW_LENGTH >> 20} MB: a quote is opened and not closed, or this is no CSV`,
				{ line },
			);
		case "CSV_INVALID_CLOSING_QUOTE":
		case "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE":
			return new FileError(
				'something stands behind a closing quote: write a quote within a cell twice, as "a ""b"" c"',
				{ line },
			);
		default:
			return error;
	}
}
