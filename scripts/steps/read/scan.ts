import { createHash } from "node:crypto";
import { createReadStream, type Stats, statSync } from "node:fs";
import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { FileError } from "../../../src/lib/formats/file-error.ts";
import { isSidecar } from "../../../src/lib/formats/sidecar.ts";
import type { About, DatasetDefinition } from "../../datasets/dataset.ts";
import { SETTINGS_FILE } from "../settings/settings.ts";

const ALREADY_READ = "a folder already read";

/** Files that are read at a time to hash them. */
const AT_A_TIME = 8;

/** Files that are looked at in one go: a promise for each takes ten times the time. */
const LOOKED_AT_IN_PLACE = 256;

/** Larger files are read in pieces; for many small ones that would take most of the time. */
const READ_AT_ONCE_BYTES = 2 ** 22;

/** A raw file as it was found. */
export interface ScannedFile {
	/** Below the input folder, with forward slashes: `rides/2024/a.gpx`. */
	readonly path: string;
	readonly absolutePath: string;
	readonly bytes: number;
	/** Hash of the content; of a file that cannot be read, the reason. */
	readonly content: string;
	/** What another file of its dataset says of it; absent where none does. */
	readonly about?: About;
}

/**
 * What is known of files by their absolute paths: their content while size, time and
 * place on the disk are these.
 */
export type KnownFiles = Record<
	string,
	{ readonly status: string; readonly content: string }
>;

export interface IgnoredFile {
	/** Below the input folder, with forward slashes. */
	readonly path: string;
	readonly reason: string;
}

/** A file with the same bytes as another of its dataset, which is read instead. */
export interface DuplicateFile {
	readonly file: ScannedFile;
	readonly original: ScannedFile;
}

export interface FoundDataset {
	readonly dataset: DatasetDefinition;
	/** Sorted by path. */
	readonly files: readonly ScannedFile[];
	readonly duplicates: readonly DuplicateFile[];
}

export interface ScannedInput {
	/** In the order of the registry; only those with a file. */
	readonly found: readonly FoundDataset[];
	readonly ignored: readonly IgnoredFile[];
	/** Of the files that are there now. */
	readonly known: KnownFiles;
}

/** A raw file that nobody has looked into. */
export interface ListedFile {
	/** Below the input folder, with forward slashes. */
	readonly path: string;
	readonly absolutePath: string;
	readonly bytes: number;
	/** Size, times and place on the disk: another value may mean other content. */
	readonly status: string;
}

export interface ListedInput {
	/** Sorted by path, of every dataset. */
	readonly accepted: ReadonlyMap<DatasetDefinition, readonly ListedFile[]>;
	readonly ignored: readonly IgnoredFile[];
}

export interface ScanOptions {
	readonly signal?: AbortSignal;
	/** Which files of the first folder are left out as if they were not there yet. */
	holds?(path: string): boolean;
}

/** The input cannot be listed. */
export class InputError extends Error {
	override readonly name = "InputError";
}

/**
 * Lists what folders hold, by path in ascending order; of files of the same path, that
 * of the first folder counts. Symbolic links are followed; a folder that is reached by
 * several ways is read once, by the first. Left out are the build's own folders, by
 * name, which may lie in the input, and what macOS puts beside files on other file
 * systems. Throws an {@link InputError} where a folder may not be read.
 */
export async function listInput(
	folders: readonly string[],
	own: Readonly<Record<string, string>>,
	datasets: readonly DatasetDefinition[],
	holds: (path: string) => boolean = () => false,
): Promise<ListedInput> {
	const listed = new Map<string, ListedFile>();
	const ignored: IgnoredFile[] = [];
	const closed = new Map<string, string>();
	for (const [name, folder] of Object.entries(own)) {
		const real = await realPathOrNull(folder);
		if (real !== null) closed.set(real, name);
	}
	for (const [index, folder] of folders.entries()) {
		closed.set(await realpath(folder), ALREADY_READ);
		await walk(
			folder,
			"",
			closed,
			(file) => {
				if (index === 0 && holds(file.path)) return;
				if (!listed.has(file.path)) listed.set(file.path, file);
			},
			ignored,
		);
	}
	const accepted = new Map<DatasetDefinition, ListedFile[]>(
		datasets.map((dataset) => [dataset, []]),
	);
	for (const file of [...listed.values()].sort(byPath)) {
		if (file.path === SETTINGS_FILE) continue;
		const dataset = datasets.find((entry) => isIn(file.path, entry));
		if (dataset === undefined)
			ignored.push({ path: file.path, reason: "in no dataset's folder" });
		else if (!isOf(file.path, dataset))
			ignored.push({ path: file.path, reason: otherKind(file.path) });
		else (accepted.get(dataset) as ListedFile[]).push(file);
	}
	return { accepted, ignored: ignored.sort(byPath) };
}

/** Lists what folders hold as {@link listInput} does, and reads what is not `known`. */
export async function scanInput(
	folders: readonly string[],
	own: Readonly<Record<string, string>>,
	datasets: readonly DatasetDefinition[],
	known: KnownFiles,
	{ signal, holds }: ScanOptions = {},
): Promise<ScannedInput> {
	const { accepted, ignored } = await listInput(folders, own, datasets, holds);
	const knownNow: KnownFiles = {};
	const found: FoundDataset[] = [];
	for (const [dataset, list] of accepted)
		if (list.length > 0)
			found.push(
				setDuplicatesApart(
					dataset,
					await described(
						dataset,
						await readContents(list, known, knownNow, signal),
					),
				),
			);
	return { found, ignored, known: knownNow };
}

/** What to do with files that hold data in a form that is not read, by the ends of their names. */
const REMEDIES: readonly (readonly [ending: RegExp, remedy: string])[] = [
	[
		/\.(?:zst|xz|lzma|bz2|lz4|br)$/i,
		"packed in a way that is not read: unpack it, or pack it with gzip",
	],
	[/\.(?:7z|rar)$/i, "an archive of a kind that is not read: pack it as a zip"],
	[/\.(?:xlsx?|xlsm|ods|numbers)$/i, "a spreadsheet: save it as CSV"],
	[/\.car$/i, "a packed repository of Bluesky's: give its records as JSON"],
];

function otherKind(path: string): string {
	return (
		REMEDIES.find(([ending]) => ending.test(path))?.[1] ??
		"another kind of file"
	);
}

/** Whether a file is a raw one of a dataset, by its path. */
export function isOf(path: string, dataset: DatasetDefinition): boolean {
	return isIn(path, dataset) && !isSidecar(path) && dataset.accepts(path);
}

function isIn(path: string, { folder }: DatasetDefinition): boolean {
	return path.startsWith(`${folder}/`);
}

/** `closed` says of folders that are not to be entered why, by their real paths. */
async function walk(
	absolute: string,
	path: string,
	closed: Map<string, string>,
	add: (file: ListedFile) => void,
	ignored: IgnoredFile[],
): Promise<void> {
	const listed = await readdir(absolute).catch((error) => {
		throw orNotAllowed(error, absolute);
	});
	const names = listed.sort(byCode);
	for (const [index, name] of names.entries()) {
		if (index % LOOKED_AT_IN_PLACE === 0) await setImmediate();
		const child = join(absolute, name);
		const childPath = path === "" ? name : `${path}/${name}`;
		const status = statOrNull(child);
		if (status === null)
			ignored.push({ path: childPath, reason: "a link to nothing" });
		else if (status.isDirectory()) {
			const real = await realpath(child);
			const reason = closed.get(real);
			if (reason !== undefined) {
				ignored.push({ path: `${childPath}/`, reason });
				continue;
			}
			closed.set(real, ALREADY_READ);
			await walk(child, childPath, closed, add, ignored);
		} else if (status.isFile())
			add({
				path: childPath,
				absolutePath: child,
				bytes: status.size,
				status: [
					status.size,
					status.mtimeMs,
					status.ctimeMs,
					status.ino,
				].join(),
			});
		else ignored.push({ path: childPath, reason: "not a plain file" });
	}
}

/** The error, in a sentence where it is that the folder may not be read. */
function orNotAllowed(error: unknown, folder: string): unknown {
	const { code } = error as NodeJS.ErrnoException;
	return code === "EACCES" || code === "EPERM"
		? new InputError(
				`the folder ${folder} may not be read: allow it, or take it out of the input`,
				{ cause: error },
			)
		: error;
}

/** Null where nothing is there yet. */
async function realPathOrNull(path: string): Promise<string | null> {
	try {
		return await realpath(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}

function statOrNull(path: string): Stats | null {
	try {
		return statSync(path);
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (code === "ENOENT" || code === "ELOOP") return null;
		throw orNotAllowed(error, dirname(path));
	}
}

async function readContents(
	files: readonly ListedFile[],
	known: KnownFiles,
	knownNow: KnownFiles,
	signal?: AbortSignal,
): Promise<ScannedFile[]> {
	const read: ScannedFile[] = new Array(files.length);
	const queue = files.entries();
	const lane = async () => {
		for (const [index, { status, ...file }] of queue) {
			const before = known[file.absolutePath];
			const content =
				before?.status === status
					? before.content
					: await contentOf(file.absolutePath, file.bytes, signal);
			knownNow[file.absolutePath] = { status, content };
			read[index] = { ...file, content };
		}
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, lane));
	return read;
}

/** Files with what their lists say of them. */
async function described(
	{ lists }: DatasetDefinition,
	files: readonly ScannedFile[],
): Promise<ScannedFile[]> {
	const about = new Map<string, About>();
	for (const file of files)
		if (lists?.accepts(file.path))
			try {
				for (const [path, text] of await lists.read(file))
					about.set(path, text);
			} catch (error) {
				// Where it is read as any file, it is rejected.
				const isItsOwn =
					error instanceof FileError ||
					(error as NodeJS.ErrnoException).path === file.absolutePath;
				if (!isItsOwn) throw error;
			}
	return files.map((file) => ({
		...file,
		about: about.get(file.path),
	}));
}

function setDuplicatesApart(
	dataset: DatasetDefinition,
	list: readonly ScannedFile[],
): FoundDataset {
	if (dataset.isPathData) return { dataset, files: list, duplicates: [] };
	const originals = new Map<string, ScannedFile>();
	const files: ScannedFile[] = [];
	const duplicates: DuplicateFile[] = [];
	for (const file of list) {
		const original = originals.get(file.content);
		if (original !== undefined && file.bytes > 0)
			duplicates.push({ file, original });
		else {
			originals.set(file.content, file);
			files.push(file);
		}
	}
	return { dataset, files, duplicates };
}

/** Hash of a file's content; of one that cannot be read, the reason. */
export async function contentOf(
	path: string,
	bytes: number,
	signal?: AbortSignal,
): Promise<string> {
	const hash = createHash("sha256");
	try {
		if (bytes <= READ_AT_ONCE_BYTES)
			hash.update(await readFile(path, { signal }));
		else
			for await (const chunk of createReadStream(path, {
				highWaterMark: 2 ** 20,
				signal,
			}))
				hash.update(chunk);
	} catch (error) {
		signal?.throwIfAborted();
		// Its parser says why.
		return `cannot be read: ${path} ${(error as NodeJS.ErrnoException).code}`;
	}
	return hash.digest("hex");
}

function byPath(a: { path: string }, b: { path: string }): number {
	return byCode(a.path, b.path);
}

function byCode(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
