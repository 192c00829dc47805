import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DatasetDefinition, SourceFile } from "../datasets/dataset.ts";
import { SETTINGS_FILE } from "./settings.ts";

/** Enough to tell files apart that only happen to be equally long. */
const BEGINNING_BYTES = 4096;

const ALREADY_READ = "a folder already read";

/** `._name`: attributes of the file `name`, under its ending. */
const MACOS_SIDECAR = /(?:^|\/)(?:\._[^/]*$|__MACOSX\/)/;

export interface IgnoredFile {
	/** Below the input folder, with forward slashes. */
	readonly path: string;
	readonly reason: string;
}

/** A file with the same bytes as another of its dataset, which is read instead. */
export interface DuplicateFile {
	readonly file: SourceFile;
	readonly original: SourceFile;
}

export interface FoundDataset {
	readonly dataset: DatasetDefinition;
	/** Sorted by path; `index` is the place among them, duplicates included. */
	readonly files: readonly SourceFile[];
	readonly duplicates: readonly DuplicateFile[];
}

export interface ScannedInput {
	/** In the order of the registry; only those with a file. */
	readonly found: readonly FoundDataset[];
	readonly ignored: readonly IgnoredFile[];
}

/**
 * Lists what an input folder holds, by path in ascending order. Symbolic links are
 * followed; a folder that is reached by several ways is read once, by the first.
 * Left out are the lake's own folder, which may lie in the input, and what macOS
 * puts beside files on other file systems. Throws where the folder cannot be read.
 */
export async function scanInput(
	folder: string,
	lake: string,
	datasets: readonly DatasetDefinition[],
): Promise<ScannedInput> {
	const files: Omit<SourceFile, "index">[] = [];
	const ignored: IgnoredFile[] = [];
	const closed = new Map([
		[await realpath(folder), ALREADY_READ],
		[await realpath(lake), "the lake"],
	]);
	await walk(folder, "", closed, files, ignored);
	const accepted = new Map<DatasetDefinition, SourceFile[]>(
		datasets.map((dataset) => [dataset, []]),
	);
	for (const file of files) {
		if (file.path === SETTINGS_FILE) continue;
		const dataset = datasets.find((entry) =>
			file.path.startsWith(`${entry.folder}/`),
		);
		if (dataset === undefined)
			ignored.push({ path: file.path, reason: "in no dataset's folder" });
		else if (MACOS_SIDECAR.test(file.path) || !dataset.accepts(file.path))
			ignored.push({ path: file.path, reason: "another kind of file" });
		else {
			const list = accepted.get(dataset) as SourceFile[];
			list.push({ ...file, index: list.length });
		}
	}
	const found: FoundDataset[] = [];
	for (const [dataset, list] of accepted)
		if (list.length > 0) found.push(await setDuplicatesApart(dataset, list));
	return { found, ignored: ignored.sort(byPath) };
}

/** `closed` says of folders that are not to be entered why, by their real paths. */
async function walk(
	absolute: string,
	path: string,
	closed: Map<string, string>,
	files: Omit<SourceFile, "index">[],
	ignored: IgnoredFile[],
): Promise<void> {
	const names = (await readdir(absolute)).sort(byCode);
	for (const name of names) {
		const child = join(absolute, name);
		const childPath = path === "" ? name : `${path}/${name}`;
		const status = await statOrNull(child);
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
			await walk(child, childPath, closed, files, ignored);
		} else if (status.isFile())
			files.push({
				path: childPath,
				absolutePath: child,
				bytes: status.size,
			});
		else ignored.push({ path: childPath, reason: "not a plain file" });
	}
	if (path === "") files.sort(byPath);
}

async function statOrNull(path: string) {
	try {
		return await stat(path);
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (code === "ENOENT" || code === "ELOOP") return null;
		throw error;
	}
}

/** Compares the content only of files that are equally long and begin alike. */
async function setDuplicatesApart(
	dataset: DatasetDefinition,
	files: readonly SourceFile[],
): Promise<FoundDataset> {
	const alike = new Map<string, SourceFile[]>();
	const bySize = Map.groupBy(files, (file) => file.bytes);
	for (const [bytes, group] of bySize) {
		if (group.length < 2 || bytes === 0) continue;
		for (const file of group) {
			const beginning = await contentHash(file.absolutePath, BEGINNING_BYTES);
			const key = `${bytes} ${beginning}`;
			if (beginning !== null) alike.set(key, [...(alike.get(key) ?? []), file]);
		}
	}
	const duplicates: DuplicateFile[] = [];
	for (const group of alike.values()) {
		if (group.length < 2) continue;
		const originals = new Map<string, SourceFile>();
		for (const file of group) {
			const content = await contentHash(file.absolutePath);
			if (content === null) continue;
			const original = originals.get(content);
			if (original === undefined) originals.set(content, file);
			else duplicates.push({ file, original });
		}
	}
	const apart = new Set(duplicates.map(({ file }) => file));
	return {
		dataset,
		files: files.filter((file) => !apart.has(file)),
		duplicates: duplicates.sort((a, b) => a.file.index - b.file.index),
	};
}

/** Of the first `length` bytes; null for a file that cannot be read: its parser says why. */
async function contentHash(
	path: string,
	length = Number.POSITIVE_INFINITY,
): Promise<string | null> {
	const hash = createHash("sha256");
	try {
		for await (const chunk of createReadStream(path, {
			highWaterMark: Math.min(length, 2 ** 20),
			end: length - 1,
		}))
			hash.update(chunk);
	} catch {
		return null;
	}
	return hash.digest("hex");
}

function byPath(a: { path: string }, b: { path: string }): number {
	return byCode(a.path, b.path);
}

function byCode(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
