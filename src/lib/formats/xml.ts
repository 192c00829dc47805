import { SaxesParser } from "saxes";
import { FileError } from "./file-error.ts";
import { lookAhead } from "./look-ahead.ts";
import {
	type Attributes,
	localPart,
	type PlainSink,
	PlainXml,
} from "./plain-xml.ts";

export type { Attributes };

/** A hostile file may hold no tag for gigabytes, or nest without end. */
const MAX_BYTES_WITHOUT_TAG = 8 * 2 ** 20;
const MAX_DEPTH = 64;

/** What the reader of a format makes of its elements, which are known by their local names. */
export interface XmlHandler {
	/** `path` holds the names of the elements around it, from the root; `line` counts from 1. */
	open(
		name: string,
		attributes: Attributes,
		path: readonly string[],
		line: number,
	): void;
	text(text: string): void;
	close(name: string): void;
}

/** How a format calls itself and its root element. */
export interface XmlFormat {
	readonly name: string;
	readonly root: string;
}

/** What reads plain elements; tests have one that finds none. */
export type PlainReader = Pick<PlainXml, "read" | "newlines">;

/**
 * Reads XML as a stream, whatever prefixes its names have; `onChunk` is awaited now
 * and then. Throws a {@link FileError} for what is not well-formed XML of this format
 * in a known encoding, and for declarations of entities, which can unfold without end.
 */
export async function readXml(
	chunks: AsyncGenerator<Uint8Array>,
	format: XmlFormat,
	handler: XmlHandler,
	onChunk: () => Promise<void>,
	plain: PlainReader = new PlainXml(),
): Promise<void> {
	try {
		const { head, all } = await lookAhead(chunks, 512);
		const reader = new XmlReader(format, handler, plain);
		const decoder = new Decoder(encodingOf(head), () => reader.line);
		for await (const chunk of all) {
			reader.write(decoder.decode(chunk));
			await onChunk();
		}
		reader.write(decoder.end());
		reader.end();
	} finally {
		await chunks.return(undefined);
	}
}

class XmlReader implements PlainSink {
	readonly #format: XmlFormat;
	readonly #handler: XmlHandler;
	readonly #plain: PlainReader;
	readonly #parser = new SaxesParser({ xmlns: false, fragment: false });
	readonly #path: string[] = [];
	/** Places count UTF-16 units: how far it has come, and where the last tag ended. */
	#position = 0;
	#lastTag = 0;
	/** What plain elements took, of which the parser knows nothing. */
	#plainUnits = 0;
	/** Whether the parser is within the root, and has seen nothing since the last tag. */
	#isAtTag = false;
	#hasBegun = false;

	constructor(format: XmlFormat, handler: XmlHandler, plain: PlainReader) {
		this.#format = format;
		this.#handler = handler;
		this.#plain = plain;
		const parser = this.#parser;
		parser.on("error", (error) => this.#fail(error));
		parser.on("doctype", (doctype) => {
			if (/<!ENTITY/i.test(doctype))
				throw new FileError(
					`the file declares entities of its own, which ${format.name} has no use for`,
					{ line: parser.line, sample: doctype.trim() },
				);
		});
		parser.on("opentag", ({ name, attributes }) => {
			this.open(localName(name), attributes as Attributes, 0);
			this.#lastTag = parser.position + this.#plainUnits;
		});
		parser.on("closetag", ({ name }) => {
			this.close(localName(name));
			this.#lastTag = parser.position + this.#plainUnits;
		});
		parser.on("text", (text) => handler.text(text));
		parser.on("cdata", (text) => handler.text(text));
	}

	/** Where it is, from 1. */
	get line(): number {
		return this.#parser.line;
	}

	write(text: string): void {
		this.#read(this.#hasBegun ? text : this.#begin(text));
		if (this.#position - this.#lastTag > MAX_BYTES_WITHOUT_TAG)
			throw new FileError(
				`no tag within ${MAX_BYTES_WITHOUT_TAG / 2 ** 20} MB: this is no ${this.#format.name} file`,
				{ line: this.line },
			);
	}

	close(name: string): void {
		this.#path.pop();
		this.#handler.close(name);
	}

	end(): void {
		this.#parser.close();
	}

	/** Blanks before the declaration, as in Strava's TCX, are against XML's rules, and harmless. */
	#begin(text: string): string {
		const rest = text.trimStart();
		this.#hasBegun = rest !== "";
		this.#parser.line +=
			text.slice(0, text.length - rest.length).split("\n").length - 1;
		return rest;
	}

	/** The parser gets what is not plain, a tag at a time: plain elements may come behind each. */
	#read(text: string): void {
		let at = 0;
		while (at < text.length) {
			const plainEnd = this.#isAtTag ? this.#plain.read(text, at, this) : null;
			const end = plainEnd ?? (text.indexOf(">", at) + 1 || text.length);
			this.#position += end - at;
			if (plainEnd === null) {
				this.#parser.write(text.slice(at, end));
				this.#isAtTag =
					this.#lastTag === this.#position && this.#path.length > 0;
			} else {
				this.#parser.line += this.#plain.newlines;
				this.#plainUnits += end - at;
				this.#lastTag = this.#position;
			}
			at = end;
		}
	}

	/** Turns saxes' `line:column: message` into a FileError. */
	#fail(error: Error): never {
		const message = error.message.replace(/^\d+:\d+: /, "");
		const open = this.#path.length;
		throw new FileError(
			open > 0 && /unclosed tag|unexpected end/.test(message)
				? `the file ends in the middle: ${message}`
				: `not well-formed XML: ${message}`,
			{ line: this.#parser.line, cause: error },
		);
	}

	text(text: string): void {
		this.#handler.text(text);
	}

	open(name: string, attributes: Attributes, newlines: number): void {
		const { root } = this.#format;
		const depth = this.#path.length;
		const line = this.line + newlines;
		if (depth === 0 && name !== root)
			throw new FileError(`the root element is <${name}>, not <${root}>`, {
				line,
			});
		if (depth >= MAX_DEPTH)
			throw new FileError(`elements are nested more than ${MAX_DEPTH} deep`, {
				line,
			});
		this.#handler.open(name, attributes, this.#path, line);
		this.#path.push(name);
	}
}

/** Files have few names, short ones, each many times; others are not kept. */
const LOCAL_NAMES = new Map<string, string>();
const LOCAL_NAMES_KEPT = 256;
const LOCAL_NAME_LENGTH_KEPT = 64;

function localName(name: string): string {
	const known = LOCAL_NAMES.get(name);
	if (known !== undefined) return known;
	const local = localPart(name);
	if (
		LOCAL_NAMES.size < LOCAL_NAMES_KEPT &&
		name.length <= LOCAL_NAME_LENGTH_KEPT
	)
		LOCAL_NAMES.set(name, local);
	return local;
}

/**
 * The encoding that a byte-order mark or an XML declaration names, UTF-8 where neither
 * does. A declaration of UTF-16 that reads as bytes cannot be true, or is so no longer:
 * it is UTF-8 then.
 */
function encodingOf(head: Uint8Array): string {
	if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
	if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
	const text = new TextDecoder("latin1").decode(head.subarray(0, 512));
	const [, name = "utf-8"] =
		/^[^<]*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(text) ?? [];
	return /^(?:utf-?16|ucs-?2|unicode$)/i.test(name) ? "utf-8" : name;
}

/** Decodes a stream strictly; what is not valid is a FileError with its line. */
class Decoder {
	readonly #encoding: string;
	readonly #decoder: TextDecoder;
	readonly #lineBefore: () => number;

	/** `lineBefore` gives the line that the last chunk has ended in. */
	constructor(encoding: string, lineBefore: () => number) {
		this.#encoding = encoding;
		this.#lineBefore = lineBefore;
		try {
			this.#decoder = new TextDecoder(encoding, { fatal: true });
		} catch (cause) {
			throw new FileError(`unknown encoding: ${encoding}; save it as UTF-8`, {
				line: 1,
				cause,
			});
		}
	}

	decode(chunk: Uint8Array): string {
		try {
			return this.#decoder.decode(chunk, { stream: true });
		} catch (cause) {
			throw new FileError(`not valid ${this.#encoding.toUpperCase()}`, {
				line: this.#lineBefore() + countNewlines(chunk, this.#faultIn(chunk)),
				cause,
			});
		}
	}

	end(): string {
		try {
			return this.#decoder.decode();
		} catch (cause) {
			throw new FileError(`not valid ${this.#encoding.toUpperCase()}`, {
				line: this.#lineBefore(),
				cause,
			});
		}
	}

	/**
	 * Where a chunk's first fault is, to the line. The rest of a character begun in
	 * the chunk before is at its start, and looks like a fault: lines after it decide
	 * first, and where they are all valid, the first line is to blame.
	 */
	#faultIn(chunk: Uint8Array): number {
		let start = 0;
		let first = true;
		while (start < chunk.length) {
			const newline = chunk.indexOf(10, start);
			const end = newline < 0 ? chunk.length : newline;
			const line = first
				? withoutContinuation(chunk.subarray(start, end))
				: chunk.subarray(start, end);
			if (!isValid(line, this.#encoding, newline < 0)) return start;
			first = false;
			start = end + 1;
		}
		return 0;
	}
}

function withoutContinuation(bytes: Uint8Array): Uint8Array {
	let start = 0;
	while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
	return bytes.subarray(start);
}

function isValid(
	bytes: Uint8Array,
	encoding: string,
	mayBeCut: boolean,
): boolean {
	try {
		new TextDecoder(encoding, { fatal: true }).decode(bytes, {
			stream: mayBeCut,
		});
		return true;
	} catch {
		return false;
	}
}

function countNewlines(bytes: Uint8Array, end: number): number {
	let count = 0;
	for (
		let index = bytes.indexOf(10);
		index >= 0 && index < end;
		index = bytes.indexOf(10, index + 1)
	)
		count++;
	return count;
}
