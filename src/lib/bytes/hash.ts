import xxhash from "xxhash-wasm";

/** XXH64 with seed 0 of some bytes, as 16 hexadecimal digits. */
export type Hasher = (bytes: Uint8Array) => string;

let opening: Promise<Hasher> | null = null;

/** Loads the hash's WebAssembly once; the same in a browser, a worker and Node. */
export function openHasher(): Promise<Hasher> {
	opening ??= xxhash().then(
		({ h64Raw }) =>
			(bytes) =>
				h64Raw(bytes).toString(16).padStart(16, "0"),
	);
	return opening;
}
