/** Whether a path is of what macOS puts beside files: `._name` holds attributes of `name`, under its ending. */
export function isSidecar(path: string): boolean {
	return /(?:^|\/)(?:\._[^/]*$|__MACOSX\/)/.test(path);
}
