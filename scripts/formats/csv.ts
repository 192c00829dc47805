import { FileError } from "../datasets/dataset.ts";

export interface CsvRow {
	/** On which it begins, from 1. */
	readonly line: number;
	readonly cells: readonly string[];
}

/** Longest row in UTF-16 units: bounds the memory where a quote is never closed. */
const MAX_ROW_LENGTH = 1 << 20;

/**
 * The rows of a CSV as RFC 4180 has it, blank lines left out, in batches as they
 * are read: an await a row would cost more than the row. Lines end in LF or CRLF, or
 * in CR where the first chunk has no LF. Bytes that are not UTF-8 become U+FFFD. Throws a FileError where
 * a quote is never closed.
 */
export async function* csvRows(
	chunks: AsyncIterable<Uint8Array>,
	delimiter: string,
): AsyncGenerator<CsvRow[]> {
	const decoder = new TextDecoder();
	let splitter: RowSplitter | null = null;
	for await (const chunk of chunks) {
		const text = decoder.decode(chunk, { stream: true });
		splitter ??= new RowSplitter(delimiter, newlineOf(text));
		const rows = splitter.add(text);
		if (rows.length > 0) yield rows;
	}
	splitter ??= new RowSplitter(delimiter, "\n");
	yield splitter.end(decoder.decode());
}

/** What ends the lines of a text, without a CR before an LF. */
export function newlineOf(text: string): "\n" | "\r" {
	// A CR at the very end may be half of a CRLF.
	return /\r./.test(text) && !text.includes("\n") ? "\r" : "\n";
}

/**
 * The cells of a row; null where a quote stays open, so that the row goes on behind
 * the line's end. A cell is quoted where a quote is the first thing in it but
 * blanks; what stands behind its closing quote belongs to it.
 */
export function cellsOf(row: string, delimiter: string): string[] | null {
	if (!row.includes('"')) return row.split(delimiter);
	const cells: string[] = [];
	for (let start = 0; ; ) {
		let end = row.indexOf(delimiter, start);
		const quote = row.indexOf('"', start);
		const isQuoted =
			quote !== -1 &&
			(end === -1 || quote < end) &&
			row.slice(start, quote).trim() === "";
		if (isQuoted) {
			const closing = closingQuote(row, quote + 1);
			if (closing === -1) return null;
			end = row.indexOf(delimiter, closing + 1);
			cells.push(
				row.slice(quote + 1, closing).replaceAll('""', '"') +
					row.slice(closing + 1, end === -1 ? undefined : end),
			);
		} else cells.push(row.slice(start, end === -1 ? undefined : end));
		if (end === -1) return cells;
		start = end + delimiter.length;
	}
}

/** Of the quote that is not one of a pair. */
function closingQuote(row: string, from: number): number {
	for (let at = row.indexOf('"', from); at !== -1; ) {
		if (row[at + 1] !== '"') return at;
		at = row.indexOf('"', at + 2);
	}
	return -1;
}

class RowSplitter {
	readonly #delimiter: string;
	readonly #newline: "\n" | "\r";
	/** Of the last line, whose end has not come yet. */
	#rest = "";
	#line = 1;
	/** A row whose quote is open, without its last line's end. */
	#open: { readonly line: number; text: string } | null = null;

	constructor(delimiter: string, newline: "\n" | "\r") {
		this.#delimiter = delimiter;
		this.#newline = newline;
	}

	add(text: string): CsvRow[] {
		const lines = (this.#rest + text).split(this.#newline);
		this.#rest = lines.pop() ?? "";
		if (this.#rest.length > MAX_ROW_LENGTH)
			throw new FileError(
				`a line of more than ${MAX_ROW_LENGTH >> 20} MB: this is no CSV`,
				{ line: this.#line + lines.length },
			);
		const rows: CsvRow[] = [];
		for (const line of lines) this.#addLine(line, rows);
		return rows;
	}

	end(text: string): CsvRow[] {
		const rows = this.add(text);
		if (this.#rest !== "") this.#addLine(this.#rest, rows);
		if (this.#open !== null) throw this.#notClosed(this.#open.line);
		return rows;
	}

	#addLine(raw: string, rows: CsvRow[]): void {
		const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
		const begun = this.#open;
		if (begun !== null) {
			begun.text += `\n${line}`;
			if (begun.text.length > MAX_ROW_LENGTH) throw this.#notClosed(begun.line);
			if (line.includes('"')) this.#take(begun.line, begun.text, rows);
		} else if (line.trim() !== "") this.#take(this.#line, line, rows);
		this.#line += 1;
	}

	#take(line: number, text: string, rows: CsvRow[]): void {
		const cells = cellsOf(text, this.#delimiter);
		this.#open = cells === null ? { line, text } : null;
		if (cells !== null) rows.push({ line, cells });
	}

	#notClosed(line: number): FileError {
		return new FileError("a quote is opened and not closed", { line });
	}
}
