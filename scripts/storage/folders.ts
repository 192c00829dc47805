import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Whether there is a folder at a path. */
export function isFolder(path: string): boolean {
	try {
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
}

/**
 * Makes a folder and those above it. Node's own recursive `mkdir` never returns
 * where the file system says ENOENT for good, as below `/proc`.
 */
export function makeFolder(path: string): void {
	if (isFolder(path)) return;
	const parent = dirname(path);
	if (parent !== path) makeFolder(parent);
	try {
		mkdirSync(path);
	} catch (error) {
		if (!isFolder(path)) throw error;
	}
}
