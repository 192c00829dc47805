import { FileError } from "./file-error.ts";
import type { CsvReader, CsvRow } from "./posts-csv.ts";

/** Longest row in characters: bounds the memory where a quote is never closed. */
const MAX_ROW_LENGTH = 1 << 20;

/**
 * Reads CSV (RFC 4180) where Node's streams are not: lines end in LF, CRLF or CR,
 * blank ones are left out; cells come without blanks around them; a quote that does
 * not begin a cell is part of it. Bytes that are not UTF-8 become U+FFFD. Throws a
 * FileError where a quote is never closed.
 */
export const csvText: CsvReader = {
	async *rows(chunks, delimiter) {
		const decoder = new TextDecoder();
		const splitter = new Splitter(delimiter);
		for await (const chunk of chunks) {
			const rows = splitter.take(decoder.decode(chunk, { stream: true }));
			if (rows.length > 0) yield rows;
		}
		yield [...splitter.take(decoder.decode()), ...splitter.end()];
	},
	cells(line, delimiter) {
		const splitter = new Splitter(delimiter);
		try {
			const [row] = [...splitter.take(line), ...splitter.end()];
			return row?.cells ?? [];
		} catch (error) {
			if (error instanceof FileError) return null;
			throw error;
		}
	},
};

/** Where in a cell a text has got to: `closed` is behind a quote that may be one of two. */
type Place = "start" | "bare" | "quoted" | "closed";

class Splitter {
	readonly #delimiter: string;
	#place: Place = "start";
	#cell = "";
	/** Within quotes blanks are part of a cell. */
	#isQuoted = false;
	#cells: string[] = [];
	#length = 0;
	#line = 1;
	#rowLine = 1;
	#afterReturn = false;

	constructor(delimiter: string) {
		this.#delimiter = delimiter;
	}

	take(text: string): CsvRow[] {
		const rows: CsvRow[] = [];
		for (const character of text) {
			const isLineFeed = character === "\n";
			const isSecondHalf = isLineFeed && this.#afterReturn;
			this.#afterReturn = character === "\r";
			if (this.#place === "quoted") {
				if (character === '"') this.#place = "closed";
				else this.#add(character);
				if ((isLineFeed && !isSecondHalf) || character === "\r")
					this.#line += 1;
				continue;
			}
			if (isSecondHalf) {
				this.#rowLine = this.#line;
				continue;
			}
			if (isLineFeed || character === "\r") {
				this.#line += 1;
				this.#endRow(rows);
			} else if (character === this.#delimiter) this.#endCell();
			else if (character === '"' && this.#place === "closed") {
				this.#place = "quoted";
				this.#add('"');
			} else if (
				character === '"' &&
				this.#place === "start" &&
				this.#cell.trim() === ""
			) {
				this.#place = "quoted";
				this.#isQuoted = true;
				this.#cell = "";
			} else {
				if (this.#place !== "closed" && character.trim() !== "")
					this.#place = "bare";
				if (this.#place !== "closed" || character.trim() !== "")
					this.#add(character);
			}
		}
		return rows;
	}

	end(): CsvRow[] {
		if (this.#place === "quoted")
			throw new FileError("a quote is opened and not closed", {
				line: this.#rowLine,
			});
		const rows: CsvRow[] = [];
		if (this.#cell !== "" || this.#cells.length > 0) this.#endRow(rows);
		return rows;
	}

	#add(character: string): void {
		this.#cell += character;
		this.#length += character.length;
		if (this.#length > MAX_ROW_LENGTH)
			throw new FileError(
				`a row of more than ${MAX_ROW_LENGTH >> 20} MB: a quote is opened and not closed, or this is no CSV`,
				{ line: this.#rowLine },
			);
	}

	#endCell(): void {
		this.#cells.push(this.#isQuoted ? this.#cell : this.#cell.trim());
		this.#cell = "";
		this.#isQuoted = false;
		this.#place = "start";
	}

	#endRow(rows: CsvRow[]): void {
		this.#endCell();
		const cells = this.#cells;
		if (cells.some((cell) => cell.trim() !== ""))
			rows.push({ line: this.#rowLine, cells });
		this.#cells = [];
		this.#length = 0;
		this.#rowLine = this.#line;
	}
}
