import { FileError } from "../../../src/lib/formats/file-error.ts";

/** An archive may hold so much, however small it is. */
const FREE_BYTES = 64 * 2 ** 20;

/** Above that, so many times its own size: texts of numbers or posts are packed to a thirtieth at best. */
const LARGEST_RATIO = 200;

/** Bounds what is unpacked of one archive, whose size says little of what it holds. */
export class UnpackLimit {
	readonly #largest: number;
	#bytes = 0;

	/** `packedBytes`: of the archive. */
	constructor(packedBytes: number) {
		this.#largest = Math.max(FREE_BYTES, LARGEST_RATIO * packedBytes);
	}

	get isPassed(): boolean {
		return this.#bytes > this.#largest;
	}

	/** Takes note of further unpacked bytes. Throws a FileError where there are too many by now. */
	add(bytes: number): void {
		this.#bytes += bytes;
		if (this.isPassed)
			throw new FileError(
				`it unpacks to more than ${Math.round(this.#largest / 2 ** 20)} MB, over ${LARGEST_RATIO} times its size, as an archive does that is made to fill a disk: if it is sound, unpack it yourself and give what it holds`,
			);
	}
}
