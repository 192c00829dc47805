import { createHash } from "node:crypto";
import type { ScannedFile } from "./scan.ts";

/** Batches that a dataset is cut into, as a rule: enough that one changed file costs little. */
const BATCHES = 32;

/** A batch holds no fewer files than this as a rule: each costs a job. */
const MIN_FILES = 8;
const MAX_FILES = 256;

const MIN_BYTES = 4 * 2 ** 20;
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Cuts files, sorted by path, into batches that one job reads each. Where a batch ends
 * is decided by the paths at hand: a file that comes or goes changes its own batch
 * and leaves the others as they are.
 */
export function batchesOf(files: readonly ScannedFile[]): ScannedFile[][] {
	const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
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
	const close = () => {
		if (batch.length > 0) batches.push(batch);
		batch = [];
		bytes = 0;
	};
	for (const file of files) {
		if (bytes + file.bytes > mostBytes) close();
		batch.push(file);
		bytes += file.bytes;
		if (batch.length >= 2 * usualFiles || endsBatch(file.path, usualFiles))
			close();
	}
	close();
	return batches;
}

/** True for one of `usual` paths, always the same ones. */
function endsBatch(path: string, usual: number): boolean {
	return (
		createHash("sha256").update(path).digest().readUInt32BE(0) % usual === 0
	);
}

function powerOfTwo(value: number): number {
	return 2 ** Math.ceil(Math.log2(Math.max(1, value)));
}

function within(value: number, low: number, high: number): number {
	return Math.min(high, Math.max(low, value));
}
