import { formatOf } from "../../lake/files/references.ts";
import type { GivenFile } from "../../lake/own-data/containers.ts";

/** Files that were given, as far as SQL may read them. */
export interface ReadableFiles {
	readonly files: readonly GivenFile[];
	/** How many files of folders are left out, since their endings tell nothing that SQL reads. */
	readonly others: number;
}

/** Of folders those that SQL reads; a file that was given by itself is always tried. */
export function readableFiles(given: readonly GivenFile[]): ReadableFiles {
	const files = given.filter(
		({ path }) => !path.includes("/") || isReadable(path),
	);
	return { files, others: given.length - files.length };
}

/** macOS puts a file with such a name beside each of its own on other disks. */
function isReadable(path: string): boolean {
	return !/(?:^|\/)\._[^/]*$/.test(path) && formatOf(path) !== null;
}
