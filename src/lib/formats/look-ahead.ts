import { concatenated } from "./concatenated.ts";
import { FileError } from "./file-error.ts";

export interface LookedAt {
	/** The beginning; shorter than asked for where the stream ends before. */
	readonly head: Uint8Array;
	/** The whole stream, beginning included. */
	readonly all: AsyncGenerator<Uint8Array>;
	/** What it was, where it is other than the stream's own bytes. */
	readonly was?: "UTF-16" | "Windows-1252";
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
	const isLittle = first === 0xff && second === 0xfe;
	if (!isLittle && !(first === 0xfe && second === 0xff)) return plain;
	const all = fromUtf16(plain.all, isLittle ? "utf-16le" : "utf-16be");
	return { ...(await lookAtBytes(all, length)), was: "UTF-16" };
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

/**
 * {@link lookAhead} of a table of numbers, of which programs of Windows write names and
 * units in Windows-1252: it comes as UTF-8 where its beginning is plainly that, see
 * {@link isWestern}; a FileError where it goes on otherwise.
 */
export async function lookAheadWestern(
	chunks: AsyncGenerator<Uint8Array>,
	length: number,
): Promise<LookedAt> {
	const plain = await lookAhead(chunks, length);
	if (!isWestern(plain.head)) return plain;
	const all = fromWindows1252(plain.all);
	return { ...(await lookAtBytes(all, length)), was: "Windows-1252" };
}

async function* fromWindows1252(
	chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	const decoder = new TextDecoder("windows-1252");
	let line = 1;
	for await (const chunk of chunks) {
		const text = decoder.decode(chunk);
		if (NOT_WESTERN.test(text))
			throw new FileError(
				"neither UTF-8 nor Windows-1252 throughout: save the file as UTF-8",
				{
					line:
						line + text.split(NOT_WESTERN, 1).join("").split("\n").length - 1,
				},
			);
		line += text.split("\n").length - 1;
		yield new TextEncoder().encode(text);
	}
}

/**
 * What Western text in Windows-1252 does not hold: controls, letters of Icelandic and
 * signs that elsewhere are letters, three letters with marks in a row (as in Cyrillic or
 * Greek), or what UTF-8 reads as when it is taken for Windows-1252.
 */
const NOT_WESTERN =
	/[\x80-\x9f\xd0\xd7\xde\xf0\xf7\xfe\xff\ufffd]|[\xc0-\xff]{3}|[\xc2-\xf4][\xa0-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/;

/**
 * Whether bytes are plainly Windows-1252 (of which Latin-1 is a part): not valid UTF-8,
 * and nothing but what Western European languages write in it.
 */
export function isWestern(bytes: Uint8Array): boolean {
	// What stands last may be a character that is only begun.
	const last = bytes.findLastIndex((byte) => byte < 0x80);
	const whole = bytes.subarray(0, last + 1);
	if (!whole.some((byte) => byte >= 0x80)) return false;
	return !NOT_WESTERN.test(new TextDecoder("windows-1252").decode(whole));
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
