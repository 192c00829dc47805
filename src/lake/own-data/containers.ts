import {
	BlobReader,
	configure,
	ERR_BAD_FORMAT,
	type FileEntry,
	ZipReader,
} from "@zip.js/zip.js/lib/zip-core-native.js";
import { FileError } from "../../lib/formats/file-error.ts";
import { isSidecar } from "../../lib/formats/sidecar.ts";
import { isTar, tarEntries } from "../../lib/formats/tar.ts";
import { isRideArchive } from "../../lib/rides/ride-format.ts";
import { LakeError } from "../errors.ts";
import { chunksOf, gunzipped } from "../files/unpacked.ts";

// Unpacks with the browser's own streams, in the worker that we are in.
configure({ useWebWorkers: false, useCompressionStream: true });

/** A file that the visitor has given. */
export interface GivenFile {
	/** With the folders below the one that was given: `export/activities/1.gpx`. */
	readonly path: string;
	readonly blob: Blob;
}

/** A file to be read, on its own or within an archive. */
export interface FoundFile {
	/** Within an archive `export.zip/activities/1.gpx`. */
	readonly path: string;
	/** Packed. */
	readonly bytes: number;
	/** As it lies there, `.gz` still packed; from the start each time. */
	open(): AsyncGenerator<Uint8Array>;
}

/** Who looks into containers. */
export interface ContainerReader {
	/** Hears of an archive that cannot be read. */
	fault(path: string, error: FileError): void;
	/** Which files of a tar archive are wanted, by their names; without it such archives are files like others. */
	readonly wants?: (path: string) => boolean;
	/** Called now and then. Throws `CancelledError` where nobody wants it any more. */
	goOn(): void;
}

/** An archive within another, or a file of a tar archive, is unpacked as a whole. */
const MAX_INNER_BYTES = 1e9;
/** What is unpacked goes to the browser in such pieces, which may lay them on disk. */
const PIECE_BYTES = 16e6;
/** Exports hold archives; those hold none. */
const MAX_DEPTH = 2;

/** A zip, or a tar archive that is wanted. */
interface Archive {
	readonly path: string;
	readonly blob: Blob;
	/** What its files take of the file that was given. */
	readonly bytes: number;
	/** 1 for one that was given. */
	readonly depth: number;
}

/**
 * The files that were given and are no archives, then those of each archive, and of the
 * archives within it: lists of files that lie together, one at a time; of tar archives
 * those that are wanted, one by one. Archives that lie deeper are faults.
 */
export async function* containersOf(
	given: readonly GivenFile[],
	reader: ContainerReader,
): AsyncGenerator<readonly FoundFile[]> {
	const found = given.filter(({ path }) => !isSidecar(path)).sort(byPath);
	yield found
		.filter(({ path }) => !isArchive(path, reader))
		.map(({ path, blob }) => ({
			path,
			bytes: blob.size,
			open: () => givenBytes(blob),
		}));
	for (const { path, blob } of found)
		if (isArchive(path, reader))
			yield* filesOf({ path, blob, bytes: blob.size, depth: 1 }, reader);
}

/** What a file that is packed with gzip unpacks to. Throws a FileError where it is empty or damaged. */
export async function* unpackedFile(
	file: FoundFile,
): AsyncGenerator<Uint8Array> {
	if (file.bytes === 0) throw new FileError("the file is empty");
	const chunks = file.open();
	const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
		async pull(controller) {
			const { done, value } = await chunks.next();
			if (done) controller.close();
			else controller.enqueue(value as Uint8Array<ArrayBuffer>);
		},
		cancel: async () => {
			await chunks.return(undefined);
		},
	});
	yield* gunzipped(packed);
}

function filesOf(
	archive: Archive,
	reader: ContainerReader,
): AsyncGenerator<readonly FoundFile[]> {
	return isZip(archive.path)
		? zipContainers(archive, reader)
		: tarContainers(archive, reader);
}

async function* zipContainers(
	archive: Archive,
	reader: ContainerReader,
): AsyncGenerator<readonly FoundFile[]> {
	const { path } = archive;
	const files = await unlessFault(zipFiles(archive, reader), path, reader);
	if (files === null) return;
	yield files.filter(({ path }) => !isArchive(path, reader));
	for (const file of files) {
		if (!isArchive(file.path, reader)) continue;
		const unpacked = wholeArchive(file, archive.depth, reader);
		const blob = await unlessFault(unpacked, file.path, reader);
		if (blob !== null)
			yield* filesOf({ ...file, blob, depth: archive.depth + 1 }, reader);
	}
}

/**
 * Each file that is wanted by itself, as a tar archive is read but once: it is
 * unpacked whole, and one that is too large is passed over.
 */
async function* tarContainers(
	{ path, blob, bytes: share, depth }: Archive,
	reader: ContainerReader,
): AsyncGenerator<readonly FoundFile[]> {
	if (blob.size === 0) {
		reader.fault(path, new FileError("the file is empty"));
		return;
	}
	let passed = 0;
	let told = 0;
	const whole: FoundFile = {
		path,
		bytes: blob.size,
		async *open() {
			for await (const chunk of givenBytes(blob)) {
				passed += chunk.length;
				reader.goOn();
				yield chunk;
			}
		},
	};
	const plain = /gz$/i.test(path) ? unpackedFile(whole) : whole.open();
	try {
		for await (const { name, size, fault, bytes } of tarEntries(plain)) {
			const inner = `${path}/${name}`;
			if (isSidecar(name)) continue;
			if (!isArchive(inner, reader) && reader.wants?.(inner) !== true) continue;
			const isInner = isArchive(inner, reader);
			const reason =
				size > MAX_INNER_BYTES
					? tooLarge()
					: isInner && depth === MAX_DEPTH
						? tooDeep()
						: fault;
			if (reason !== null) {
				reader.fault(inner, reason);
				continue;
			}
			const unpacked = await gathered(bytes(), reader);
			const packedBytes = Math.min(size, Math.max(1, passed - told));
			told = passed;
			const file = { path: inner, bytes: (packedBytes * share) / blob.size };
			if (isInner)
				yield* filesOf({ ...file, blob: unpacked, depth: depth + 1 }, reader);
			else yield [{ ...file, open: () => chunksOf(unpacked.stream()) }];
		}
	} catch (error) {
		if (!(error instanceof FileError)) throw error;
		reader.fault(path, error);
	}
}

async function* givenBytes(blob: Blob): AsyncGenerator<Uint8Array> {
	try {
		yield* chunksOf(blob.stream());
	} catch (cause) {
		throw cause instanceof DOMException
			? new FileError(
					"the file cannot be read: it was moved, was changed, or is not yours to read",
					{ cause },
				)
			: cause;
	}
}

async function zipFiles(
	{ path, blob, bytes: share }: Archive,
	{ goOn }: ContainerReader,
): Promise<FoundFile[]> {
	if (blob.size === 0) throw new FileError("the file is empty");
	const zip = new ZipReader(new BlobReader(blob), {
		// Nothing is written by these names: they are only shown.
		filenameValidation: "tolerant",
	});
	try {
		const files: FoundFile[] = [];
		for await (const entry of zip.getEntriesGenerator()) {
			goOn();
			if (!entry.directory && !isSidecar(entry.filename))
				files.push({
					path: `${path}/${entry.filename}`,
					bytes: (entry.compressedSize * share) / blob.size,
					open: () => entryBytes(entry),
				});
		}
		return files.sort(byPath);
	} catch (cause) {
		throw damaged("not a whole zip: copy it again", cause);
	} finally {
		await zip.close();
	}
}

async function* entryBytes(entry: FileEntry): AsyncGenerator<Uint8Array> {
	if (entry.encrypted)
		throw new FileError(
			"the zip is encrypted: unpack it with its password, and give what it holds",
		);
	const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
	const ended = new AbortController();
	const unpacking = entry.getData(writable, {
		checkCrc32: true,
		signal: ended.signal,
	});
	// Where it fails, the stream that is read fails too; then it is waited for no more.
	unpacking.catch((error: unknown) => writable.abort(error).catch(() => {}));
	try {
		yield* chunksOf(readable);
		await unpacking;
	} catch (cause) {
		throw damaged("the zip is damaged", cause);
	} finally {
		ended.abort();
	}
}

async function wholeArchive(
	file: FoundFile,
	depth: number,
	reader: ContainerReader,
): Promise<Blob> {
	if (depth === MAX_DEPTH) throw tooDeep();
	return gathered(file.open(), reader);
}

/** Throws a FileError where there is more than {@link MAX_INNER_BYTES}. */
async function gathered(
	chunks: AsyncGenerator<Uint8Array>,
	{ goOn }: ContainerReader,
): Promise<Blob> {
	const pieces: Blob[] = [];
	let parts: BlobPart[] = [];
	let bytes = 0;
	for await (const chunk of chunks) {
		goOn();
		bytes += chunk.length;
		if (bytes > MAX_INNER_BYTES) throw tooLarge();
		parts.push(chunk as Uint8Array<ArrayBuffer>);
		if (bytes < (pieces.length + 1) * PIECE_BYTES) continue;
		pieces.push(new Blob(parts));
		parts = [];
	}
	return new Blob([...pieces, ...parts]);
}

function tooDeep(): FileError {
	return new FileError(
		"an archive in an archive in an archive: unpack it first",
	);
}

function tooLarge(): FileError {
	return new FileError(
		`it unpacks to more than ${MAX_INNER_BYTES / 1e9} GB: unpack it first`,
	);
}

/** Null where the file is to blame, which is then told. */
async function unlessFault<T>(
	task: Promise<T>,
	path: string,
	reader: ContainerReader,
): Promise<T | null> {
	try {
		return await task;
	} catch (error) {
		if (!(error instanceof FileError)) throw error;
		reader.fault(path, error);
		return null;
	}
}

/** A FileError for what the zip is to blame for, else the error itself. */
function damaged(reason: string, cause: unknown): unknown {
	const isOther = cause instanceof FileError || cause instanceof LakeError;
	if (isOther || !(cause instanceof Error)) return cause;
	return new FileError(
		cause.message === ERR_BAD_FORMAT ? reason : `${reason} (${cause.message})`,
		{ cause },
	);
}

/** KMZ is one, too: who looks for posts finds none in it. */
const isZip = isRideArchive;

function isArchive(path: string, { wants }: ContainerReader): boolean {
	return isZip(path) || (wants !== undefined && isTar(path));
}

function byPath(
	{ path: one }: { readonly path: string },
	{ path: other }: { readonly path: string },
): number {
	return one < other ? -1 : one > other ? 1 : 0;
}
