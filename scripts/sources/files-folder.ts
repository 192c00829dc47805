import { join } from "node:path";

/** Folder of the fetched files, to be scanned like an input; the rest of `folder` is how they got there. */
export function filesFolder(folder: string): string {
	return join(folder, "files");
}
