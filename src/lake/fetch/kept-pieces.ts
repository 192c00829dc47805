import { openHasher } from "../../lib/bytes/hash.ts";
import { contentKey } from "./byte-cache.ts";
import type { Piece } from "./ranges.ts";

/** Digits of an XXH64. */
const SEAL_LENGTH = 16;

/**
 * Under what name a piece is kept: its checksum, of a foreign file its place in
 * that state of the file. Null for what nothing tells from its own next state.
 */
export function keptKey({
	checksum,
	startByte,
	endByte,
	foreign,
}: Piece): string | null {
	if (checksum !== null) return contentKey(checksum, endByte - startByte);
	const state = foreign?.state ?? null;
	return state === null ? null : `${state}-${startByte}-${endByte - startByte}`;
}

/** What is kept of a piece: its bytes, where no checksum is known with a seal before them. */
export async function toKeep(
	{ checksum }: Piece,
	bytes: Uint8Array,
): Promise<Uint8Array> {
	if (checksum !== null) return bytes;
	const kept = new Uint8Array(SEAL_LENGTH + bytes.length);
	kept.set(new TextEncoder().encode((await openHasher())(bytes)));
	kept.set(bytes, SEAL_LENGTH);
	return kept;
}

/** The piece's bytes; undefined where what was kept is torn or another's. */
export async function fromKept(
	{ checksum, startByte, endByte }: Piece,
	kept: Uint8Array,
): Promise<Uint8Array | undefined> {
	const hash = await openHasher();
	if (checksum !== null) return hash(kept) === checksum ? kept : undefined;
	const seal = new TextDecoder().decode(kept.subarray(0, SEAL_LENGTH));
	const bytes = kept.slice(SEAL_LENGTH);
	const isWhole = bytes.length === endByte - startByte && hash(bytes) === seal;
	return isWhole ? bytes : undefined;
}
