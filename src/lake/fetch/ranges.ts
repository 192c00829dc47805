import type { ForeignFile } from "../../lib/catalog/catalog.ts";

/** `[startByte, endByte)` of a file, and what its XXH64 must be; null where nobody knows. */
export interface Piece {
	readonly path: string;
	readonly startByte: number;
	readonly endByte: number;
	readonly checksum: string | null;
	readonly foreign?: ForeignFile | undefined;
	/** Travels before the rest of its file. */
	readonly urgent: boolean;
}

/** One request for `[startByte, endByte)` of a file. */
export interface RangeRequest {
	readonly path: string;
	readonly startByte: number;
	readonly endByte: number;
}

export interface RangeOptions {
	/** A longer gap is never fetched along. */
	readonly maxGapBytes: number;
	/** Gaps fetched along, as a share of the bytes asked for. */
	readonly maxWaste: number;
	/** A longer range becomes several requests, so that they share the link. */
	readonly maxRequestBytes: number;
}

/**
 * A request costs its share of a round trip: 50 ms over 6 connections at 50 Mbit/s
 * is the time of 50 kB. Smaller gaps are cheaper fetched than skipped.
 */
const DEFAULTS: RangeOptions = {
	maxGapBytes: 50_000,
	maxWaste: 0.04,
	maxRequestBytes: 2_000_000,
};

/**
 * The requests that bring all pieces, each byte of a piece exactly once. Pieces of
 * a file may not overlap. Files keep their order; within a file, requests with an
 * urgent piece go first, and else they ascend. Where not every gap may be fetched along, the smallest are.
 */
export function planRequests(
	pieces: readonly Piece[],
	options: Partial<RangeOptions> = {},
): RangeRequest[] {
	const { maxGapBytes, maxWaste, maxRequestBytes } = {
		...DEFAULTS,
		...options,
	};
	const byFile = Map.groupBy(pieces, (piece) => piece.path);
	const wanted = pieces.reduce((sum, piece) => sum + size(piece), 0);
	const joined = smallestGaps(byFile, maxGapBytes, maxWaste * wanted);

	const requests: RangeRequest[] = [];
	for (const [path, unsorted] of byFile) {
		const ofFile: RangeRequest[] = [];
		let open: { startByte: number; endByte: number } | undefined;
		const close = () => {
			if (open === undefined) return;
			ofFile.push(...split({ path, ...open }, maxRequestBytes));
		};
		for (const piece of ascending(unsorted)) {
			const gap = open === undefined ? null : gapKey(path, open.endByte);
			if (
				open !== undefined &&
				(piece.startByte === open.endByte || (gap && joined.has(gap)))
			) {
				open.endByte = piece.endByte;
				continue;
			}
			close();
			open = { startByte: piece.startByte, endByte: piece.endByte };
		}
		close();
		const urgent = unsorted.filter((piece) => piece.urgent);
		const goesFirst = (request: RangeRequest) =>
			urgent.some((piece) => overlaps(piece, request));
		requests.push(
			...ofFile.filter(goesFirst),
			...ofFile.filter((request) => !goesFirst(request)),
		);
	}
	return requests;
}

/** Keys of the gaps to fetch along: the smallest first, until the waste is spent. */
function smallestGaps(
	byFile: ReadonlyMap<string, readonly Piece[]>,
	maxGapBytes: number,
	waste: number,
): Set<string> {
	const gaps: { key: string; bytes: number }[] = [];
	for (const [path, pieces] of byFile) {
		let end: number | undefined;
		for (const piece of ascending(pieces)) {
			const bytes = end === undefined ? 0 : piece.startByte - end;
			if (end !== undefined && bytes > 0 && bytes <= maxGapBytes)
				gaps.push({ key: gapKey(path, end), bytes });
			end = piece.endByte;
		}
	}
	gaps.sort((a, b) => a.bytes - b.bytes);
	const joined = new Set<string>();
	for (const { key, bytes } of gaps) {
		if (bytes > waste) break;
		waste -= bytes;
		joined.add(key);
	}
	return joined;
}

/** Cuts a long request into equal ones of at most `maxBytes`. */
function split(request: RangeRequest, maxBytes: number): RangeRequest[] {
	const count = Math.max(1, Math.ceil(size(request) / maxBytes));
	const step = Math.ceil(size(request) / count);
	return Array.from({ length: count }, (_, index) => ({
		path: request.path,
		startByte: request.startByte + index * step,
		endByte: Math.min(request.startByte + (index + 1) * step, request.endByte),
	}));
}

function ascending(pieces: readonly Piece[]): Piece[] {
	return [...pieces].sort((a, b) => a.startByte - b.startByte);
}

function overlaps(a: RangeRequest, b: RangeRequest): boolean {
	return a.startByte < b.endByte && b.startByte < a.endByte;
}

function gapKey(path: string, startByte: number): string {
	return `${startByte} ${path}`;
}

function size(range: { startByte: number; endByte: number }): number {
	return range.endByte - range.startByte;
}
