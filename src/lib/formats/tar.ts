import { FileError } from "./file-error.ts";

/** A regular file of a tar archive. */
export interface TarEntry {
	/** Relative, with forward slashes, never with `..`. */
	readonly name: string;
	/** In bytes, as the archive declares it. */
	readonly size: number;
	/** Once, before the next entry is asked for. Throws a FileError where the archive is cut off. */
	bytes(): AsyncGenerator<Uint8Array>;
}

const BLOCK = 512;
/** Of a header that holds a name: longer ones are made to fill a memory. */
const MAX_NOTE_BYTES = 1 << 20;
/** What is looked at behind an archive's end, where `tar` pads. */
const MAX_PADDING_BYTES = 1 << 20;

const FILE_TYPES = ["", "0", "7"];

/** A header, as it stands in its block. */
interface Header {
	readonly name: string;
	readonly size: number;
	readonly type: string;
}

/**
 * The regular files of a tar archive (ustar, pax or GNU), in its order, from bytes that
 * are plain. Memory holds a chunk, whatever sizes the archive declares. Throws a
 * {@link FileError} where it is no such archive, is damaged (each header has a checksum,
 * contents have none) or is cut off; what came before is as it was.
 */
export async function* tarEntries(
	chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<TarEntry> {
	const source = new ByteSource(chunks);
	let longName: string | null = null;
	let next: ReadonlyMap<string, string> = new Map();
	let all: ReadonlyMap<string, string> = new Map();
	try {
		for (;;) {
			const at = source.position;
			const block = await source.take(BLOCK);
			if (block.length === 0 && at === 0)
				throw new FileError("the file is empty");
			if (block.length < BLOCK) throw cutOff(at + block.length);
			if (block.every((byte) => byte === 0)) break;
			const header = headerOf(block, at);
			if (header.type === "x" || header.type === "g" || header.type === "L") {
				const note = await noteOf(source, header, at);
				if (header.type === "L") longName = textOf(note);
				else if (header.type === "x") next = recordsOf(note, at);
				else all = new Map([...all, ...recordsOf(note, at)]);
				continue;
			}
			const told = new Map([...all, ...next]);
			const name = told.get("path") ?? longName ?? header.name;
			const size = sizeOf(told.get("size"), at) ?? header.size;
			[longName, next] = [null, new Map()];
			const end = source.position + paddedTo(size);
			if (FILE_TYPES.includes(header.type) && !name.endsWith("/")) {
				if ([...told.keys()].some((key) => key.startsWith("GNU.sparse.")))
					throw new FileError(
						`${relative(name)} is stored as a sparse file: pack it without that`,
					);
				yield {
					name: relative(name),
					size,
					bytes: () => source.pass(size),
				};
			}
			await source.skip(end - source.position);
		}
		await source.drain(MAX_PADDING_BYTES);
	} finally {
		await source.close();
	}
}

/** Bytes that are read in pieces of one's own. */
class ByteSource {
	/** Bytes that were taken. */
	position = 0;
	readonly #chunks: AsyncIterator<Uint8Array>;
	#rest: Uint8Array = new Uint8Array();

	constructor(chunks: AsyncIterable<Uint8Array>) {
		this.#chunks = chunks[Symbol.asyncIterator]();
	}

	/** So many bytes, fewer at the end. */
	async take(count: number): Promise<Uint8Array> {
		const taken = new Uint8Array(count);
		let length = 0;
		while (length < count) {
			const piece = await this.#next(count - length);
			if (piece === null) break;
			taken.set(piece, length);
			length += piece.length;
		}
		return taken.subarray(0, length);
	}

	/** So many bytes as they come. Throws a FileError where they end before. */
	async *pass(count: number): AsyncGenerator<Uint8Array> {
		for (let left = count; left > 0; ) {
			const piece = await this.#next(left);
			if (piece === null) throw cutOff(this.position);
			left -= piece.length;
			yield piece;
		}
	}

	async skip(count: number): Promise<void> {
		for await (const _ of this.pass(count));
	}

	/** Reads on to the end, as far as it is not further than this: what unpacks the bytes looks there for damage. */
	async drain(most: number): Promise<void> {
		for (let left = most; left > 0; ) {
			const piece = await this.#next(left);
			if (piece === null) return;
			left -= piece.length;
		}
	}

	async close(): Promise<void> {
		await this.#chunks.return?.();
	}

	/** Null at the end; never empty. */
	async #next(most: number): Promise<Uint8Array | null> {
		while (this.#rest.length === 0) {
			const { done, value } = await this.#chunks.next();
			if (done === true) return null;
			this.#rest = value;
		}
		const piece = this.#rest.subarray(0, most);
		this.#rest = this.#rest.subarray(piece.length);
		this.position += piece.length;
		return piece;
	}
}

function headerOf(block: Uint8Array, at: number): Header {
	if (!hasChecksum(block))
		throw new FileError(
			at === 0
				? "not a tar archive, or its beginning is damaged"
				: `the tar archive is damaged at byte ${at}: a checksum is another; copy it again`,
		);
	const field = (start: number, length: number) =>
		textOf(block.subarray(start, start + length));
	const magic = field(257, 6);
	const prefix = magic === "ustar" ? field(345, 155) : "";
	const size = numberIn(block.subarray(124, 136));
	if (size === null)
		throw new FileError(
			`the tar archive is damaged at byte ${at}: it has no size of a file`,
		);
	return {
		name: prefix === "" ? field(0, 100) : `${prefix}/${field(0, 100)}`,
		type: field(156, 1),
		size,
	};
}

/** The sum of the header's bytes, its own place taken as spaces; old writers added signed ones. */
function hasChecksum(block: Uint8Array): boolean {
	let [unsigned, signed] = [0, 0];
	for (const [at, byte] of block.entries()) {
		const value = at >= 148 && at < 156 ? 0x20 : byte;
		unsigned += value;
		signed += value > 127 ? value - 256 : value;
	}
	const told = numberIn(block.subarray(148, 156));
	return told !== null && (told === unsigned || told === signed);
}

/** Octal digits, or where these do not do, GNU's big-endian bytes. Null where it is neither, or too large. */
function numberIn(field: Uint8Array): number | null {
	const [first = 0, ...others] = field;
	if (first === 0x80) {
		const value = others.reduce((sum, byte) => sum * 256 + byte, 0);
		return Number.isSafeInteger(value) ? value : null;
	}
	const text = textOf(field).trim();
	return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null;
}

/** A name, or records of pax, which stand in the place of a file. */
async function noteOf(
	source: ByteSource,
	{ size }: Header,
	at: number,
): Promise<Uint8Array> {
	if (size > MAX_NOTE_BYTES)
		throw new FileError(
			`the tar archive is damaged at byte ${at}: it has a name of ${size} bytes`,
		);
	const note = await source.take(size);
	if (note.length < size) throw cutOff(source.position);
	await source.skip(paddedTo(size) - size);
	return note;
}

/** Records of pax: each its own length in bytes, a key and a value, `21 path=outbox.json\n`. */
function recordsOf(note: Uint8Array, at: number): ReadonlyMap<string, string> {
	const records = new Map<string, string>();
	for (let start = 0; start < note.length; ) {
		const head = textOf(note.subarray(start, start + 12));
		const length = Number(/^([1-9]\d*) /.exec(head)?.[1] ?? Number.NaN);
		const record = decoded(note.subarray(start, start + length));
		const [, key, value] = /^\d+ ([^=]+)=(.*)\n$/s.exec(record) ?? [];
		if (key === undefined || value === undefined)
			throw new FileError(
				`the tar archive is damaged at byte ${at}: a record of a name cannot be read`,
			);
		records.set(key, value);
		start += length;
	}
	return records;
}

function sizeOf(text: string | undefined, at: number): number | null {
	if (text === undefined) return null;
	const size = /^\d+$/.test(text) ? Number(text) : Number.NaN;
	if (Number.isSafeInteger(size)) return size;
	throw new FileError(
		`the tar archive is damaged at byte ${at}: it has no size of a file`,
	);
}

/** Without what would lead out of a folder. */
function relative(name: string): string {
	return name
		.split("/")
		.filter((part) => !["", ".", ".."].includes(part))
		.join("/");
}

function paddedTo(size: number): number {
	return Math.ceil(size / BLOCK) * BLOCK;
}

/** Up to the first zero byte. */
function textOf(bytes: Uint8Array): string {
	const end = bytes.indexOf(0);
	return decoded(end < 0 ? bytes : bytes.subarray(0, end));
}

function decoded(bytes: Uint8Array): string {
	return new TextDecoder().decode(bytes);
}

function cutOff(at: number): FileError {
	return new FileError(`the tar archive is cut off after ${at} bytes`);
}
