import { createGzip, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../../src/lib/random.ts";
import { readFrom } from "../../../tests/support/declared-files.ts";
import { csv } from "./csv.ts";

const numbers = csv({
	table: "rows",
	header: false,
	columns: { a: "BIGINT NOT NULL", b: "DOUBLE", c: "VARCHAR" },
});

async function readAll(
	contents: Readonly<Record<string, string | Uint8Array>>,
	format = numbers,
) {
	const lake = await readFrom(format, contents);
	const rows = await lake.query(
		"SELECT path, rows.* EXCLUDE (file_index) FROM rows JOIN source_files USING (file_index)",
	);
	lake.close();
	return Object.keys(contents).map((name) => {
		const rejects = lake.rejects.filter(({ file }) => file === name);
		return {
			rows: rows
				.filter((row) => row.path === name)
				.map(({ path: _, ...row }) => Object.values(row)),
			rejects: rejects.map(({ line, reason }) => [line, reason]),
			samples: rejects.map(({ sample }) => sample),
			counts: lake.reports[name]?.counts ?? {},
			notes: lake.reports[name]?.notes,
		};
	});
}

async function read(
	content: string | Uint8Array,
	format = numbers,
	name = "a.csv",
) {
	const [file] = await readAll({ [name]: content }, format);
	if (file === undefined) throw new Error("no file was read");
	return file;
}

describe("a row that does not fit", () => {
	test("is rejected with its line, reason and sample, and the others stay", async () => {
		const { rows, rejects, samples, counts } = await read(
			'1,2,x\n1.5,2,y\n\n1,2,"a\nb"\n1,zz,w\n,,\n,4,\n1,2\n1,2,3,4\n5,6,"z"\n1_0,1e2,\n+7,-.5,\n99999999999999999999,nan,q\n',
		);
		expect(rows).toEqual([
			[1n, 2, "x"],
			[1n, 2, "a\nb"],
			[5n, 6, "z"],
			[7n, -0.5, null],
		]);
		expect(rejects).toEqual([
			[2, "a: not a BIGINT: 1.5"],
			[6, "b: not a DOUBLE: zz"],
			[7, "no value in any column"],
			[8, "a: no value"],
			[9, "2 cells where 3 are declared"],
			[10, "more cells than the 3 that are declared"],
			[12, "a: not a BIGINT: 1_0"],
			[14, "a: not a BIGINT: 99999999999999999999; b: not a DOUBLE: nan"],
		]);
		expect(samples.slice(0, 2)).toEqual(["1.5,2,y", "1,zz,w"]);
		expect(counts).toEqual({
			"rows read": 12,
			"rows kept": 4,
			"rows rejected": 8,
		});
	});

	test("may be of several lines, or not be UTF-8", async () => {
		const { rows, rejects } = await read(
			Buffer.from(
				'1,2,"\nx"y\nbad,2,"\n\n"\n1,2,\xff\n4,5,6\nbad,1,\n',
				"latin1",
			),
		);
		expect(rows).toEqual([[4n, 5, "6"]]);
		expect(rejects).toEqual([
			[1, "a quote is not closed, or closed before its cell ends (to line 2)"],
			[3, "a: not a BIGINT: bad (to line 5)"],
			[6, "not valid UTF-8"],
			[8, "a: not a BIGINT: bad"],
		]);
	});

	test("is so by the dataset's own conditions too", async () => {
		const { rows, rejects } = await read(
			"1,2,x\n3,2,y\n,,\n",
			csv({
				table: "rows",
				header: false,
				columns: { low: "DOUBLE", high: "DOUBLE", name: "VARCHAR" },
				derived: { middle: { type: "DOUBLE", sql: "(low + high) / 2" } },
				rejected: { "low is above high": "low > high" },
				path: "file",
			}),
		);
		expect(rows).toEqual([[1, 2, "x", "a.csv", 1.5]]);
		expect(rejects).toEqual([
			[2, "low is above high"],
			[3, "no value in any column"],
		]);
	});
});

test("UTF-16 with its mark is read as UTF-8 is", async () => {
	const text = "1,2,Zürich 🚲\n1,x,y\n\n2,3,z\n";
	const expected = await read(text);
	expect(expected.rows.length).toBe(2);
	const little = Buffer.from(`\uFEFF${text}`, "utf16le");
	for (const bytes of [little, Buffer.from(little).swap16()]) {
		expect(await read(bytes)).toEqual(expected);
		expect(await read(gzipSync(bytes), numbers, "a.csv.gz")).toEqual(expected);
	}
});

describe("damage", () => {
	test("of the whole file rejects it", async () => {
		const cut = gzipSync("1,2,x\n".repeat(5000));
		for (const [name, content, line, reason] of [
			["a.csv", "", null, "the file is empty"],
			[
				"a.csv",
				'1,2,x\n1,2,"x\n1,2,y\n',
				2,
				"a quote is opened and not closed",
			],
			[
				"a.csv",
				`1,2,x\n1,2,${"x".repeat(2e6)}\n`,
				2,
				"a row of more than 2 MB",
			],
			[
				"a.csv",
				Buffer.from("\uFEFF1,2,x\n1,2,\uD800\n", "utf16le"),
				1,
				"not valid UTF-16LE",
			],
			["a.csv.gz", cut.subarray(0, cut.length - 9), null, "cut off"],
			[
				"a.csv.gz",
				Buffer.concat([cut, Buffer.from("x")]),
				null,
				/not valid gzip|cut off/,
			],
			[
				"a.csv.gz",
				Buffer.concat([cut, Buffer.from("and something else")]),
				null,
				/not valid gzip|cut off/,
			],
			["a.csv.gz", gzipSync(gzipSync("1,2,x\n")), null, "packed twice"],
			["a.csv.gz", "not gzip at all", null, /not valid gzip|cut off/],
		] as const) {
			const { rows, rejects, counts } = await read(content, numbers, name);
			expect([reason, rows, counts]).toEqual([reason, [], {}]);
			expect(rejects).toEqual([[line, expect.stringMatching(reason)]]);
		}
	});

	test("at a line's end of a gzip is found, which DuckDB's reader accepts", async () => {
		// Flushed after each line, as a program that logs does it.
		const whole = gzipSync("1,2,x\n".repeat(10));
		const gzip = createGzip();
		const chunks: Buffer[] = [];
		gzip.on("data", (chunk) => chunks.push(chunk));
		gzip.write("1,2,x\n".repeat(10));
		await new Promise<void>((resolve) => gzip.flush(() => resolve()));
		expect(
			(await read(Buffer.concat(chunks), numbers, "a.csv.gz")).rejects,
		).toEqual([[null, "the compressed data are cut off"]]);
		expect((await read(whole, numbers, "a.csv.gz")).rows.length).toBe(10);
	});

	test("of a last line that is cut off shows", async () => {
		expect(await read("1,2,x\n1,2")).toMatchObject({
			rows: [[1n, 2, "x"]],
			rejects: [[2, "2 cells where 3 are declared"]],
			notes: ["the last line has no end: the file may be cut off"],
		});
	});
});

describe("a header", () => {
	const named = csv({
		table: "rows",
		header: true,
		delimiter: ";",
		columns: { a: "INTEGER", b: "TIMESTAMP" },
		nulls: ["NA"],
	});

	test("says where columns are, and which are left out", async () => {
		const { rows, rejects, notes } = await read(
			'\uFEFF\n"B";note;a\n2024-05-01;"x;\ny";1\n2024-05-01T12:00:00+02:00;;NA\n2024-02-30;;2\n',
			named,
		);
		expect(rows).toEqual([
			[1, new Date("2024-05-01")],
			[null, new Date("2024-05-01T10:00:00Z")],
		]);
		expect(rejects).toEqual([[6, "b: not a TIMESTAMP: 2024-02-30"]]);
		expect(notes).toEqual(["columns left out: note"]);
	});

	test.each([
		["a;c\n1;2\n", 1, "the header has no b: it has a, c"],
		["a;b;a\n1;2\n", 1, "two columns are named a"],
		["\n\n", null, "no header"],
	])("%j is not the declared one", async (content, line, reason) => {
		expect((await read(content, named)).rejects).toEqual([[line, reason]]);
	});
});

test("times may be written in a declared way", async () => {
	const { rows, rejects } = await read(
		"01/Feb/2024:10:00:00 +0200,20240201 07:30\n01/Feb/2024:10:00:00,20240230 00:00\n",
		csv({
			table: "rows",
			header: false,
			columns: {
				a: { type: "TIMESTAMP NOT NULL", format: "%d/%b/%Y:%H:%M:%S %z" },
				b: { type: "TIMESTAMP", format: "%Y%m%d %H:%M" },
			},
		}),
	);
	expect(rows).toEqual([
		[new Date("2024-02-01T08:00:00Z"), new Date("2024-02-01T07:30:00Z")],
	]);
	expect(rejects).toEqual([
		[
			2,
			"a: not a TIMESTAMP written as %d/%b/%Y:%H:%M:%S %z: 01/Feb/2024:10:00:00; b: not a TIMESTAMP written as %Y%m%d %H:%M: 20240230 00:00",
		],
	]);
});

test("a path that looks like a pattern is a path", async () => {
	const { rows } = await read("1,2,x\n", numbers, "a[1]*.csv");
	expect(rows).toEqual([[1n, 2, "x"]]);
});

describe("whatever the file", () => {
	const random = randomFrom(20_240_501);
	const below = (count: number) => Math.floor(random() * count);
	const pick = <T>(values: readonly T[]) => values[below(values.length)] as T;

	/** A row as text, and whether it is good. */
	function row(newline: string): { text: string; isGood: boolean } {
		const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
		const a = pick(["1", "-20", "3.5", "x", "", '"7"', " 8"]);
		const b = pick(["1", "2.5e3", "", "1,2", "many"]);
		const c = pick([
			"",
			"x",
			"é🚲",
			quoted('a "b"'),
			quoted(`l${newline}l`),
			quoted(","),
		]);
		const text = `${a},${b},${c}${pick(["", "", "", ",extra"])}`;
		// A delimiter after the last cell adds none.
		const hasThreeCells =
			b === "1,2" ? text.endsWith("2,") : !text.endsWith("extra");
		return {
			text,
			isGood:
				["1", "-20", '"7"', " 8"].includes(a) && b !== "many" && hasThreeCells,
		};
	}

	test("each bad row is found on its line, and only these", async () => {
		const texts: Record<string, string> = {};
		const expected: { good: number; bad: number[] }[] = [];
		for (let round = 0; round < 80; round++) {
			const newline = pick(["\n", "\r\n"]);
			let text = pick(["", "\uFEFF"]);
			let line = 1;
			let good = 0;
			const bad: number[] = [];
			for (let index = below(40) + 1; index > 0; index--) {
				const { text: own, isGood } = row(pick(["\n", newline]));
				if (isGood) good += 1;
				else bad.push(line);
				const end = newline.repeat(pick([1, 1, 1, 2]));
				text += own + (index === 1 ? pick(["", end]) : end);
				line += own.split("\n").length - 1 + end.split("\n").length - 1;
			}
			texts[`${round}.csv`] = text;
			expected.push({ good, bad });
		}
		const files = await readAll(texts);
		for (const [index, { rows, rejects, counts }] of files.entries()) {
			const { good, bad } = expected[index] as (typeof expected)[number];
			const found = { good: rows.length, bad: rejects.map(([line]) => line) };
			const text = texts[`${index}.csv`];
			expect({ text, ...found }).toEqual({ text, good, bad });
			expect(counts).toEqual({
				"rows read": good + bad.length,
				"rows kept": good,
				"rows rejected": bad.length,
			});
		}
	});

	test("rows read are rows kept and rejected, or it is rejected whole", async () => {
		const contents: Record<string, Buffer> = {};
		for (let round = 0; round < 150; round++) {
			const newline = pick(["\n", "\r\n", "\r"]);
			const rows = Array.from({ length: below(30) + 1 }, () => row(newline));
			const bytes = damage(
				Buffer.from(rows.map(({ text }) => text).join(newline)),
			);
			if (random() < 0.5) contents[`${round}.csv`] = bytes;
			else contents[`${round}.csv.gz`] = gzipSync(bytes);
		}
		let whole = 0;
		const files = await readAll(contents);
		for (const [index, content] of Object.values(contents).entries()) {
			const { rows, rejects, counts } = files[index] as (typeof files)[number];
			const name = Object.keys(contents)[index] ?? "";
			const text = (
				name.endsWith(".gz") ? gunzipSync(content) : content
			).toString("latin1");
			if (counts["rows read"] === undefined) {
				whole += 1;
				expect([text, rows, rejects.length]).toEqual([text, [], 1]);
				continue;
			}
			expect([text, counts]).toEqual([
				text,
				{
					"rows read": rows.length + rejects.length,
					"rows kept": rows.length,
					"rows rejected": rejects.length,
				},
			]);
			const lines = text.split(/\r\n?|\n/).length;
			for (const [line] of rejects)
				expect(Number(line) >= 1 && Number(line) <= lines).toBe(true);
		}
		expect(whole).toBeGreaterThan(0);
		expect(whole).toBeLessThan(75);
	});

	function damage(bytes: Buffer): Buffer {
		let damaged = Buffer.from(bytes);
		for (let times = below(4); times > 0; times--) {
			const at = below(damaged.length);
			const [before, after] = [damaged.subarray(0, at), damaged.subarray(at)];
			const noise = Buffer.from([
				pick([0x22, 0x0a, 0x0d, 0x2c, 0x20, 0x00, 0xff, 0x41, 0x09, 0x5c]),
			]);
			damaged = Buffer.concat(
				pick([
					[before, noise, after],
					[before, noise, after.subarray(1)],
					[before, after.subarray(1 + below(9))],
					[before],
				]),
			);
			if (damaged.length === 0) return Buffer.from("x");
		}
		return damaged;
	}
});
