const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

const BYTE_ORDER_MARK = Buffer.from("\uFEFF");

/** Where a record stands in a text. */
export interface RecordPlace {
	readonly startByte: number;
	/** Exclusive, without the line's end. */
	readonly endByte: number;
	/** Lines from 1, both included: a quoted cell may hold line ends. */
	readonly line: number;
	readonly lastLine: number;
}

type State = "cell start" | "plain" | "quoted" | "quote in quoted";

/**
 * Finds the records of a text as DuckDB's CSV reader cuts it, a chunk at a time: a
 * quote that begins a cell, blanks before it left out, hides line ends up to the
 * next single quote. It counts on its own, so that what the reader lost would show.
 * Lines end in LF or CRLF. Line ends are counted for any kind, to tell a text that
 * mixes them.
 */
export class RecordScanner {
	readonly #quote: number | null;
	readonly #delimiter: number;
	readonly #onRecord: ((place: RecordPlace) => void) | undefined;
	#state: State = "cell start";
	#start = 0;
	#line = 1;
	/** Line of the start of the record. */
	#startLine = 1;
	/** Bytes before the current chunk. */
	#before = 0;
	#last = -1;
	/** The record that is longest, or the one at the end of which a quote is open. */
	longest: { bytes: number; line: number } = { bytes: 0, line: 1 };
	/** Records that hold something; blank lines are none. */
	records = 0;
	lineFeeds = 0;
	carriageReturns = 0;
	/** Line feeds right after a carriage return. */
	pairs = 0;
	/** Line on which a quote opens that is never closed, null where there is none. */
	openQuoteLine: number | null = null;
	endsInLine = true;

	constructor(
		options: { readonly quote: string | null; readonly delimiter: string },
		onRecord?: (place: RecordPlace) => void,
	) {
		this.#quote = options.quote?.charCodeAt(0) ?? null;
		this.#delimiter = options.delimiter.charCodeAt(0);
		this.#onRecord = onRecord;
	}

	push(chunk: Uint8Array): void {
		let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
		if (this.#before === 0 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) {
			bytes = bytes.subarray(3);
			this.#before = 3;
			this.#start = 3;
		}
		for (let at = bytes.indexOf(CR); at !== -1; at = bytes.indexOf(CR, at + 1))
			this.carriageReturns += 1;
		const isQuoted =
			this.#state === "quoted" || this.#state === "quote in quoted";
		if (isQuoted || (this.#quote !== null && bytes.includes(this.#quote)))
			this.#walk(bytes);
		else this.#leap(bytes);
		this.#before += bytes.length;
		this.#last = bytes.at(-1) ?? this.#last;
	}

	/** Ends the text; the last record may have no line end. */
	end(): void {
		this.endsInLine = this.#before === this.#start;
		if (this.#state === "quoted") this.openQuoteLine = this.#startLine;
		if (!this.endsInLine) this.#finish(this.#before, this.#before);
	}

	/** A chunk without quotes. */
	#leap(bytes: Buffer): void {
		for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1))
			this.#endLine(bytes, at);
		let at = bytes.length - 1;
		while (at >= 0 && bytes[at] === SPACE) at -= 1;
		if (at >= 0)
			this.#state =
				bytes[at] === LF || bytes[at] === this.#delimiter
					? "cell start"
					: "plain";
	}

	#walk(bytes: Buffer): void {
		let state = this.#state;
		for (let at = 0; at < bytes.length; at++) {
			const byte = bytes[at];
			if (state === "quoted") {
				if (byte === this.#quote) state = "quote in quoted";
				else if (byte === LF) this.#countLine(bytes, at);
			} else if (byte === LF) {
				this.#endLine(bytes, at);
				state = "cell start";
			} else if (byte === this.#quote && state !== "plain") state = "quoted";
			else if (byte === this.#delimiter) state = "cell start";
			else if (state !== "cell start" || byte !== SPACE) state = "plain";
		}
		this.#state = state;
	}

	#countLine(bytes: Buffer, at: number): boolean {
		this.lineFeeds += 1;
		this.#line += 1;
		const isPair = (at === 0 ? this.#last : bytes[at - 1]) === CR;
		if (isPair) this.pairs += 1;
		return isPair;
	}

	#endLine(bytes: Buffer, at: number): void {
		const isPair = this.#countLine(bytes, at);
		const end = this.#before + at;
		this.#finish(isPair ? end - 1 : end, end + 1);
	}

	#finish(endByte: number, next: number): void {
		const length = endByte - this.#start;
		if (length > 0) {
			this.records += 1;
			if (length > this.longest.bytes)
				this.longest = { bytes: length, line: this.#startLine };
		}
		this.#onRecord?.({
			startByte: this.#start,
			endByte,
			line: this.#startLine,
			lastLine: next > endByte ? this.#line - 1 : this.#line,
		});
		this.#start = next;
		this.#startLine = this.#line;
	}
}
