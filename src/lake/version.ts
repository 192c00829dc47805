import xxhash from "xxhash-wasm";

let hashes: ReturnType<typeof xxhash> | undefined;

/** The lake's version: XXH64 of the catalog's text, 16 hexadecimal digits. */
export async function catalogVersion(text: string): Promise<string> {
	hashes ??= xxhash();
	return (await hashes).h64ToString(text);
}

/** XXH64 of bytes, 16 hexadecimal digits, as the catalog writes checksums. */
export async function checksum(bytes: Uint8Array): Promise<string> {
	hashes ??= xxhash();
	return (await hashes).h64Raw(bytes).toString(16).padStart(16, "0");
}
