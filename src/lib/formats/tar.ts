import { FileError } from "./file-error.ts";

/** A regular file of a tar archive. */
export interface TarEntry {
	/** Relative, with forward slashes, never with `..`. */
	readonly name: string;
	/** In bytes, as the archive declares it. */
	readonly size: number;
	/** Why it cannot be read although the archive goes on; `bytes` throws it then. */
	readonly fault: FileError | null;
	/**
	 * The same each time: to be read once, no further than one likes, before the next
	 * entry is asked for. Throws a FileError where the archive is cut off.
	 */
	bytes(): AsyncGenerator<Uint8Array>;
}

const BLOCK = 512;
/** Of a header that holds a name: longer ones are made to fill a memory. */
const MAX_NOTE_BYTES = 1 << 20;
/** What is looked at behind an archive's end, where `tar` pads. */
const MAX_PADDING_BYTES = 1 << 20;

/** A file without its holes; pax has records for that. */
const SPARSE_TYPE = "S";
const FILE_TYPES = ["", "0", "7", SPARSE_TYPE];
/** Links, devices, folders and pipes: no content follows, whatever size they state. */
const EMPTY_TYPES = ["1", "2", "3", "4", "5", "6"];

/** Of pax's records those that tell how a file is read, an empty text where one is unset. */
type FileRecords = Map<"path" | "size" | "sparse" | "sparseName", string>;

/** Whether a path is that of a tar archive, also packed, by its name. */
export function isTar(path: string): boolean {
	return /\.(?:tar|tar\.gz|tgz)$/i.test(path);
}

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
	let longName = "";
	/** Of the entry that follows, and of all from here on. */
	const own: FileRecords = new Map();
	const common: FileRecords = new Map();
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
				else keepRecords(header.type === "x" ? own : common, note, at);
				continue;
			}
			const { name, size, isSparse } = told(
				header,
				longName,
				new Map([...common, ...own]),
				at,
			);
			longName = "";
			own.clear();
			if (header.type === SPARSE_TYPE) await source.skipHoles(block);
			const end = source.position + paddedTo(size);
			if (FILE_TYPES.includes(header.type) && !name.endsWith("/")) {
				const fault = isSparse ? sparse(relative(name)) : null;
				const content = fault === null ? source.pass(size) : failing(fault);
				yield { name: relative(name), size, fault, bytes: () => content };
				// Waits for a reader that has looked ahead and gone.
				await content.return(undefined);
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

	/** What follows the header of a sparse file while it has more holes than fit. */
	async skipHoles(header: Uint8Array): Promise<void> {
		for (let goesOn = header[482] !== 0; goesOn; ) {
			const block = await this.take(BLOCK);
			if (block.length < BLOCK) throw cutOff(this.position);
			goesOn = block[504] !== 0;
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

/** Name and size of a file, by its header and what was told before it. */
function told(
	header: Header,
	longName: string,
	records: FileRecords,
	at: number,
): {
	readonly name: string;
	readonly size: number;
	readonly isSparse: boolean;
} {
	const size = sizeOf(records.get("size") || null, at) ?? header.size;
	return {
		name:
			records.get("sparseName") ||
			records.get("path") ||
			longName ||
			header.name,
		size: EMPTY_TYPES.includes(header.type) ? 0 : size,
		isSparse: header.type === SPARSE_TYPE || Boolean(records.get("sparse")),
	};
}

/** Takes over records of pax: each its own length in bytes, a key and a value, `20 path=outbox.json\n`. */
function keepRecords(records: FileRecords, note: Uint8Array, at: number): void {
	for (let start = 0; start < note.length; ) {
		const head = textOf(note.subarray(start, start + 12));
		const length = Number(/^([1-9]\d*) /.exec(head)?.[1] ?? Number.NaN);
		const record = decoded(note.subarray(start, start + length));
		const [, key, value] = /^\d+ ([^=]+)=(.*)\n$/s.exec(record) ?? [];
		if (key === undefined || value === undefined)
			throw new FileError(
				`the tar archive is damaged at byte ${at}: a record of a name cannot be read`,
			);
		if (key === "path" || key === "size") records.set(key, value);
		else if (key === "GNU.sparse.name") records.set("sparseName", value);
		else if (key.startsWith("GNU.sparse.")) records.set("sparse", value);
		start += length;
	}
}

function sizeOf(text: string | null, at: number): number | null {
	if (text === null) return null;
	const size = /^\d+$/.test(text) ? Number(text) : Number.NaN;
	if (Number.isSafeInteger(size)) return size;
	throw new FileError(
		`the tar archive is damaged at byte ${at}: it has no size of a file`,
	);
}

function sparse(name: string): FileError {
	return new FileError(
		`${name} is stored as a sparse file: pack it without that`,
	);
}

// biome-ignore lint/correctness/useYield: what it throws is met by who reads.
async function* failing(fault: FileError): AsyncGenerator<Uint8Array> {
	throw fault;
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
