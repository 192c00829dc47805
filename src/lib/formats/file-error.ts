/**
 * A file that cannot be used, with the place where that shows. Rows that its
 * parser has put out are dropped.
 */
export class FileError extends Error {
	override readonly name = "FileError";
	/** From 1, null where the whole file is meant. */
	readonly line: number | null;
	/** The beginning of what is wrong. */
	readonly sample: string;

	constructor(
		reason: string,
		options: { line?: number | null; sample?: string; cause?: unknown } = {},
	) {
		super(reason, { cause: options.cause });
		this.line = options.line ?? null;
		this.sample = options.sample ?? "";
	}
}
