import { hash } from "node:crypto";
import type { ScannedFile } from "./scan.ts";

/** Batches that a dataset is cut into, as a rule: enough that one changed file costs little. */
const BATCHES = 32;

/** A batch holds no fewer files than this as a rule: each costs a job. */
const MIN_FILES = 8;
const MAX_FILES = 256;

const MIN_BYTES = 4 * 2 ** 20;
const MAX_BYTES = 64 * 2 ** 20;

/** Bytes of plain text whose rows are sorted in the memory of a job. */
const SORTED_BYTES = 2 ** 28;

/** Files that hold several times their bytes, roughly so many. */
const PACKED = /\.(?:gz|tgz|zip|kmz|parquet)$/i;
const PACKED_RATIO = 8;

/** Files that are new to a batch are read by themselves while they are this part of its bytes. */
const NEW_SHARE = 1 / 2;

/** Files that were read together, and the job that read them. */
export interface FormerBatch {
	readonly job: string;
	/** Their paths. */
	readonly files: readonly string[];
}

/**
 * Cuts files, sorted by path, into batches that one job reads each. Where a batch ends
 * is decided by the paths at hand: a file that comes or goes changes its own batch
 * and leaves the others as they are.
 */
export function batchesOf(files: readonly ScannedFile[]): ScannedFile[][] {
	const totalBytes = bytesOf(files);
	const usualFiles = within(
		powerOfTwo(files.length / BATCHES),
		MIN_FILES,
		MAX_FILES,
	);
	const mostBytes = within(
		powerOfTwo(totalBytes / BATCHES),
		MIN_BYTES,
		MAX_BYTES,
	);
	const batches: ScannedFile[][] = [];
	let batch: ScannedFile[] = [];
	let bytes = 0;
	let unpacked = 0;
	const close = () => {
		if (batch.length > 0) batches.push(batch);
		batch = [];
		bytes = 0;
		unpacked = 0;
	};
	for (const file of files) {
		const own = unpackedBytes([file]);
		// What is not sorted goes to a file for each bucket, and several files by way of one more copy.
		if (bytes + file.bytes > mostBytes || unpacked + own > SORTED_BYTES)
			close();
		batch.push(file);
		bytes += file.bytes;
		unpacked += own;
		if (batch.length >= 2 * usualFiles || endsBatch(file.path, usualFiles))
			close();
	}
	close();
	return batches;
}

/**
 * Cuts files as {@link batchesOf} does, and leaves what was read before as it is: where a
 * batch is one of `former` and a few new files, these are a batch of their own, so that a
 * new file costs little more than itself. Where new files have moved the batch's ends it is
 * read anew. `jobOf` names the job that would read files.
 */
export function batchesAfter(
	former: readonly FormerBatch[],
	files: readonly ScannedFile[],
	jobOf: (files: readonly ScannedFile[]) => string,
): ScannedFile[][] {
	const formerOf = new Map(
		former.flatMap((each) => each.files.map((path) => [path, each])),
	);
	return batchesOf(files).flatMap((batch) => {
		const inBatch = new Map(batch.map((file) => [file.path, file]));
		const [read] = [
			...new Set(batch.flatMap(({ path }) => formerOf.get(path) ?? [])),
		]
			.map(({ job, files }) => ({
				job,
				old: files.flatMap((path) => inBatch.get(path) ?? []),
				isWhole: files.every((path) => inBatch.has(path)),
			}))
			.filter(({ isWhole }) => isWhole)
			.sort((a, b) => bytesOf(b.old) - bytesOf(a.old));
		if (read === undefined) return [batch];
		const fresh = batch.filter((file) => !read.old.includes(file));
		const isWorthIt =
			fresh.length > 0 &&
			bytesOf(fresh) <= NEW_SHARE * bytesOf(batch) &&
			jobOf(read.old) === read.job;
		return isWorthIt ? [read.old, fresh] : [batch];
	});
}

/** True for one of `usual` paths, always the same ones. */
function endsBatch(path: string, usual: number): boolean {
	return hash("sha256", path, "buffer").readUInt32BE(0) % usual === 0;
}

function powerOfTwo(value: number): number {
	return 2 ** Math.ceil(Math.log2(Math.max(1, value)));
}

function within(value: number, low: number, high: number): number {
	return Math.min(high, Math.max(low, value));
}

/** Whether memory holds all rows of files, so that they can be put in order. */
export function isSorted(
	files: readonly Pick<ScannedFile, "path" | "bytes">[],
): boolean {
	return unpackedBytes(files) <= SORTED_BYTES;
}

/** Bytes that files hold once they are unpacked, roughly. */
export function unpackedBytes(
	files: readonly Pick<ScannedFile, "path" | "bytes">[],
): number {
	return bytesOf(
		files.map(({ path, bytes }) => ({
			bytes: bytes * (PACKED.test(path) ? PACKED_RATIO : 1),
		})),
	);
}

/** Bytes of files together. */
export function bytesOf(files: readonly { readonly bytes: number }[]): number {
	return files.reduce((sum, file) => sum + file.bytes, 0);
}
