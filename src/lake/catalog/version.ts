import { openHasher } from "../../lib/bytes/hash.ts";

/** The lake's version: the hash of its catalog's text. */
export async function catalogVersion(text: string): Promise<string> {
	const hash = await openHasher();
	return hash(new TextEncoder().encode(text));
}
