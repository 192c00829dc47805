import { FileError } from "./file-error.ts";

/** A file that is whole, and plainly holds something else than posts. */
export class NoPosts extends FileError {}
