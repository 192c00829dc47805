import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readFrom } from "../../../tests/support/declared-files.ts";
import { zipOf } from "../../../tests/support/zip-writer.ts";
import { csv } from "./csv.ts";
import { jsonLines } from "./json-lines.ts";
import { logLines } from "./log-lines.ts";

async function read(
	format: Parameters<typeof readFrom>[0],
	name: string,
	content: string | Uint8Array,
) {
	const lake = await readFrom(format, { [name]: content });
	const rows = await lake.query("SELECT * EXCLUDE (file_index) FROM rows");
	lake.close();
	return {
		rows: rows.map((row) => Object.values(row)),
		rejects: lake.rejects.map(({ line, reason }) => [line, reason]),
		...lake.reports[name],
	};
}

describe("lines of a log", () => {
	const log = logLines({
		table: "rows",
		pattern:
			/(?<client>\S+) \S+ \[(?<ts>[^\]]+)\] "(?<request>(?:[^"\\]|\\.)*)" (?<status>\d{3}) (?<bytes>\d+|-)/,
		columns: {
			client: "VARCHAR NOT NULL",
			ts: { type: "TIMESTAMP NOT NULL", format: "%d/%b/%Y:%H:%M:%S %z" },
			request: "VARCHAR",
			status: "INTEGER NOT NULL",
			bytes: "BIGINT",
		},
	});
	const good = `10.0.0.1 - [01/May/2024:12:00:00 +0200] "GET /a,\\"b" 200 -`;
	const time = new Date("2024-05-01T10:00:00Z");

	test("are taken apart, and those of another form rejected", async () => {
		const { rows, rejects, counts } = await read(
			log,
			"access.log.1.gz",
			gzipSync(
				`${good}\n\nnonsense\n10.0.0.2 - [31/Feb/2024:12:00:00 +0200] "" 404 7\r\n${good} trailing\n${good.slice(0, -3)}`,
			),
		);
		expect(rows).toEqual([["10.0.0.1", time, 'GET /a,\\"b', 200, null]]);
		const form = "not a line of the declared form";
		expect(rejects).toEqual([
			[3, form],
			[
				4,
				"ts: not a TIMESTAMP written as %d/%b/%Y:%H:%M:%S %z: 31/Feb/2024:12:00:00 +0200",
			],
			[5, form],
			[6, form],
		]);
		expect(counts).toEqual({
			"rows read": 5,
			"rows kept": 1,
			"rows rejected": 4,
		});
	});

	test("need a group for each column", () => {
		expect(() =>
			logLines({ table: "t", pattern: /(?<a>.)/, columns: { b: "VARCHAR" } }),
		).toThrow("no group for the column: b");
		expect(() =>
			logLines({
				table: "t",
				pattern: /(?<a>.)(.)/,
				columns: { a: "VARCHAR" },
			}),
		).toThrow("without a name");
	});
});

test("objects of JSON Lines are read, and what is none of them rejected", async () => {
	const { rows, rejects, counts } = await read(
		jsonLines({
			table: "rows",
			columns: {
				id: "BIGINT NOT NULL",
				"it's": "VARCHAR",
				user: "VARCHAR",
				ts: "TIMESTAMP",
			},
			paths: { user: "$.user.name" },
		}),
		"a.jsonl",
		`{"id":1,"it's":{"a":[1]},"user":{"name":"x"},"ts":"2024-05-01T00:00:00Z"}\n\n{"id":1.5}\n{"it's":"y"}\n[1]\n{"id":2,"user":"\n{"id":3}\n{"id":4`,
	);
	expect(rows).toEqual([
		[1n, '{"a":[1]}', "x", new Date("2024-05-01")],
		[3n, null, null, null],
	]);
	expect(rejects).toEqual([
		[3, "id: not a BIGINT: 1.5"],
		[4, "id: no value"],
		[5, "not an object of JSON"],
		[6, "not an object of JSON"],
		[8, "not an object of JSON"],
	]);
	expect(counts).toEqual({
		"rows read": 7,
		"rows kept": 2,
		"rows rejected": 5,
	});
});

describe("a zip", () => {
	const format = csv({
		table: "rows",
		header: false,
		columns: { a: "BIGINT NOT NULL", b: "VARCHAR" },
		path: "path",
	});
	const entries = {
		"2024/a.csv": "1,x\ny,2\n",
		"read me.txt": "hello",
		"b.csv": `3,"u\nv"\n4\n`,
	};

	test("gives the rows of all its entries of the dataset's kind", async () => {
		const { rows, rejects, counts, notes } = await read(
			format,
			"a.ZIP",
			zipOf(entries),
		);
		expect(rows).toEqual([
			[1n, "x", "a.ZIP/2024/a.csv"],
			[3n, "u\nv", "a.ZIP/b.csv"],
		]);
		expect(rejects).toEqual([
			[2, "a: not a BIGINT: y (in 2024/a.csv)"],
			[3, "1 cell where 2 are declared (in b.csv)"],
		]);
		expect(counts).toEqual({
			"rows read": 4,
			"rows kept": 2,
			"rows rejected": 2,
		});
		expect(notes).toEqual([
			"left out of the zip: 1 of other kinds, such as read me.txt",
		]);
	});

	test("that is damaged, encrypted, hostile or empty is rejected whole", async () => {
		const whole = zipOf(entries);
		const noise = randomBytes(64).toString("hex");
		const stored = zipOf({ "a.csv": `1,${noise}\n` }, { isStored: true });
		const flipped = Buffer.from(stored);
		flipped[stored.indexOf(noise)] = "x".charCodeAt(0);
		const packed = zipOf({ "a.csv": `1,${noise}\n` });
		const broken = Buffer.from(packed);
		broken.fill(0xff, 40, 50);
		for (const [content, reason] of [
			[whole.subarray(0, whole.length - 30), "not a whole zip"],
			[whole.subarray(20), "zip"],
			[
				"no zip at all, and longer than an end of central directory",
				"not a whole zip",
			],
			[flipped, "the zip is damaged (in a.csv): its checksum is another"],
			[broken, "the zip is damaged (in a.csv)"],
			[
				zipOf({ "a.csv": "1,x\n" }, { isEncrypted: true }),
				"the zip is encrypted (in a.csv)",
			],
			[zipOf({ "../a.csv": "1,x\n" }), "invalid relative path"],
			[zipOf({ "/etc/a.csv": "1,x\n" }), "absolute path"],
			[
				zipOf({ "a.txt": "1,x\n" }),
				"the zip holds no file of this dataset's kind",
			],
			[zipOf({}), "the zip holds no file of this dataset's kind"],
			["", "the file is empty"],
		] as const) {
			const { rows, rejects, counts } = await read(format, "a.zip", content);
			expect([reason, rows, counts]).toEqual([reason, [], {}]);
			expect(rejects).toEqual([[null, expect.stringContaining(reason)]]);
		}
	});

	test("may be zip64", async () => {
		const { rows } = await read(
			format,
			"a.zip",
			zipOf({ "a.csv": "1,x\n" }, { isZip64: true }),
		);
		expect(rows).toEqual([[1n, "x", "a.zip/a.csv"]]);
	});
});
