/** A file within an archive. */
export interface ArchivedFile {
	/** As the archive has it, with forward slashes; never absolute, never with `..`. */
	readonly name: string;
	/** The unpacked bytes, of a zip from the start each time; throws a FileError where they are damaged. */
	readonly bytes: AsyncIterable<Uint8Array>;
	/** Whether reading it has met the end of what can be read of the archive. */
	readonly hasEnded: () => boolean;
}
