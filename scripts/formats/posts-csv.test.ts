import { expect, test } from "vitest";
import { csvText } from "../../src/lib/formats/csv-text.ts";
import {
	type CsvReader,
	readPostsCsv,
} from "../../src/lib/formats/posts-csv.ts";
import { randomFrom } from "../../src/lib/random.ts";
import { cellsOf, csvRows } from "./csv.ts";

const READERS: [string, CsvReader][] = [
	["page", csvText],
	["pipeline", { rows: csvRows, cells: cellsOf }],
];

const random = randomFrom(11);
const any = <T>(values: readonly T[]) =>
	values[Math.floor(random() * values.length)] as T;

const SOUND = [
	"plain",
	"\u{fffd} as a program before wrote it",
	"日本 🚲 ü",
	"",
];
/** Bytes that are no UTF-8, some the beginning of a character. */
const BROKEN = ["\xff", "a\xe6\x97", "\xf0\x9f\x9a", "\xc3", "\x80\x80"].map(
	(text) => Buffer.from(text, "latin1"),
);

/** Rows of a CSV with their numbers, and those that hold bytes which are no UTF-8. */
function csvOf(end: string) {
	const broken: string[] = [];
	const rows = Array.from({ length: 12 }, (_, row) => {
		const isBroken = random() < 0.3;
		if (isBroken) broken.push(String(row));
		const cell = [
			any([Buffer.from(any(SOUND)), Buffer.from(`two${end}lines`)]),
			isBroken ? any(BROKEN) : Buffer.from(any(SOUND)),
			Buffer.from(any(SOUND)),
		];
		return Buffer.concat([
			Buffer.from(`${row},2024-05-01,"`),
			...cell,
			Buffer.from(`"${end}${random() < 0.2 ? end : ""}`),
		]);
	});
	return {
		bytes: Buffer.concat([Buffer.from(`id,date,text${end}`), ...rows]),
		broken,
	};
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.length; ) {
		const length = 1 + Math.floor(random() * any([3, 40, 4000]));
		yield bytes.subarray(at, at + length);
		at += length;
	}
}

test.each(READERS)(
	"the rows that are no UTF-8 are rejected, and no others, wherever chunks part them: %s",
	async (_, reader) => {
		for (let run = 0; run < 150; run++) {
			const { bytes, broken } = csvOf(any(["\n", "\r\n", "\r"]));
			const rejected: string[] = [];
			let kept = 0;
			const lookedAt = {
				head: bytes,
				all: inPieces(bytes),
			};
			for await (const posts of readPostsCsv(lookedAt, reader, () => {}))
				for (const { post, sample } of posts)
					if (typeof post === "string") {
						expect(post).toMatch(/^not valid UTF-8/);
						rejected.push(sample.split(",")[0] ?? "");
					} else kept += 1;
			expect(rejected).toEqual(broken);
			expect(kept).toBe(12 - broken.length);
		}
	},
);
