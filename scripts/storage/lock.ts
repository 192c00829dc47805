import { randomBytes } from "node:crypto";
import { readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "./folders.ts";

/** Another process of this machine is at work in the same folder. */
export class BusyError extends Error {
	override readonly name = "BusyError";
}

/** This process: its id alone may be that of another one, in a container that was killed and starts anew. */
const SELF = `${process.pid}@${Math.round(performance.timeOrigin)}`;

/**
 * Takes a lock for this process and gives what lets go of it. One of a process
 * that is no more is taken over. Throws a {@link BusyError}, which says `what` another
 * process is doing. The lock is a link that leads to its owner's name: unlike a file, it is never
 * there without what it says.
 */
export async function takeLock(
	path: string,
	what: string,
): Promise<() => Promise<void>> {
	makeFolder(dirname(path));
	while (!(await hasMade(path, SELF))) {
		const owner = await ownerOf(path);
		// It was let go of just now.
		if (owner === null) continue;
		if (isAtWork(owner))
			throw new BusyError(
				`process ${Number.parseInt(owner, 10)} is ${what}: wait for it to end, or remove ${path}`,
			);
		await removeLeft(path, owner);
	}
	return async () => {
		if ((await ownerOf(path)) === SELF) await rm(path, { force: true });
	};
}

/** Makes a lock; false where there is one. */
async function hasMade(path: string, owner: string): Promise<boolean> {
	try {
		await symlink(owner, path);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}

/** Null where there is no lock, empty where it is none of this form. */
async function ownerOf(path: string): Promise<string | null> {
	try {
		return await readlink(path);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT") return null;
		if (code === "EINVAL") return "";
		throw error;
	}
}

/** Removes the lock that a dead process has left, unless another has taken its place meanwhile. */
async function removeLeft(path: string, owner: string): Promise<void> {
	const aside = `${path}.${randomBytes(6).toString("hex")}`;
	try {
		await rename(path, aside);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
		throw error;
	}
	const moved = await ownerOf(aside);
	if (moved !== null && moved !== owner) await hasMade(path, moved);
	await rm(aside, { force: true });
}

function isAtWork(owner: string): boolean {
	const pid = Number.parseInt(owner, 10);
	if (pid === process.pid) return owner === SELF;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
