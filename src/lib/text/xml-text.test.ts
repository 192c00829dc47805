import { SaxesParser } from "saxes";
import { expect, test } from "vitest";
import { allowedXml } from "./xml-text.ts";

/** The text of a document, as a strict parser reads it; throws where it is not well-formed. */
function textOf(document: string): string {
	let text = "";
	const parser = new SaxesParser();
	parser.on("error", (error) => {
		throw error;
	});
	parser.on("text", (part) => {
		text += part;
	});
	parser.write(document).close();
	return text;
}

test("a document stays well-formed whatever characters stand in it, and keeps those that may", () => {
	const edges = [0, 8, 9, 0xa, 0xb, 0x1f, 0x20, 0x7f, 0x85, 0xd7ff, 0xd800];
	const more = [0xdfff, 0xe000, 0xfffd, 0xfffe, 0xffff, 0x10000, 0x10ffff];
	for (const code of [...edges, ...more]) {
		const character = String.fromCodePoint(code);
		const document = `<svg>a${character}b</svg>`;
		let isAllowed = character.isWellFormed();
		try {
			textOf(document);
		} catch {
			isAllowed = false;
		}
		expect(textOf(allowedXml(document))).toBe(
			isAllowed ? textOf(document) : "a\uFFFDb",
		);
	}
});
