import { describe, expect, test } from "vitest";
import { FileError } from "../../src/lib/formats/file-error.ts";
import { randomFrom } from "../../src/lib/random.ts";
import { csvRows } from "./csv.ts";

/** Rows of a CSV that comes in chunks of some bytes. */
async function rowsOf(content: string | Uint8Array, size = 7, delimiter = ",") {
	const bytes = Buffer.from(content as string);
	async function* chunks() {
		for (let at = 0; at < bytes.length; at += size)
			yield bytes.subarray(at, at + size);
	}
	return (await Array.fromAsync(csvRows(chunks(), delimiter))).flat();
}

describe("rows", () => {
	test("are the same however the file is cut into chunks", async () => {
		const random = randomFrom(7);
		const pick = <T>(values: readonly T[]) =>
			values[Math.floor(random() * values.length)] as T;
		for (let round = 0; round < 300; round += 1) {
			const newline = pick(["\n", "\r\n"]);
			const delimiter = pick([",", ";", "\t", "|"]);
			const records = Array.from({ length: 1 + (round % 9) }, () =>
				Array.from({ length: 2 + Math.floor(random() * 3) }, () =>
					Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
						pick(["a", "°", "🚲", "1.5", '"', delimiter, "\n", "x"]),
					).join(""),
				),
			);
			const lines = [["x", "y"], ...records].map((cells) =>
				cells
					.map((cell) =>
						/["\n]/.test(cell) || cell.includes(delimiter) || random() < 0.2
							? `"${cell.replaceAll('"', '""')}"`
							: cell,
					)
					.join(delimiter),
			);
			const content = `${pick(["", "\uFEFF"])}${lines.join(newline)}${pick(["", newline])}`;
			const rows = await rowsOf(content, 1 + (round % 50), delimiter);
			expect([content, rows.map(({ cells }) => cells)]).toEqual([
				content,
				[["x", "y"], ...records],
			]);
		}
	});

	test("have the line on which they begin, blank lines and lines in quotes counted", async () => {
		for (const newline of ["\n", "\r\n"]) {
			const rows = await rowsOf(
				["", "a,b", "", '"1', '2",3', "  ", "4,5"].join(newline),
			);
			expect(rows).toEqual([
				{ line: 2, cells: ["a", "b"] },
				{ line: 4, cells: [`1${newline}2`, "3"] },
				{ line: 7, cells: ["4", "5"] },
			]);
		}
		expect(await rowsOf("a,b\r\r1,2\r", 99)).toEqual([
			{ line: 1, cells: ["a", "b"] },
			{ line: 3, cells: ["1", "2"] },
		]);
	});

	test("keep quotes that do not begin a cell, and leave blanks around cells out", async () => {
		const rows = await rowsOf('5" pipe,a "b" c\n "x, y" , z \n');
		expect(rows.map(({ cells }) => cells)).toEqual([
			['5" pipe', 'a "b" c'],
			["x, y", "z"],
		]);
	});

	test("mark what is not UTF-8, also where a character is cut", async () => {
		const rows = await rowsOf(Buffer.from([0x61, 0xff, 0x0a, 0xc3]), 1);
		expect(rows.map(({ cells }) => cells)).toEqual([["a\uFFFD"], ["\uFFFD"]]);
	});
});

test("a quote that is never closed, or closed too early, is told with its line, and neither it nor a line without end is kept", async () => {
	const error = (promise: Promise<unknown>) =>
		promise.then(
			() => null,
			(cause) => (cause instanceof FileError ? cause : null),
		);
	expect(await error(rowsOf('a\n"b\nc\n'))).toMatchObject({
		line: 2,
		message: "a quote is opened and not closed",
	});
	expect(await error(rowsOf('a,b\n1,2\n"x" y,3\n'))).toMatchObject({
		line: 3,
		message: expect.stringContaining("behind a closing quote"),
	});
	const long = "x".repeat(1000);
	expect(
		await error(rowsOf(`a\n"b\n${`${long}\n`.repeat(2000)}`, 65536)),
	).toMatchObject({ line: 2, message: expect.stringContaining("a quote") });
	expect(await error(rowsOf(`a\n${long.repeat(2000)}`, 65536))).toMatchObject({
		line: 2,
		message: expect.stringContaining("no CSV"),
	});
});
