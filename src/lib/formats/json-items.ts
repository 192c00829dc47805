import { concatenated } from "./concatenated.ts";
import { FileError } from "./file-error.ts";

/** A value of a JSON document, not yet parsed. */
export interface JsonItem {
	/** Line on which it begins, from 1. */
	readonly line: number;
	readonly bytes: Uint8Array;
}

/** A document that is whole, and has no list of the names that are looked for. */
export class NoList extends FileError {}

/** Longest item in bytes: bounds the memory where a quote is never closed. */
const MAX_ITEM_BYTES = 16 << 20;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const isSpace = (byte: number) =>
	byte === 0x20 ||
	byte === 0x09 ||
	byte === NEWLINE ||
	byte === CARRIAGE_RETURN;

/** The lines of JSON Lines that are not blank, without their ends. */
export async function* jsonLines(
	chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<JsonItem> {
	let line = 1;
	let begun: Uint8Array[] = [];
	let begunBytes = 0;
	for await (const chunk of chunks) {
		let start = 0;
		for (;;) {
			const end = chunk.indexOf(NEWLINE, start);
			const piece = chunk.subarray(start, end === -1 ? undefined : end);
			begunBytes += piece.length;
			if (begunBytes > MAX_ITEM_BYTES) throw tooLong(line);
			begun.push(piece);
			if (end === -1) break;
			const bytes = concatenated(begun);
			if (!bytes.every(isSpace)) yield { line, bytes };
			begun = [];
			begunBytes = 0;
			line += 1;
			start = end + 1;
		}
	}
	const bytes = concatenated(begun);
	if (!bytes.every(isSpace)) yield { line, bytes };
}

/**
 * The values of one list of a JSON document in constant memory: of the document
 * itself where it is a list, else of the first member of it that is a list and has
 * one of the names, of a list within a member both (`data.children`). `startByte` is where the document begins, behind a mark or an
 * assignment; a semicolon may follow it. Values are told apart by brackets and
 * quotes alone, so that a value that is not JSON does not spoil the others.
 * Throws a FileError, with the line, where the document is cut off, has no such
 * list, or goes on behind its end.
 */
export async function* jsonListItems(
	chunks: AsyncIterable<Uint8Array>,
	startByte: number,
	names: readonly string[],
): AsyncGenerator<JsonItem> {
	let line = 1;
	let lastLine = 1;
	let position = 0;
	let depth = 0;
	let inString = false;
	let escaped = false;
	/** Depth of the list's values, 0 outside of it. */
	let listDepth = 0;
	let found = false;
	let ended = false;
	/** The last string at depths 1 and 2 of an object: the name, where a list or an object follows. */
	const named: [number[], number[]] = [[], []];
	const isNamed = () =>
		(depth === 1 || depth === 2) &&
		names.includes(
			named
				.slice(0, depth)
				.map((name) => String.fromCharCode(...name))
				.join("."),
		);
	let begun: Uint8Array[] = [];
	let begunBytes = 0;
	let itemLine = 0;

	for await (const chunk of chunks) {
		let itemStart = itemLine === 0 ? -1 : 0;
		const take = (end: number): JsonItem => {
			begun.push(chunk.subarray(itemStart, end));
			const item = {
				line: itemLine,
				bytes: concatenated(begun),
			};
			begun = [];
			begunBytes = 0;
			itemLine = 0;
			itemStart = -1;
			return item;
		};
		for (let at = 0; at < chunk.length; at += 1) {
			const byte = chunk[at] as number;
			if (byte === NEWLINE) line += 1;
			if (position + at < startByte || isSpace(byte)) {
				escaped = false;
				continue;
			}
			lastLine = line;
			if (inString) {
				if (escaped) escaped = false;
				else if (byte === BACKSLASH) escaped = true;
				else if (byte === QUOTE) inString = false;
				else if (!found) {
					const name = named[depth - 1];
					if (name !== undefined && name.length < 64) name.push(byte);
				}
				continue;
			}
			if (ended) {
				if (byte === SEMICOLON) continue;
				throw new FileError("the document goes on behind its end", { line });
			}
			if (depth === listDepth && found && listDepth > 0) {
				if (byte === COMMA || byte === CLOSE_BRACKET) {
					if (itemLine !== 0) yield take(at);
					else if (byte === COMMA)
						throw new FileError("a comma without a value before it", { line });
					if (byte === CLOSE_BRACKET) {
						depth -= 1;
						listDepth = 0;
						ended = depth === 0;
					}
					continue;
				}
				if (itemLine === 0) {
					itemLine = line;
					itemStart = at;
				}
			}
			switch (byte) {
				case QUOTE:
					inString = true;
					if (depth === 1 || depth === 2) named[depth - 1] = [];
					break;
				case OPEN_BRACKET:
				case OPEN_BRACE:
					if (!found && byte === OPEN_BRACKET && (depth === 0 || isNamed())) {
						found = true;
						listDepth = depth + 1;
					}
					depth += 1;
					break;
				case CLOSE_BRACKET:
				case CLOSE_BRACE:
					depth -= 1;
					ended = depth <= 0;
					break;
				default:
					if (depth === 0)
						throw new FileError("neither a JSON list nor a JSON object", {
							line,
						});
			}
		}
		if (itemStart !== -1) {
			begun.push(chunk.subarray(itemStart));
			begunBytes += chunk.length - itemStart;
			if (begunBytes > MAX_ITEM_BYTES) throw tooLong(itemLine);
		}
		position += chunk.length;
	}
	if (!ended)
		throw new FileError(
			"the JSON is cut off: its brackets or quotes stay open",
			{
				line: lastLine,
				sample: text(begun).slice(0, 200).trim(),
			},
		);
	if (!found)
		throw new NoList(`the JSON has no list named ${names.join(" or ")}`, {
			line: 1,
		});
}

const text = (parts: readonly Uint8Array[]) =>
	new TextDecoder().decode(concatenated(parts));

function tooLong(line: number): FileError {
	return new FileError(
		`a value longer than ${MAX_ITEM_BYTES >> 20} MB: is a quote left open?`,
		{ line },
	);
}
