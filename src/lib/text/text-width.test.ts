import { expect, test } from "vitest";
import { ellipsis, textWidthEm, wrapped } from "./text-width.ts";

const TEXT =
	"Rain at the station of नमस्ते, e\u0301t\u00e9 👩‍👩‍👧‍👦👍🏽 雨の日 and then some";
const graphemes = (text: string) =>
	[...new Intl.Segmenter("en").segment(text)].map(({ segment }) => segment);

test("a text is cut between letters as people see them, and is as wide as allowed", () => {
	const letters = graphemes(TEXT);
	for (let width = 1.5; width < textWidthEm(TEXT); width += 0.3) {
		const cut = ellipsis(TEXT, width);
		expect(textWidthEm(cut)).toBeLessThanOrEqual(width + 1e-9);
		const kept = graphemes(cut.slice(0, -1));
		expect(kept).toEqual(letters.slice(0, kept.length));
	}
	expect(ellipsis(TEXT, textWidthEm(TEXT))).toBe(TEXT);
});

test("lines hold all words in order, and are no wider than allowed but for a single word", () => {
	for (const width of [1, 4, 9, 20, 100]) {
		const lines = wrapped(` ${TEXT}  `, width);
		expect(lines.join(" ")).toBe(TEXT);
		for (const line of lines)
			if (line.includes(" "))
				expect(textWidthEm(line)).toBeLessThanOrEqual(width + 1e-9);
	}
	expect(wrapped(" ", 10)).toEqual([]);
});
