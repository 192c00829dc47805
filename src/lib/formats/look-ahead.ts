import { concatenated } from "./concatenated.ts";
import { FileError } from "./file-error.ts";

export interface LookedAt {
	/** The beginning; shorter than asked for where the stream ends before. */
	readonly head: Uint8Array;
	/** The whole stream, beginning included. */
	readonly all: AsyncGenerator<Uint8Array>;
}

/**
 * Takes the beginning off a stream, up to `length` bytes, for a look at what kind
 * it is. UTF-16 that begins with its mark, as spreadsheets and editors of Windows
 * write it, comes as UTF-8; a FileError where it is not valid.
 */
export async function lookAhead(
	chunks: AsyncGenerator<Uint8Array>,
	length: number,
): Promise<LookedAt> {
	const plain = await lookAtBytes(chunks, length);
	const [first, second] = plain.head;
	if (first === 0xff && second === 0xfe)
		return lookAtBytes(fromUtf16(plain.all, "utf-16le"), length);
	if (first === 0xfe && second === 0xff)
		return lookAtBytes(fromUtf16(plain.all, "utf-16be"), length);
	return plain;
}

async function* fromUtf16(
	chunks: AsyncGenerator<Uint8Array>,
	encoding: "utf-16le" | "utf-16be",
): AsyncGenerator<Uint8Array> {
	const decoder = new TextDecoder(encoding, { fatal: true });
	let line = 1;
	const decode = (chunk?: Uint8Array): Uint8Array => {
		try {
			const text = decoder.decode(chunk, { stream: chunk !== undefined });
			line += text.split("\n").length - 1;
			return new TextEncoder().encode(text);
		} catch (cause) {
			throw new FileError(`not valid ${encoding.toUpperCase()}`, {
				line,
				cause,
			});
		}
	};
	for await (const chunk of chunks) yield decode(chunk);
	yield decode();
}

/** {@link lookAhead} whatever the text's encoding: its bytes come as they are. */
export async function lookAtBytes(
	chunks: AsyncGenerator<Uint8Array>,
	length: number,
): Promise<LookedAt> {
	const taken: Uint8Array[] = [];
	let bytes = 0;
	while (bytes < length) {
		const { value, done } = await chunks.next();
		if (done) break;
		taken.push(value);
		bytes += value.length;
	}
	const head = concatenated(taken);
	return {
		head,
		all: (async function* () {
			yield head;
			yield* chunks;
		})(),
	};
}
