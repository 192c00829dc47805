import type { ManifestBlock } from "./catalog.ts";

/** A block of a table's manifest from its bytes; rejects where they are damaged. */
export async function unpackBlock(packed: Uint8Array): Promise<ManifestBlock> {
	// The type allows for shared memory, which no Blob takes; manifests never lie there.
	const unpacked = new Blob([packed as Uint8Array<ArrayBuffer>])
		.stream()
		.pipeThrough(new DecompressionStream("gzip"));
	return (await new Response(unpacked).json()) as ManifestBlock;
}
