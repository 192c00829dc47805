/**
 * Files under keys, in a folder or a bucket. Keys are paths with forward slashes and
 * without a leading one. A file appears whole or not at all.
 */
export interface Store {
	/** Absolute path or `s3://bucket/prefix`, without a slash at its end. */
	readonly address: string;
	/**
	 * Makes a file readable on this machine, and gives its path there: `to`, or where the
	 * store itself has it, so that it must not be changed. Throws a
	 * {@link MissingFileError} where there is none.
	 */
	fetch(key: string, to: string): Promise<string>;
	/** A small file's bytes, null where there is none. */
	read(key: string): Promise<Buffer | null>;
	/** Puts a local file under a key, whatever was there. The local file may be gone afterwards. */
	put(file: string, key: string): Promise<void>;
	/** Puts bytes under a key, whatever was there. */
	write(key: string, bytes: Uint8Array): Promise<void>;
	/** Bytes and what tells this state of the file from any other, null where there is none. */
	readTagged(key: string): Promise<{ bytes: Buffer; tag: string } | null>;
	/**
	 * Replaces a file in one step, and only while it is in the state of `tag`; null
	 * for a file that is not there yet. Throws a {@link ConflictError} otherwise.
	 */
	replace(key: string, bytes: Uint8Array, tag: string | null): Promise<void>;
	/** Size in bytes, null where there is no such file. */
	size(key: string): Promise<number | null>;
	/** All files whose keys begin so, in any order. */
	list(prefix: string): AsyncIterable<StoredFile>;
	/** Removes files; those that are not there are none to remove. */
	remove(keys: readonly string[]): Promise<void>;
	/** Removes what killed processes were writing. */
	sweep(): Promise<void>;
	close(): void;
}

export interface StoredFile {
	readonly key: string;
	readonly bytes: number;
	/** When it was put there, milliseconds since 1970. */
	readonly modified: number;
}

/** A file that should be in a store is not. */
export class MissingFileError extends Error {
	override readonly name = "MissingFileError";
}

/** A file was replaced by somebody else meanwhile. */
export class ConflictError extends Error {
	override readonly name = "ConflictError";
}

/** A store cannot be opened or written to; the message says what to do. */
export class StoreError extends Error {
	override readonly name = "StoreError";
}
