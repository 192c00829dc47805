import { expect, test } from "vitest";
import { csvText } from "../../src/lib/formats/csv-text.ts";
import { randomFrom } from "../../src/lib/random.ts";
import { cellsOf, csvRows } from "./csv.ts";

async function* inPieces(text: string, random: () => number) {
	const bytes = new TextEncoder().encode(text);
	for (let at = 0; at < bytes.length; ) {
		const end = at + 1 + Math.floor(random() * 12);
		yield bytes.subarray(at, end);
		at = end;
	}
}

async function all(batches: AsyncIterable<readonly unknown[]>) {
	const rows = [];
	for await (const batch of batches) rows.push(...batch);
	return rows;
}

const CELLS = [
	...["plain", "", "  blank  ", "with, comma", 'a "quote" in it', "ünï日本"],
	...["two\nlines", "12", 'half"quoted', "#Tag; more"],
];

test("the page reads CSV as the pipeline does", async () => {
	const random = randomFrom(5);
	const any = <T>(values: readonly T[]) =>
		values[Math.floor(random() * values.length)] as T;
	for (let run = 0; run < 300; run += 1) {
		const delimiter = any([",", ";", "\t"]);
		const end = any(["\n", "\r\n"]);
		const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
		const text = Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
			random() < 0.1
				? ""
				: Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
						const cell = any(CELLS).replaceAll("\n", end);
						return /[",;\t\r\n]/.test(cell) && !cell.startsWith("half")
							? quoted(cell)
							: random() < 0.3 && !cell.includes('"')
								? quoted(cell)
								: cell;
					}).join(delimiter),
		).join(end);
		const file = `${any(["", "\uFEFF"])}${text}${any(["", end])}`;
		const ours = await all(csvText.rows(inPieces(file, random), delimiter));
		const theirs = await all(csvRows(inPieces(file, random), delimiter));
		expect(ours, JSON.stringify(file)).toEqual(theirs);
		const [line = ""] = text.split(end);
		if (!line.includes('"') && /[^\s,;]/.test(line))
			expect(csvText.cells(line, delimiter)).toEqual(cellsOf(line, delimiter));
	}
});

test("a quote that is never closed is an error with its line", async () => {
	const text = 'a,b\n1,2\n"open,3\n4,5\n';
	await expect(
		all(csvText.rows(inPieces(text, randomFrom(1)), ",")),
	).rejects.toMatchObject({ name: "FileError", line: 3 });
	expect(csvText.cells('"open', ",")).toBe(null);
});
