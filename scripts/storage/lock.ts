import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "./folder-store.ts";

/** Another process of this machine is at work in the same folder. */
export class BusyError extends Error {
	override readonly name = "BusyError";
}

/**
 * Takes a lock file for this process and gives what lets go of it. One of a process
 * that is no more is taken over. Throws a {@link BusyError}, which says `what` another
 * process is doing.
 */
export async function takeLock(
	path: string,
	what: string,
): Promise<() => Promise<void>> {
	const busy = (owner: string) =>
		new BusyError(`${owner} is ${what}: wait for it to end, or remove ${path}`);
	const owner = await readFile(path, "utf8").catch(() => null);
	// A container that was killed and starts anew may have the same process id; a
	// process that was killed before it wrote its own has left an empty file.
	if (owner && owner !== `${process.pid}` && isAlive(Number(owner)))
		throw busy(`process ${owner}`);
	await makeFolder(dirname(path));
	await rm(path, { force: true });
	try {
		await writeFile(path, `${process.pid}`, { flag: "wx" });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST")
			throw busy("another process");
		throw error;
	}
	return () => rm(path, { force: true });
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
