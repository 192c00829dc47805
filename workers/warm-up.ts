import type { Decoder } from "../src/lake/types.ts";

/**
 * Runs a small Parquet file through each decoder while DuckDB is still fetched.
 * Browsers compile WebAssembly when it is first called, and better once it is called
 * often: otherwise the first question would wait for that. Does nothing where the
 * sample cannot be had; what is broken shows by name in the first question.
 */
export async function warmDecoders(
	decoder: Decoder,
	decoders: number,
	sample: Promise<Uint8Array>,
): Promise<void> {
	try {
		const bytes = await sample;
		const decode = () =>
			decoder.decode({
				fileBytes: bytes.length,
				ranges: [{ startByte: 0, bytes }],
				columns: ["ts", "n", "value", "name"],
				rowGroups: [0],
			});
		await Promise.all(Array.from({ length: decoders }, decode));
	} catch {
		// The first question says it.
	}
}
