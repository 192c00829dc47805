import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open, rm, symlink } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FileError } from "../../../src/lib/formats/file-error.ts";
import { lookAhead } from "../../../src/lib/formats/look-ahead.ts";
import { literal } from "../../../src/lib/sql/literal.ts";
import type { ParseOutput, SourceFile } from "../../datasets/dataset.ts";
import type { Row } from "../../storage/duckdb.ts";
import { zipEntries } from "../archives/zip.ts";
import { fileBytes } from "../bytes.ts";
import { castText, type RawRows, type RowShape, rowSql } from "./fields.ts";
import { scratchPath } from "./format.ts";
import { type RecordPlace, RecordScanner } from "./records.ts";

/** How a text is cut into records and these into cells. */
export interface TextCut {
	readonly delimiter: string;
	/** Null where no cell is quoted. */
	readonly quote: string | null;
}

/** A text in a file: the file itself, what is packed in it, or an entry of a zip. */
export interface TextPart {
	/** Path of the file, in a zip with the entry's name after it. */
	readonly name: string;
	/** Where it lies, in UTF-8, all line ends of one kind. */
	readonly path: string;
	/** Where its first records stand that hold something, {@link HEAD_RECORDS} at most. */
	readonly head: readonly RecordPlace[];
	/** How many hold something. */
	readonly records: number;
}

/** What a format makes of a text's records. */
export interface TextRows {
	/** Cells in a record; with more or fewer it is rejected. */
	readonly cells: number;
	/** Records before the first row, such as one that names the cells; of `head` at most. */
	readonly headers: number;
	/** Rows over a SELECT of VARCHAR columns `c0`, `c1`, …. */
	rows(select: string): Omit<RawRows, "cast" | "path">;
}

/** Among these a format may look for its header. */
export const HEAD_RECORDS = 30;

/** What tells how a text is cut is looked for in this much of it. */
const SNIFF_BYTES = 1 << 16;

/** A record is a line of one cell: no text has the delimiter, a control character. */
export const LINES: TextCut = { delimiter: "\u0001", quote: null };

/** Longest record in bytes, which is DuckDB's own bound too. */
const MAX_RECORD_BYTES = 2_000_000;

/** Rows of a text that are rejected one by one; with more the whole file is. */
const MAX_REJECTS = 200_000;

/** Reject samples are cut here, in bytes. */
const SAMPLE_BYTES = 400;

const CHUNK_BYTES = 1 << 18;

let tables = 0;

/**
 * Reads the texts of a file (the file itself, unpacked where it is a `.gz`, or the
 * entries of a `.zip` whose names are accepted; also in UTF-16 with its mark) by DuckDB's
 * CSV reader in constant memory. A row that does not fit is rejected with its line. Rows are counted apart
 * from DuckDB: a file of which read = kept + rejected does not hold is rejected. Where
 * `cut` is a function, the beginning of each text tells.
 */
export async function readText(
	file: SourceFile,
	out: ParseOutput,
	shape: RowShape,
	cut: TextCut | ((start: string) => TextCut),
	accepts: (name: string) => boolean,
	rowsOf: (part: TextPart) => TextRows | Promise<TextRows>,
): Promise<void> {
	const tally = { read: 0, kept: 0, rejected: 0 };
	const read = async (
		name: string,
		entry: string | null,
		bytes: AsyncIterable<Uint8Array>,
		path: string | null,
	) => {
		const { head, all, was } = await lookAhead(generatorOf(bytes), SNIFF_BYTES);
		const ownCut =
			typeof cut === "function" ? cut(new TextDecoder().decode(head)) : cut;
		const plainPath = was === undefined ? path : null;
		const { part, remove } = await openPart(out, ownCut, name, all, plainPath);
		try {
			const text = await rowsOf(part);
			const result = await readPart(part, entry, out, shape, ownCut, text);
			tally.read += result.read;
			tally.kept += result.kept;
			tally.rejected += result.rejected;
		} finally {
			await remove();
		}
	};
	const path = file.path.toLowerCase();
	if (path.endsWith(".zip"))
		for await (const { name, bytes } of zipEntries(file, accepts, out.note))
			try {
				await read(`${file.path}/${name}`, name, bytes, null);
			} catch (error) {
				throw error instanceof FileError && error.line !== null
					? new FileError(`${error.message} (in ${name})`, error)
					: error;
			}
	else
		await read(
			file.path,
			null,
			fileBytes(file),
			path.endsWith(".gz") ? null : file.absolutePath,
		);
	out.count("rows read", tally.read);
	out.count("rows kept", tally.kept);
	out.count("rows rejected", tally.rejected);
}

async function* generatorOf(
	bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	yield* bytes;
}

/** The text of a record as it stands there. */
export async function recordText(
	{ path }: TextPart,
	{ startByte, endByte }: RecordPlace,
): Promise<string> {
	const handle = await open(path);
	try {
		const length = endByte - startByte;
		const { buffer } = await handle.read(
			Buffer.alloc(length),
			0,
			length,
			startByte,
		);
		return buffer.toString("utf8");
	} finally {
		await handle.close();
	}
}

/**
 * Makes a text readable by DuckDB: unpacked where `path`, that of a plain text, is
 * null; with one kind of line ends, since DuckDB reads no mixture; under a path
 * that is no pattern. Throws a FileError where it is no text of records.
 */
async function openPart(
	out: ParseOutput,
	cut: TextCut,
	name: string,
	bytes: AsyncIterable<Uint8Array>,
	path: string | null,
): Promise<{ part: TextPart; remove: () => Promise<void> }> {
	const made: string[] = [];
	const make = () => {
		const scratch = scratchPath(out);
		made.push(scratch);
		return scratch;
	};
	const remove = async () => {
		for (const each of made) await rm(each, { force: true });
	};
	try {
		let at = path ?? make();
		let scan = await scanned(cut, bytes, path === null ? at : null);
		const { carriageReturns, pairs, lineFeeds } = scan.scanner;
		const isMixed =
			carriageReturns !== pairs || (pairs > 0 && pairs !== lineFeeds);
		if (isMixed) {
			const to = make();
			scan = await scanned(cut, withLineFeeds(textOf(at)), to);
			at = to;
		}
		if (/[*?[\]{}]/.test(at)) {
			const to = make();
			await symlink(at, to);
			at = to;
		}
		const { scanner, head } = scan;
		const { longest, openQuoteLine } = scanner;
		if (longest.bytes > MAX_RECORD_BYTES)
			throw new FileError(
				`a row of more than ${MAX_RECORD_BYTES / 1e6} MB: a quote is opened and not closed, or this is another kind of file`,
				{ line: longest.line },
			);
		if (openQuoteLine !== null)
			throw new FileError("a quote is opened and not closed", {
				line: openQuoteLine,
			});
		// What is packed has a checksum.
		if (path !== null && scanner.records > 0 && !scanner.endsInLine)
			out.note("the last line has no end: the file may be cut off");
		return {
			part: { name, path: at, head, records: scanner.records },
			remove,
		};
	} catch (error) {
		await remove();
		throw error;
	}
}

/** Counts a text's records, and writes it to a path where one is given. */
async function scanned(
	cut: TextCut,
	bytes: AsyncIterable<Uint8Array>,
	to: string | null,
): Promise<{ scanner: RecordScanner; head: readonly RecordPlace[] }> {
	const head: RecordPlace[] = [];
	const scanner = new RecordScanner(cut, (place) => {
		if (head.length < HEAD_RECORDS && place.endByte > place.startByte)
			head.push(place);
	});
	async function* passing() {
		for await (const chunk of bytes) {
			scanner.push(chunk);
			if (to !== null) yield chunk;
		}
		scanner.end();
	}
	if (to === null) for await (const _ of passing());
	else await pipeline(Readable.from(passing()), createWriteStream(to));
	return { scanner, head };
}

function textOf(path: string): AsyncIterable<Uint8Array> {
	return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

/** The text with LF for every CRLF and CR. */
async function* withLineFeeds(
	chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	let endedInReturn = false;
	for await (const chunk of chunks) {
		// Latin-1 keeps a character a byte.
		const text = Buffer.from(chunk).toString("latin1");
		const rest = endedInReturn && text.startsWith("\n") ? text.slice(1) : text;
		endedInReturn = text.endsWith("\r");
		yield Buffer.from(rest.replace(/\r\n?/g, "\n"), "latin1");
	}
}

/** A record that DuckDB's reader could not cut into cells. */
interface Malformed {
	/** A byte of it, or of the blank lines before it, from 0. */
	readonly byte: number;
	readonly reason: string;
}

/** A row that its shape rejects; `row` is its place among the rows of DuckDB's reader, from 1. */
interface Misfit {
	readonly row: number;
	readonly reason: string;
}

async function readPart(
	part: TextPart,
	entry: string | null,
	out: ParseOutput,
	shape: RowShape,
	cut: TextCut,
	text: TextRows,
): Promise<{ read: number; kept: number; rejected: number }> {
	const errors = `csv_errors_${tables++}`;
	const columns = Array.from(
		{ length: text.cells },
		(_, index) => `c${index}: 'VARCHAR'`,
	);
	// Not ignore_errors: with it, a bad quote in the first row loses all rows.
	const select = `FROM read_csv(${literal(part.path)}, auto_detect = false, hive_partitioning = false,
		columns = {${columns.join(", ")}}, header = false,
		skip = ${part.head[text.headers - 1]?.lastLine ?? 0},
		delim = ${literal(cut.delimiter)}, quote = ${literal(cut.quote ?? "")},
		escape = ${literal(cut.quote ?? "")}, nullstr = '', compression = 'none',
		max_line_size = ${MAX_RECORD_BYTES}, store_rejects = true,
		rejects_table = '${errors}', rejects_scan = '${errors}_scan')`;
	const sql = rowSql(shape, {
		...text.rows(select),
		cast: castText,
		path: part.name,
	});
	const read = part.records - text.headers;
	const drop = async () => {
		for (const table of [errors, `${errors}_scan`])
			await collect(out.query(`DROP TABLE IF EXISTS ${table}`), () => null);
	};
	let kept: number;
	let malformed: Malformed[];
	let misfits: Misfit[] = [];
	try {
		kept = await out.select(shape.table, sql.kept);
		malformed = await collect(
			out.query(`
				SELECT line_byte_position - 1 AS byte,
					arg_min(error_type, byte_position)::VARCHAR AS kind,
					arg_min(error_message, byte_position) AS message
				FROM ${errors} GROUP BY 1 ORDER BY 1 LIMIT ${MAX_REJECTS + 1}`),
			(row) => ({
				byte: Number(row.byte),
				reason: whyMalformed(row, text.cells),
			}),
		);
		await drop();
		if (malformed.length + kept !== read)
			misfits = await collect(
				out.query(`${sql.rejected} LIMIT ${MAX_REJECTS + 1}`),
				(row) => ({ row: Number(row.row), reason: String(row.reason) }),
			);
	} finally {
		await drop();
	}
	const rejected = malformed.length + misfits.length;
	if (rejected > MAX_REJECTS)
		throw new FileError(
			`more than ${MAX_REJECTS} rows cannot be used, the first: ${(malformed[0] ?? misfits[0])?.reason}`,
		);
	if (read !== kept + rejected)
		throw new FileError(
			`of ${read} rows ${kept} were kept and ${rejected} rejected: its quotes or delimiters are not those declared`,
		);
	if (rejected > 0)
		await rejectRows(part, entry, out, cut, text, malformed, misfits);
	return { read, kept, rejected };
}

function whyMalformed(error: Row, cells: number): string {
	const wanted = `${cells} ${cells === 1 ? "is" : "are"} declared`;
	switch (error.kind) {
		case "MISSING COLUMNS": {
			const found = /Found: (\d+)/.exec(String(error.message))?.[1] ?? "fewer";
			return `${found} ${found === "1" ? "cell" : "cells"} where ${wanted}`;
		}
		case "TOO MANY COLUMNS":
			return `more cells than the ${cells} that ${cells === 1 ? "is" : "are"} declared`;
		case "UNQUOTED VALUE":
			return "a quote is not closed, or closed before its cell ends";
		case "INVALID ENCODING":
			return "not valid UTF-8";
		default:
			return String(error.message);
	}
}

async function collect<T>(
	rows: AsyncIterable<Row>,
	take: (row: Row) => T,
): Promise<T[]> {
	const taken: T[] = [];
	for await (const row of rows) taken.push(take(row));
	return taken;
}

/** Rejects rows with their lines, which a second look at the text tells. */
async function rejectRows(
	part: TextPart,
	entry: string | null,
	out: ParseOutput,
	cut: TextCut,
	text: TextRows,
	malformed: readonly Malformed[],
	misfits: readonly Misfit[],
): Promise<void> {
	let found: { place: RecordPlace; reason: string }[] = [];
	let headers = text.headers;
	let row = 0;
	let nextMalformed = 0;
	let nextMisfit = 0;
	const scanner = new RecordScanner(cut, (place) => {
		const isBlank = place.endByte === place.startByte;
		if (isBlank) {
			// Where a record is one cell, DuckDB's reader makes a row of a blank line.
			if (text.cells === 1 && headers === 0) row += 1;
			return;
		}
		if (headers > 0) {
			headers -= 1;
			return;
		}
		const bad = malformed[nextMalformed];
		if (bad !== undefined && bad.byte < place.endByte) {
			nextMalformed += 1;
			found.push({ place, reason: bad.reason });
			return;
		}
		row += 1;
		const misfit = misfits[nextMisfit];
		if (misfit?.row !== row) return;
		nextMisfit += 1;
		found.push({ place, reason: misfit.reason });
	});
	const handle = await open(part.path);
	try {
		const flush = async () => {
			for (const { place, reason } of found) {
				const { line, lastLine } = place;
				const where = [
					lastLine > line ? `to line ${lastLine}` : "",
					entry === null ? "" : `in ${entry}`,
				].filter((words) => words !== "");
				out.reject(
					line,
					where.length > 0 ? `${reason} (${where.join(", ")})` : reason,
					await sampleOf(handle, place),
				);
			}
			found = [];
			await out.drain();
		};
		for await (const chunk of textOf(part.path)) {
			scanner.push(chunk);
			if (found.length > 0) await flush();
		}
		scanner.end();
		await flush();
	} finally {
		await handle.close();
	}
	if (nextMalformed < malformed.length || nextMisfit < misfits.length)
		throw new FileError(
			"the rows that cannot be used have no lines: its quotes or delimiters are not those declared",
		);
}

async function sampleOf(
	handle: FileHandle,
	{ startByte, endByte }: RecordPlace,
): Promise<string> {
	const length = Math.min(SAMPLE_BYTES, endByte - startByte);
	const { buffer } = await handle.read(
		Buffer.alloc(length),
		0,
		length,
		startByte,
	);
	return buffer.toString("utf8");
}
