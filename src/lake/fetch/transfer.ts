import { openHasher } from "../../lib/bytes/hash.ts";
import { LakeError, throwIfCancelled } from "../errors.ts";
import type { RangeSource } from "../types.ts";
import type { ByteCache } from "./byte-cache.ts";
import { fromKept, keptKey, toKeep } from "./kept-pieces.ts";
import { type Piece, planRequests, type RangeRequest } from "./ranges.ts";

export interface TransferTally {
	requests: number;
	/** From the network, gaps and retries included. */
	bytes: number;
	cachedBytes: number;
}

export interface TransferOptions {
	readonly source: RangeSource;
	readonly cache: ByteCache;
	readonly signal: AbortSignal;
	/** Added to while the transfer runs. */
	readonly tally: TransferTally;
	/** After each arrival from the network. */
	readonly onBytes?: () => void;
}

/** A request with its bytes to come. */
interface Arrival extends RangeRequest {
	readonly bytes: Promise<Uint8Array>;
	/** At least so many bytes from its start, as soon as they are there. */
	beginning(length: number): Promise<Uint8Array>;
}

/**
 * Brings pieces from the cache, else from the network, each verified by its
 * checksum where it has one. Gives a promise per piece, in their order, once the requests are on
 * their way; they go out in the order of the pieces' files. The first fault, and
 * the signal, end the whole transfer.
 */
export async function transfer(
	pieces: readonly Piece[],
	options: TransferOptions,
): Promise<Promise<Uint8Array>[]> {
	throwIfCancelled(options.signal);
	const cached = await Promise.all(
		pieces.map((piece) => fromCache(piece, options)),
	);
	const missing = pieces.filter((_, index) => cached[index] === undefined);
	const arrivals = send(planRequests(missing), options);
	return pieces.map((piece, index) => {
		const bytes = cached[index];
		const promise =
			bytes === undefined
				? fromNetwork(piece, arrivals.get(piece.path) ?? [], options)
				: Promise.resolve(bytes);
		// Awaited in order: a later one may fail before anyone looks at it.
		promise.catch(() => {});
		return promise;
	});
}

async function fromCache(
	piece: Piece,
	{ source, cache, tally }: TransferOptions,
): Promise<Uint8Array | undefined> {
	const { path, startByte, endByte } = piece;
	const here = await source.here?.(path, startByte, endByte);
	if (here !== undefined) return here;
	const key = keptKey(piece);
	const kept = key === null ? undefined : await cache.get(key);
	if (key === null || kept === undefined) return undefined;
	const bytes = await fromKept(piece, kept);
	if (bytes === undefined) {
		await cache.remove(key);
		return undefined;
	}
	tally.cachedBytes += bytes.length;
	return bytes;
}

function send(
	requests: readonly RangeRequest[],
	options: TransferOptions,
): Map<string, Arrival[]> {
	const failure = new AbortController();
	const signal = AbortSignal.any([options.signal, failure.signal]);
	let fault: unknown;
	const arrivals = requests.map((request): Arrival => {
		let here: Uint8Array = new Uint8Array();
		let waiting: { length: number; take(bytes: Uint8Array): void }[] = [];
		const onBeginning = (beginning: Uint8Array) => {
			here = beginning;
			const served = waiting.filter(({ length }) => length <= beginning.length);
			waiting = waiting.filter((each) => !served.includes(each));
			for (const { take } of served) take(beginning);
		};
		const bytes = read(request, { ...options, signal }, onBeginning).catch(
			(error) => {
				// What the first fault interrupts reports that fault, not its own interruption.
				fault ??= error;
				failure.abort();
				throw fault;
			},
		);
		bytes.catch(() => {});
		const beginning = async (length: number) =>
			here.length >= length
				? here
				: Promise.race([
						bytes,
						new Promise<Uint8Array>((take) => waiting.push({ length, take })),
					]);
		return { ...request, bytes, beginning };
	});
	return Map.groupBy(arrivals, (arrival) => arrival.path);
}

function read(
	{ path, startByte, endByte }: RangeRequest,
	{ source, signal, tally, onBytes }: TransferOptions,
	onBeginning: (beginning: Uint8Array) => void = () => {},
): Promise<Uint8Array> {
	tally.requests += 1;
	return source.read(path, startByte, endByte, signal, (bytes, beginning) => {
		tally.bytes += bytes;
		onBytes?.();
		if (beginning !== undefined) onBeginning(beginning);
	});
}

async function fromNetwork(
	piece: Piece,
	arrivals: readonly Arrival[],
	options: TransferOptions,
): Promise<Uint8Array> {
	let bytes = await assemble(piece, arrivals);
	if (
		piece.checksum !== null &&
		(await openHasher())(bytes) !== piece.checksum
	) {
		bytes = await read(piece, options);
		if ((await openHasher())(bytes) !== piece.checksum)
			throw new LakeError(
				"FetchError",
				`${piece.path}: bytes ${piece.startByte}-${piece.endByte - 1} are not what the catalog's checksum says, twice; the file on the host is damaged, or something on the way changes it`,
			);
	}
	// Not waited for: a cache that is slow or full is no reason to be late.
	const key = keptKey(piece);
	if (key !== null)
		toKeep(piece, bytes)
			.then((kept) => options.cache.put(key, kept))
			.catch(() => {});
	return bytes;
}

/**
 * A piece from the requests that cover it: a copy, so that the gaps are let go. What
 * a checksum guards does not wait for what comes after it in the same request.
 */
async function assemble(
	piece: Piece,
	arrivals: readonly Arrival[],
): Promise<Uint8Array> {
	const bytes = new Uint8Array(piece.endByte - piece.startByte);
	for (const arrival of arrivals) {
		const start = Math.max(arrival.startByte, piece.startByte);
		const end = Math.min(arrival.endByte, piece.endByte);
		if (start >= end) continue;
		const source =
			piece.checksum === null
				? await arrival.bytes
				: await arrival.beginning(end - arrival.startByte);
		bytes.set(
			source.subarray(start - arrival.startByte, end - arrival.startByte),
			start - piece.startByte,
		);
	}
	return bytes;
}
