/** What a plan says of files that are none of the lake's. */
export function unverifiedWords(files: { readonly isLocal: boolean }): string {
	return files.isLocal
		? "A file of this machine."
		: "Unverified: the file is none of the lake's, and no checksum says that its bytes are right.";
}
