import { openHasher } from "../../lib/bytes/hash.ts";
import type { ForeignFile } from "../../lib/catalog/catalog.ts";
import { isSignedAddress } from "../../lib/hosts/signed-address.ts";
import { LakeError } from "../errors.ts";
import type {
	FileGuard,
	FileHost,
	RangeSource,
	WholeLimits,
} from "../types.ts";
import { isAddress } from "./references.ts";

/** What a session needs to read files besides the lake's. */
export interface FileAccess {
	readonly host: FileHost;
	/** Why an address may not be read here; null where it may. */
	refusal(address: string): string | null;
	/** A file of this machine by its path; null where there is none. Absent in a page. */
	readonly local?: (path: string) => Promise<Blob | null>;
	/** Writes an Arrow IPC stream as a Parquet file. */
	encode(ipc: Uint8Array): Promise<Uint8Array>;
}

/** A session that reads its lake and nothing else. */
export const NO_FILES: FileAccess = {
	host: { open: refuse, whole: refuse, read: refuse } as never,
	refusal: () => "files besides the lake's tables are not read here",
	encode: refuse,
};

function refuse(): never {
	throw new LakeError(
		"UnsupportedError",
		"files besides the lake's tables are not read here",
	);
}

/** A file that has been found, and what is known of it. */
export interface FoundFile {
	/** What people call it; of a signed address what cannot be used. */
	readonly name: string;
	/** Under which the store reads it. */
	readonly path: string;
	readonly bytes: number;
	readonly foreign: ForeignFile;
	/** All of it, where it is here. */
	readonly blob: Blob | null;
	/** What the reader of an answer should know about it. */
	readonly note: string | null;
}

interface Kept {
	readonly address: string | null;
	readonly guard: FileGuard | null;
	readonly blob: Blob | null;
	/** The file's end, which is read once. */
	tail: { readonly startByte: number; readonly bytes: Uint8Array } | null;
}

/** A Last-Modified that is older than this tells every later change, RFC 9110, 8.8.2.2. */
const SETTLED_MILLISECONDS = 60_000;

/**
 * The lake's files, and besides them the files that SQL names: at addresses, dropped
 * by a visitor, or on the machine of the command line.
 */
export class FileStore implements RangeSource {
	readonly url: string;
	readonly #lake: RangeSource;
	readonly #access: FileAccess;
	readonly #dropped = new Map<string, Blob>();
	readonly #kept = new Map<string, Kept>();

	constructor(lake: RangeSource, access: FileAccess) {
		this.url = lake.url;
		this.#lake = lake;
		this.#access = access;
	}

	get dropped(): ReadonlyMap<string, Blob> {
		return this.#dropped;
	}

	drop(name: string, blob: Blob): void {
		this.#dropped.set(name, blob);
	}

	remove(name: string): void {
		this.#dropped.delete(name);
	}

	catalogText(signal: AbortSignal): Promise<string> {
		return this.#lake.catalogText(signal);
	}

	/** A file to be read in ranges, or whole where it is here or its host knows no ranges. */
	async find(path: string, limits: WholeLimits): Promise<FoundFile> {
		const here = await this.#here(path);
		if (here !== null) return here;
		const name = nameOf(path);
		const { guard, whole } = await this.#access.host.open(path, name, limits);
		return this.#keep(
			name,
			path,
			guard,
			whole,
			whole === null
				? null
				: "its host does not answer to ranges: the file was fetched whole",
		);
	}

	/** A file with all its bytes. */
	async fetch(path: string, limits: WholeLimits): Promise<FoundFile> {
		const here = await this.#here(path);
		if (here !== null) return here;
		const name = nameOf(path);
		const { guard, whole } = await this.#access.host.whole(path, name, limits);
		return this.#keep(name, path, guard, whole, null);
	}

	/** A file that was made here. */
	made(name: string, bytes: Uint8Array): FoundFile {
		return this.#keepBlob(name, new Blob([bytes as Uint8Array<ArrayBuffer>]));
	}

	/** Keeps the end of a file, from a byte on, so that it is not read twice. */
	keepTail(path: string, startByte: number, bytes: Uint8Array): void {
		const kept = this.#kept.get(path);
		if (kept !== undefined) kept.tail = { startByte, bytes };
	}

	/** Lets go of files that no table is made of any more. */
	forget(paths: readonly string[]): void {
		for (const path of paths) this.#kept.delete(path);
	}

	read(
		path: string,
		startByte: number,
		endByte: number,
		signal: AbortSignal,
		onBytes?: (bytes: number) => void,
	): Promise<Uint8Array> {
		const kept = this.#kept.get(path);
		if (kept === undefined)
			return this.#lake.read(path, startByte, endByte, signal, onBytes);
		const { address, guard } = kept;
		if (address === null || guard === null)
			throw new Error(`${path} is here and needs no request`);
		return this.#access.host.read(
			address,
			startByte,
			endByte,
			signal,
			onBytes,
			guard,
		);
	}

	async here(
		path: string,
		startByte: number,
		endByte: number,
	): Promise<Uint8Array | undefined> {
		const kept = this.#kept.get(path);
		if (kept === undefined) return undefined;
		const { blob, tail } = kept;
		if (blob !== null)
			return new Uint8Array(await blob.slice(startByte, endByte).arrayBuffer());
		if (tail === null || startByte < tail.startByte) return undefined;
		return tail.bytes.slice(
			startByte - tail.startByte,
			endByte - tail.startByte,
		);
	}

	/** Null for an address that may be read. */
	async #here(path: string): Promise<FoundFile | null> {
		const dropped = this.#dropped.get(path);
		if (dropped !== undefined) return this.#keepBlob(path, dropped);
		if (/[*?]/.test(path) && !isAddress(path)) throw noGlobs(path);
		if (isAddress(path)) {
			const { pathname, username, password } = new URL(path);
			if (pathname.includes("*")) throw noGlobs(path);
			if (username !== "" || password !== "")
				throw new LakeError(
					"UnsupportedError",
					`${nameOf(path)}: an address with a name or a password in it cannot be fetched: leave them out`,
				);
			const refusal = this.#access.refusal(path);
			if (refusal !== null) throw new LakeError("UnsupportedError", refusal);
			return null;
		}
		const { local } = this.#access;
		const blob = (await local?.(path)) ?? null;
		if (blob !== null) return this.#keepBlob(path, blob);
		throw new LakeError(
			"UnsupportedError",
			local === undefined
				? `there is no file ${path} here: drop it on the page SQL, or name its address, as in 'https://…'`
				: `there is no file ${path} in this folder`,
		);
	}

	#keepBlob(name: string, blob: Blob): FoundFile {
		const path = this.#unlike(name);
		this.#kept.set(path, { address: null, guard: null, blob, tail: null });
		const foreign = { state: null, isLocal: true };
		return { name, path, bytes: blob.size, foreign, blob, note: null };
	}

	async #keep(
		name: string,
		address: string,
		guard: FileGuard,
		blob: Blob | null,
		note: string | null,
	): Promise<FoundFile> {
		const path = this.#unlike(name);
		this.#kept.set(path, { address, guard, blob, tail: null });
		const state = await stateOf(address, guard);
		const foreign = { state, isLocal: blob !== null };
		return { name, path, bytes: guard.bytes, foreign, blob, note };
	}

	/** A file that was opened again, since it changed, is another file. */
	#unlike(name: string): string {
		let path = name;
		for (let count = 2; this.#kept.has(path); count += 1)
			path = `${name} (${count})`;
		return path;
	}
}

/** What people call a file at an address: a signature in it is not repeated. */
export function nameOf(path: string): string {
	if (!isAddress(path)) return path;
	const { origin, pathname, search } = new URL(path);
	return origin + pathname + (isSignedAddress(path) ? "" : search);
}

/** Null where nothing tells this state of the file from another of the same length. */
async function stateOf(
	address: string,
	{ bytes, etag, lastModified }: FileGuard,
): Promise<string | null> {
	const age = Date.now() - Date.parse(lastModified ?? "");
	const validator =
		etag ?? (age > SETTLED_MILLISECONDS ? (lastModified ?? null) : null);
	if (validator === null) return null;
	const hash = await openHasher();
	return hash(
		new TextEncoder().encode([nameOf(address), validator, bytes].join("\n")),
	);
}

function noGlobs(path: string): LakeError {
	return new LakeError(
		"UnsupportedError",
		`${path}: the files that a pattern stands for cannot be listed here: name each of them, as in read_parquet(['…', '…'])`,
	);
}
