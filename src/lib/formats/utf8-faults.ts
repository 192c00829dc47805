import { concatenated } from "./concatenated.ts";

const LINE_FEED = 10;
const RETURN = 13;

/**
 * Bytes on their way to a reader, unchanged, and the lines of those that are not UTF-8,
 * wherever the chunks part them. Lines end in LF, CRLF or CR.
 */
export class Utf8Faults {
	readonly #chunks: AsyncIterable<Uint8Array>;
	/** From 1, in order; those that were asked for have gone. */
	readonly #lines = new Set<number>();
	#line = 1;
	#endsInReturn = false;
	/** The beginning of a character whose rest is in the next chunk. */
	#begun: Uint8Array = new Uint8Array();

	constructor(chunks: AsyncIterable<Uint8Array>) {
		this.#chunks = chunks;
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
		for await (const chunk of this.#chunks) {
			const bytes = concatenated([this.#begun, chunk]);
			const end = wholeCharacters(bytes);
			this.#begun = bytes.slice(end);
			this.#check(bytes.subarray(0, end));
			yield chunk;
		}
		this.#check(this.#begun);
	}

	/** Whether one lies within some lines of what has been read, both included; to be asked in their order. */
	isWithin(first: number, last: number): boolean {
		for (const line of this.#lines) {
			if (line > last) return false;
			if (line >= first) return true;
			this.#lines.delete(line);
		}
		return false;
	}

	#check(bytes: Uint8Array): void {
		if (bytes.length === 0) return;
		const areValid = isUtf8(bytes);
		for (let start = 0; start < bytes.length; ) {
			if (this.#endsInReturn && bytes[start] === LINE_FEED) start += 1;
			const end = lineEnd(bytes, start);
			if (!areValid && !isUtf8(bytes.subarray(start, end)))
				this.#lines.add(this.#line);
			this.#endsInReturn = bytes[end] === RETURN;
			if (end < bytes.length) this.#line += 1;
			start = end + 1;
		}
	}
}

/** Where the next line end begins, else the length. */
function lineEnd(bytes: Uint8Array, start: number): number {
	for (let at = start; at < bytes.length; at++)
		if (bytes[at] === LINE_FEED || bytes[at] === RETURN) return at;
	return bytes.length;
}

/** The length without a character that is only begun, which takes four bytes at most. */
function wholeCharacters(bytes: Uint8Array): number {
	for (let back = 1; back <= Math.min(3, bytes.length); back++) {
		const byte = bytes[bytes.length - back] ?? 0;
		if (byte < 0x80) break;
		if (byte < 0xc0) continue;
		const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
		return length > back ? bytes.length - back : bytes.length;
	}
	return bytes.length;
}

function isUtf8(bytes: Uint8Array): boolean {
	try {
		new TextDecoder("utf-8", { fatal: true }).decode(bytes);
		return true;
	} catch {
		return false;
	}
}
