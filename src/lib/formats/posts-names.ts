/** Folders of the viewer that Twitter puts into its archives, beside `data`. */
const VIEWER = /(?:^|\/)(?:assets|lib|(?<!data\/)js)\//i;

/** Whether a path, of a file in a folder or a zip, is one that posts may lie in, also packed (`.gz`). */
export function mayHoldPosts(path: string): boolean {
	return (
		/\.(?:jsonl?|ndjson|js|csv|tsv)(?:\.gz)?$/i.test(path) && !VIEWER.test(path)
	);
}
