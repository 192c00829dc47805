import { createHash, randomBytes } from "node:crypto";
import {
	closeSync,
	type Dirent,
	fsync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { copyFile, link } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { onDisk } from "./disk.ts";
import { makeFolder } from "./folders.ts";
import {
	ConflictError,
	MissingFileError,
	type Store,
	type StoredFile,
} from "./store.ts";

const sync = promisify(fsync);

/** Ending of a file that is being written; what is left of a killed process. */
const UNFINISHED = /\.[0-9a-f]{12}\.unfinished$/;

/**
 * A store in a folder, which is made when the first file is put there. Only what may take
 * long is waited for: a promise takes ten times the time of the call, and waits for DuckDB's
 * statements, which take the same threads.
 */
export class FolderStore implements Store {
	readonly address: string;

	constructor(folder: string) {
		this.address = resolve(folder);
	}

	/** A link for each of a small job's many files would take longer than to read them. */
	async fetch(key: string): Promise<string> {
		const path = this.#path(key);
		if ((await this.size(key)) === null)
			throw new MissingFileError(`there is no file ${path}`);
		return path;
	}

	async read(key: string): Promise<Buffer | null> {
		try {
			return readFileSync(this.#path(key));
		} catch (error) {
			if (isMissing(error)) return null;
			throw error;
		}
	}

	async put(file: string, key: string): Promise<void> {
		const path = this.#path(key);
		await onDisk(path, async () => {
			makeFolder(dirname(path));
			await flush(file);
			try {
				renameSync(file, path);
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
				await near(path, async (fresh) => {
					await copyFile(file, fresh);
					await flush(fresh);
					renameSync(fresh, path);
				});
			}
		});
	}

	async write(key: string, bytes: Uint8Array): Promise<void> {
		const path = this.#path(key);
		await this.#writeNear(path, bytes, async (fresh) =>
			renameSync(fresh, path),
		);
	}

	async readTagged(
		key: string,
	): Promise<{ bytes: Buffer; tag: string } | null> {
		const bytes = await this.read(key);
		return bytes && { bytes, tag: tagOf(bytes) };
	}

	/** Between looking and replacing, another writer may come: a lake has one at a time (see `claimWorkshop`). */
	async replace(
		key: string,
		bytes: Uint8Array,
		tag: string | null,
	): Promise<void> {
		const path = this.#path(key);
		await this.#writeNear(path, bytes, async (fresh) => {
			if (tag === null) return linkNew(fresh, path);
			const now = await this.readTagged(key);
			if (now?.tag !== tag) throw conflict(path);
			renameSync(fresh, path);
		});
	}

	async size(key: string): Promise<number | null> {
		try {
			return statSync(this.#path(key)).size;
		} catch (error) {
			if (isMissing(error)) return null;
			throw error;
		}
	}

	async *list(prefix: string): AsyncIterable<StoredFile> {
		for (const key of this.#keys(prefix)) {
			const status = statSync(this.#path(key), { throwIfNoEntry: false });
			// Another process may have removed it meanwhile.
			if (status !== undefined)
				yield { key, bytes: status.size, modified: status.mtimeMs };
		}
	}

	#keys(prefix: string): string[] {
		const start = prefix.slice(0, prefix.lastIndexOf("/") + 1);
		let entries: Dirent[];
		try {
			entries = readdirSync(this.#path(start), {
				recursive: true,
				withFileTypes: true,
			});
		} catch (error) {
			if (isMissing(error)) return [];
			throw error;
		}
		const length = this.#path("x").length - 1;
		return entries
			.filter((entry) => entry.isFile())
			.map(({ parentPath, name }) =>
				join(parentPath, name).slice(length).replaceAll(sep, "/"),
			)
			.filter((key) => key.startsWith(prefix));
	}

	async remove(keys: readonly string[]): Promise<void> {
		const folders = new Set<string>();
		for (const key of keys) {
			const path = this.#path(key);
			rmSync(path, { force: true });
			folders.add(dirname(path));
		}
		for (const folder of folders) this.#removeEmpty(folder);
	}

	close(): void {}

	async sweep(): Promise<void> {
		const keys = this.#keys("");
		await this.remove(keys.filter((key) => UNFINISHED.test(key)));
	}

	#path(key: string): string {
		return join(this.address, key);
	}

	/** Writes bytes to a file beside a path, which `settle` then puts in its place. */
	async #writeNear(
		path: string,
		bytes: Uint8Array,
		settle: (fresh: string) => Promise<void>,
	): Promise<void> {
		await onDisk(path, async () => {
			makeFolder(dirname(path));
			await near(path, async (fresh) => {
				const descriptor = openSync(fresh, "wx");
				try {
					writeFileSync(descriptor, bytes);
					await sync(descriptor);
				} finally {
					closeSync(descriptor);
				}
				await settle(fresh);
			});
		});
	}

	#removeEmpty(folder: string): void {
		if (folder === this.address || !folder.startsWith(this.address)) return;
		try {
			rmdirSync(folder);
		} catch (error) {
			const code = (error as NodeJS.ErrnoException).code;
			if (code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOENT")
				return;
			throw error;
		}
		this.#removeEmpty(dirname(folder));
	}
}

async function linkNew(from: string, to: string): Promise<void> {
	try {
		await link(from, to);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") throw conflict(to);
		throw error;
	}
}

function conflict(path: string): ConflictError {
	return new ConflictError(`${path} was replaced by somebody else`);
}

/** Until a file's bytes have reached the disk, its name must not say that they have. */
async function flush(file: string): Promise<void> {
	const descriptor = openSync(file, "r+");
	try {
		await sync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}

/** Gives work a path beside another, and leaves nothing there. */
async function near(
	path: string,
	work: (fresh: string) => Promise<void>,
): Promise<void> {
	const fresh = `${path}.${randomBytes(6).toString("hex")}.unfinished`;
	try {
		await work(fresh);
	} finally {
		rmSync(fresh, { force: true });
	}
}

function tagOf(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}

function isMissing(error: unknown): boolean {
	const code = (error as NodeJS.ErrnoException).code;
	return code === "ENOENT" || code === "ENOTDIR";
}
