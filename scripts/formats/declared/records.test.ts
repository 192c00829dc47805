import { expect, test } from "vitest";
import { type RecordPlace, RecordScanner } from "./records.ts";

/** Records of a text that comes in chunks of some bytes, as text with their lines. */
function recordsOf(text: string, size: number, quote: string | null = '"') {
	const bytes = Buffer.from(text);
	const places: RecordPlace[] = [];
	const scanner = new RecordScanner({ quote, delimiter: "," }, (place) =>
		places.push(place),
	);
	for (let at = 0; at < bytes.length; at += size)
		scanner.push(bytes.subarray(at, at + size));
	scanner.end();
	const found = places.map(({ startByte, endByte, line, lastLine }) => [
		bytes.toString("utf8", startByte, endByte),
		line,
		lastLine,
	]);
	return { found, scanner };
}

test("records are the same however the text is cut into chunks", () => {
	const text = 'a,"b\n""c""\n"\r\n\n d, "e\n"x\nf"\n,"g"';
	for (const size of [1, 2, 3, 5, 100]) {
		const { found, scanner } = recordsOf(text, size);
		expect(found).toEqual([
			['a,"b\n""c""\n"', 1, 3],
			["", 4, 4],
			[' d, "e\n"x', 5, 6],
			['f"', 7, 7],
			[',"g"', 8, 8],
		]);
		expect(scanner).toMatchObject({
			records: 4,
			lineFeeds: 7,
			carriageReturns: 1,
			pairs: 1,
			openQuoteLine: null,
			endsInLine: false,
			longest: { bytes: 12, line: 1 },
		});
	}
});

test("a quote that is never closed is told with its line", () => {
	for (const size of [1, 4, 100])
		expect(recordsOf('a\nb,"c\nd\n', size).scanner).toMatchObject({
			records: 2,
			openQuoteLine: 2,
		});
});

test("without quotes every line is a record", () => {
	const { found, scanner } = recordsOf('"a\nb"\n', 100, null);
	expect(found.map(([record]) => record)).toEqual(['"a', 'b"']);
	expect(scanner.endsInLine).toBe(true);
});
