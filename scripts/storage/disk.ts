import { statfs } from "node:fs/promises";
import { StoreError } from "./store.ts";

const REMEDIES: Readonly<Record<string, string>> = {
	ENOSPC: "the disk is full: make room there, or work on another disk",
	EDQUOT: "the disk quota is used up: make room, or work on another disk",
	EROFS: "the disk is mounted read-only: work on another one, or mount it anew",
	EACCES: "this user may not write there",
	EPERM: "this user may not write there",
};

/** What we, the system and DuckDB say of a disk without room. */
const FULL =
	/the disk is full|the disk quota is used up|No space left on device|Disk quota exceeded/;

/** Whether work failed because a disk has no room left. */
export function isDiskFull(error: unknown): boolean {
	return (
		error instanceof Error &&
		(FULL.test(error.message) || isDiskFull(error.cause))
	);
}

/** A disk with less room is full: what did not fit may have gone from it since. */
const ROOM_BYTES = 2 ** 30;

/** Whether the disk that a folder lies on is full. Throws where there is no such folder. */
export async function isDiskFullUnder(folder: string): Promise<boolean> {
	const { bavail, bsize } = await statfs(folder);
	return bavail * bsize < ROOM_BYTES;
}

/** Does work that writes below a path; what a disk refuses becomes a {@link StoreError}. */
export async function onDisk<T>(
	path: string,
	work: () => Promise<T>,
): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw diskError(path, error) ?? error;
	}
}

/** What to do about what a disk has refused; null for other errors. */
export function diskRemedy(error: unknown): string | null {
	return REMEDIES[(error as NodeJS.ErrnoException).code ?? ""] ?? null;
}

/** What a disk has refused, as an error that says what to do; null for other errors. */
export function diskError(path: string, error: unknown): StoreError | null {
	const remedy = diskRemedy(error);
	return remedy === null
		? null
		: new StoreError(`${path} cannot be written: ${remedy}`, { cause: error });
}
