import { FileError } from "../../../src/lib/formats/file-error.ts";

/** An archive that is whole, and holds no file of the kind that is looked for. */
export class NothingOfKind extends FileError {
	constructor(archive: string) {
		super(`the ${archive} holds no file of this dataset's kind`);
	}
}

/** A file within an archive. */
export interface ArchivedFile {
	/** As the archive has it, with forward slashes; never absolute, never with `..`. */
	readonly name: string;
	/** The unpacked bytes, of a zip from the start each time; throws a FileError where they are damaged. */
	readonly bytes: AsyncIterable<Uint8Array>;
	/** Whether reading it has met the end of what can be read of the archive. */
	readonly hasEnded: () => boolean;
}
