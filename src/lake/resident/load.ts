import type { Progress, Stage } from "../../../workers/engine-api.ts";
import type { ManifestFile } from "../../lib/catalog/catalog.ts";
import { joinStreams } from "../arrow/ipc.ts";
import {
	cancelled,
	LakeError,
	orCancelled,
	throwIfCancelled,
} from "../errors.ts";
import type { ByteCache } from "../fetch/byte-cache.ts";
import { chunkPieces, tailPiece } from "../fetch/pieces.ts";
import type { Piece } from "../fetch/ranges.ts";
import { type TransferTally, transfer } from "../fetch/transfer.ts";
import type { Decoder, RangeSource } from "../types.ts";
import type { Residency } from "./residency.ts";
import { type RowGroupLoad, rowsOf } from "./store.ts";

export interface LoadOptions {
	readonly source: RangeSource;
	readonly cache: ByteCache;
	readonly decoder: Decoder;
	readonly residency: Residency;
	readonly signal: AbortSignal;
	readonly onProgress: (progress: Progress) => void;
	/** Added to while it goes on. */
	readonly tally: TransferTally;
	readonly stagesMs: Record<Stage, number>;
	readonly loaded: { readonly files: Set<string>; rowGroups: number };
}

/** Row groups that are decoded, or about to be, ahead of those being loaded. */
const DECODE_AHEAD = 6;

/**
 * Fetches, decodes and loads row groups, all three at the same time: what has
 * arrived is decoded, and what is decoded when the engine has a hand free is
 * loaded together. Row groups go in in their order. Each is there whole or not at
 * all, so that it may end at any point.
 */
export async function loadAll(
	loads: readonly RowGroupLoad[],
	options: LoadOptions,
): Promise<void> {
	await (await startLoading(loads, options)).finish();
}

/** Row groups on their way: fetched, and the first of them decoded, before the engine takes them. */
export interface Loading {
	/** Loads them. Once. */
	finish(): Promise<void>;
}

/**
 * Sends the requests. What fails, fails when it is loaded, and ends the rest at once;
 * so does the signal.
 */
export async function startLoading(
	loads: readonly RowGroupLoad[],
	options: LoadOptions,
): Promise<Loading> {
	const { residency, stagesMs, onProgress, loaded } = options;
	const failing = new AbortController();
	const signal = AbortSignal.any([options.signal, failing.signal]);
	let fault: unknown;
	const fail = (error: unknown) => {
		// What the first fault interrupts reports its interruption.
		if (failing.signal.aborted) return;
		fault = error;
		failing.abort();
	};
	const { arrived, bytesOf } = await orCancelled(
		startTransfer(loads, { ...options, signal }),
		signal,
	);
	const totalRows = sum(loads.map(({ rowGroup }) => rowsOf(rowGroup)));

	const decoding: Promise<void>[] = [];
	/** Null where there is nothing to decode, undefined as long as it is not decoded. */
	const decoded: (Uint8Array | null | undefined)[] = loads.map(() => undefined);
	const decodeAhead = (at: number) => {
		while (decoding.length < Math.min(at + DECODE_AHEAD, loads.length)) {
			const index = decoding.length;
			const task = decode(loads[index] as RowGroupLoad, bytesOf, {
				...options,
				signal,
			}).then((ipc) => {
				decoded[index] = ipc;
			});
			task.catch(fail);
			decoding.push(task);
		}
	};
	decodeAhead(0);

	const load = async () => {
		let rows = 0;
		for (let at = 0; at < loads.length; ) {
			decodeAhead(at);
			await orCancelled(decoding[at] as Promise<void>, signal);
			const [group, ipc] = takeGroup(loads, decoded, at);
			const started = performance.now();
			await residency.load(group, ipc);
			stagesMs.load += performance.now() - started;
			at += group.length;
			rows += sum(group.map(({ rowGroup }) => rowsOf(rowGroup)));
			if (ipc !== null) {
				loaded.files.add(group[0].rowGroup.file.path);
				loaded.rowGroups += group.length;
			}
			onProgress({ stage: "load", rows, totalRows });
		}
		await orCancelled(arrived, signal);
	};
	const finish = async () => {
		try {
			await load();
		} catch (error) {
			fail(error);
			throw options.signal.aborted ? cancelled() : fault;
		}
	};
	return { finish };
}

/** Sends the requests for all loads, and gives each load's bytes to come. */
async function startTransfer(
	loads: readonly RowGroupLoad[],
	options: LoadOptions,
): Promise<{ arrived: Promise<void>; bytesOf: BytesOf }> {
	const { tally, stagesMs, onProgress } = options;
	const { pieces, piecesOf } = piecesToFetch(loads);
	const totalBytes = sum(
		pieces.map((piece) => piece.endByte - piece.startByte),
	);
	const started = performance.now();
	const arriving = await transfer(pieces, {
		...options,
		onBytes: () =>
			onProgress({
				stage: "fetch",
				bytes: tally.bytes + tally.cachedBytes,
				totalBytes,
			}),
	});
	const arrived = Promise.all(arriving).then(() => {
		if (pieces.length > 0) stagesMs.fetch += performance.now() - started;
	});
	arrived.catch(() => {});
	const bytesOf: BytesOf = (load) =>
		Promise.all(
			(piecesOf.get(load) ?? []).map(async (index) => ({
				startByte: (pieces[index] as Piece).startByte,
				bytes: await (arriving[index] as Promise<Uint8Array>),
			})),
		);
	return { arrived, bytesOf };
}

type BytesOf = (
	load: RowGroupLoad,
) => Promise<{ startByte: number; bytes: Uint8Array }[]>;

async function decode(
	load: RowGroupLoad,
	bytesOf: BytesOf,
	{ decoder, signal, stagesMs }: LoadOptions,
): Promise<Uint8Array | null> {
	const {
		store,
		columns,
		rowGroup: { file, index },
	} = load;
	if (columns.length === 0) return null;
	const ranges = await bytesOf(load);
	throwIfCancelled(signal);
	const started = performance.now();
	try {
		const [ipc] = await decoder.decode(
			{
				fileBytes: file.bytes,
				ranges,
				columns,
				intervals: store.table.columns
					.filter(
						({ name, type }) => type === "INTERVAL" && columns.includes(name),
					)
					.map(({ name }) => name),
				rowGroups: [index],
			},
			signal,
		);
		if (ipc === undefined) throw new Error("the decoder gave no row group");
		return ipc;
	} catch (cause) {
		throwIfCancelled(signal);
		const message = cause instanceof Error ? cause.message : String(cause);
		throw new LakeError(
			"FetchError",
			`${file.path}: row group ${index} could not be decoded (${message}); was it written by something unusual?`,
			{ cause },
		);
	} finally {
		stagesMs.decode += performance.now() - started;
	}
}

/** The row group at `at` with those that follow it in its file and are decoded as well. */
function takeGroup(
	loads: readonly RowGroupLoad[],
	decoded: (Uint8Array | null | undefined)[],
	at: number,
): [group: [RowGroupLoad, ...RowGroupLoad[]], ipc: Uint8Array | null] {
	const first = loads[at] as RowGroupLoad;
	const group: [RowGroupLoad, ...RowGroupLoad[]] = [first];
	for (let index = at + 1; index < loads.length; index += 1) {
		const next = loads[index] as RowGroupLoad;
		if (
			decoded[index] === undefined ||
			next.store !== first.store ||
			next.rowGroup.file !== first.rowGroup.file
		)
			break;
		group.push(next);
	}
	const streams = decoded
		.slice(at, at + group.length)
		.filter((stream) => stream != null);
	if (streams.length === 0) return [group, null];
	const joined = joinStreams(streams);
	const taken: typeof group = joined === null ? [first] : group;
	decoded.fill(undefined, at, at + taken.length);
	return [taken, joined ?? (streams[0] as Uint8Array)];
}

/** The chunks and tails of loads, each once, and which of them a load is made of. */
function piecesToFetch(loads: readonly RowGroupLoad[]) {
	const pieces: Piece[] = [];
	const piecesOf = new Map<RowGroupLoad, number[]>();
	const tails = new Map<ManifestFile, number>();
	for (const load of loads) {
		const { store, rowGroup, columns } = load;
		if (columns.length === 0) continue;
		let tail = tails.get(rowGroup.file);
		if (tail === undefined) {
			tail = pieces.push(tailPiece(rowGroup.file)) - 1;
			tails.set(rowGroup.file, tail);
		}
		const chunks = chunkPieces(store.table, rowGroup, columns).map(
			(chunk) => pieces.push(chunk) - 1,
		);
		piecesOf.set(load, [...chunks, tail]);
	}
	return { pieces, piecesOf };
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
