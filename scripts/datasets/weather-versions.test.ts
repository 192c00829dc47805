import { describe, expect, test } from "vitest";
import { randomFrom } from "../../src/lib/random.ts";
import { buildFrom } from "../../tests/support/in-memory-build.ts";
import { shuffled } from "../../tests/support/shuffled.ts";
import { weather } from "./weather.ts";

/** Readings and rejects as text, sorted, with counts that balance. */
async function build(
	contents: Readonly<Record<string, string>>,
	random: () => number = () => 0,
) {
	const lake = await buildFrom(weather, contents, (files) =>
		shuffled(files, random),
	);
	const rows = await lake.query(`
		SELECT concat_ws(' ', station, module, measure, unit,
			strftime(ts, '%Y-%m-%dT%H:%M'), coalesce(value::VARCHAR, 'null')) AS text
		FROM readings ORDER BY text`);
	lake.close();
	const count = (name: string) =>
		(lake.counts[name] ?? 0) +
		Object.values(lake.reports).reduce(
			(sum, { counts }) => sum + (counts[name] ?? 0),
			0,
		);
	const { read, kept, rejected, duplicates } = weather.balance;
	const sum = (names: readonly string[]) =>
		names.reduce((total, name) => total + count(name), 0);
	expect(sum(read)).toBe(sum(kept) + sum(rejected) + sum(duplicates));
	return {
		readings: rows.map(({ text }) => text),
		rejects: lake.rejects
			.map(({ file, line, reason }) => `${file}:${line} ${reason}`)
			.sort(),
	};
}

/** Both orders in which two files can arrive. */
async function inBothOrders(contents: Readonly<Record<string, string>>) {
	const one = await build(contents);
	const other = await build(contents, randomFrom(1));
	expect(other).toEqual(one);
	return one;
}

const dayOfNem = (values: string, updated: string, quality = "A") =>
	`100,NEM12,202401150000,MDP1,RETAILER
200,NEM1204062,E1B1,1,E1,N1,METSER123,KWH,30,20240201
300,20240113,${[values, ...Array(47).fill("1")].join()},${quality},,,${updated},
900
`;

const feed = (updated: string, value: number) =>
	`<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">
<entry><link rel="self" href="/UsagePoint/7/ReadingType/1"/><content><espi:ReadingType><espi:commodity>1</espi:commodity><espi:flowDirection>1</espi:flowDirection><espi:uom>72</espi:uom></espi:ReadingType></content><updated>2030-01-01T00:00:00Z</updated></entry>
<entry><link rel="self" href="/UsagePoint/7/MeterReading/1/IntervalBlock/1"/><link rel="up" href="/UsagePoint/7/MeterReading/1/IntervalBlock"/>
<content><espi:IntervalBlock><espi:IntervalReading><espi:timePeriod><espi:duration>3600</espi:duration><espi:start>1704067200</espi:start></espi:timePeriod><espi:value>${value}</espi:value></espi:IntervalReading></espi:IntervalBlock></content>
<published>2024-01-02T00:00:00Z</published><updated>${updated}</updated></entry>
</feed>
`;

const dwd = (level: number, other: number, temperature: number) =>
	`STATIONS_ID;MESS_DATUM;QN_3;  FM;QN_4; TMK;eor
44;20240113;${level};3.5;${other};${temperature};eor
`;

const isd = (type: string, control: string, temperature: string) =>
	`"STATION","DATE","SOURCE","REPORT_TYPE","QUALITY_CONTROL","WND","TMP"
"72503014732","2024-01-13T12:00:00","4","${type}","${control}","270,1,N,0031,1","${temperature}"
`;

/** A table of one row; `name` is the column that says how new it is. */
const table = (name: string) => (version: string, value: number) =>
	`time,temperature [°C],${name}\n2024-01-13T12:00:00Z,${value},${version}\n`;

describe("of two versions of a reading the newer counts, whichever comes first", () => {
	test.each<readonly string[]>([
		[
			"NEM12, by when a day was updated",
			dayOfNem("1.5", "20240115010203", "E52"),
			dayOfNem("2.5", "20240117010203"),
			"NEM1204062 METSER123 E1 kWh 2024-01-12T14:00 2.5",
			"1.5 kWh of 2024-01-14 15:02:03 here, 2.5 kWh of 2024-01-16 15:02:03",
		],
		[
			"NEM12 without such a time, what was measured",
			dayOfNem("1.5", "", "S14"),
			dayOfNem("2.5", ""),
			"NEM1204062 METSER123 E1 kWh 2024-01-12T14:00 2.5",
			"1.5 kWh of version 1 here, 2.5 kWh of version 3",
		],
		[
			"Green Button, by when its entry was updated",
			feed("2024-01-02T00:00:00Z", 900),
			feed("2024-02-01T00:00:00-08:00", 1000),
			"s 7 electricity delivered Wh 2024-01-01T00:00 1000.0",
			"900.0 Wh of 2024-01-02 00:00:00 here, 1000.0 Wh of 2024-02-01 08:00:00",
		],
		[
			"DWD, by the level before the column",
			dwd(10, 3, 1.5),
			dwd(3, 10, 2.5),
			"44 TMK 2024-01-13T00:00 2.5",
			"1.5 of version 3 here, 2.5 of version 10",
		],
		[
			"ISD, by how well a report was checked",
			isd("SY-MT", "V020", "+0015,1"),
			isd("FM-15", "V030", "+0025,1"),
			"72503014732 air_temperature °C 2024-01-13T12:00 2.5",
			"1.5 °C of version 23 here, 2.5 °C of version 31",
		],
		[
			"ISD, by the kind of report",
			isd("FM-15", "V020", "+0015,1"),
			isd("FM-12", "V020", "+0025,1"),
			"72503014732 air_temperature °C 2024-01-13T12:00 2.5",
			"1.5 °C of version 21 here, 2.5 °C of version 22",
		],
		...[
			["updated_at", "2024-01-14T00:00:00Z", "2024-01-15T00:00:00Z"],
			["UpdateTime(UTC)", "2024-01-14 00:00:00", "2024-01-15 00:00:00"],
			["lastModified", "1705190400", "1705276800"],
			["Date of Last Change", "2024-01-14", "2024-01-15"],
			["modified", "14/01/2024 00:00", "15/01/2024 00:00"],
		].map(([name = "", older = "", newer = ""]) => [
			`a column ${name}`,
			table(name)(older, 1.5),
			table(name)(newer, 2.5),
			"s temperature °C 2024-01-13T12:00 2.5",
			"1.5 °C of 2024-01-14 00:00:00 here, 2.5 °C of 2024-01-15 00:00:00",
		]),
		...["version", "Revision", "rev_no"].map((name) => [
			`a column ${name}`,
			table(name)("9", 1.5),
			table(name)("v10", 2.5),
			"s temperature °C 2024-01-13T12:00 2.5",
			"1.5 °C of version 9 here, 2.5 °C of version 10",
		]),
	])("%s", async (_, older = "", newer = "", reading = "", reason = "") => {
		const ending = older.startsWith("<") ? "xml" : "csv";
		for (const [first, second] of [
			["a", "b"],
			["b", "a"],
		] as const) {
			const { readings, rejects } = await inBothOrders({
				[`weather/s/${first}.${ending}`]: older,
				[`weather/s/${second}.${ending}`]: newer,
			});
			expect(readings).toContain(reading);
			expect(rejects).toEqual([
				expect.stringContaining(
					`replaced: ${reason} in weather/s/${second}.${ending} line`,
				),
			]);
			expect(rejects[0]).toContain(`weather/s/${first}.${ending}:`);
		}
	});
});

test("whatever copies there are, the newest of each kind count, and contradict each other where they differ", async () => {
	const random = randomFrom(20_240_113);
	const pick = <T>(values: readonly T[]) =>
		values[Math.floor(random() * values.length)] as T;
	interface Copy {
		readonly file: string;
		readonly line: number;
		readonly day: number;
		readonly kind: "updated_at" | "version" | null;
		readonly version: number;
		readonly cell: string;
	}
	const copies: Copy[] = [];
	const contents: Record<string, string> = {};
	for (let index = 0; index < 12; index++) {
		const kind = pick(["updated_at", "updated_at", "version", null] as const);
		const file = `weather/s/${index}.csv`;
		const lines = [`time,t${kind === null ? "" : `,${kind}`}`];
		for (let row = 0; row < 60; row++) {
			const day = 1 + Math.floor(random() * 200);
			const version = 1 + Math.floor(random() * 4);
			const cell = pick(["1", "1", "2", "", "NA"]);
			const text =
				kind === "version" ? version : `2030-01-0${version}T00:00:00Z`;
			const time = new Date(Date.UTC(2024, 0, day)).toISOString();
			lines.push(`${time},${cell}${kind === null ? "" : `,${text}`}`);
			copies.push({ file, line: lines.length, day, kind, version, cell });
		}
		contents[file] = `${lines.join("\n")}\n`;
	}
	const expected: string[] = [];
	const lost: string[] = [];
	let clashes = 0;
	for (const own of Map.groupBy(copies, ({ day }) => day).values()) {
		const kindOf = (copy: Copy) => (copy.cell === "" ? null : copy.kind);
		const isCurrent = (copy: Copy) =>
			kindOf(copy) === null ||
			!own.some(
				(other) =>
					kindOf(other) === kindOf(copy) && other.version > copy.version,
			);
		const isNumber = ({ cell }: Copy) => cell === "1" || cell === "2";
		const saying = own.filter((copy) => isCurrent(copy) && isNumber(copy));
		const values = new Set(saying.map(({ cell }) => cell));
		const [value = null] = values;
		const isClash = values.size > 1;
		if (isClash) clashes += 1;
		const time = new Date(Date.UTC(2024, 0, own[0]?.day)).toISOString();
		if (!isClash)
			expected.push(
				`s t ${time.slice(0, 16)} ${value === null ? "null" : `${value}.0`}`,
			);
		for (const copy of own)
			if (isNumber(copy) && (isClash || copy.cell !== value))
				lost.push(
					`${copy.file}:${copy.line} ${isCurrent(copy) ? "conflict" : "replaced"}`,
				);
	}
	expect(clashes).toBeGreaterThan(10);
	expect(lost.length - clashes).toBeGreaterThan(50);
	const { readings, rejects } = await build(contents, random);
	expect(readings).toEqual(expected.sort());
	expect(rejects.map((text) => text.replace(/:(?= ).*$/s, ""))).toEqual(
		lost.sort(),
	);
});

test("what a newer version says has no value has none, and one that says nothing changes nothing", async () => {
	const older = "time,t,u,updated_at\n2024-01-13,1,1,2024-01-14\n";
	expect(
		await inBothOrders({
			"weather/s/a.csv": older,
			"weather/s/b.csv": "time,t,u,updated_at\n2024-01-13,-999,,2024-01-15\n",
		}),
	).toEqual({
		readings: ["s t 2024-01-13T00:00 null", "s u 2024-01-13T00:00 1.0"],
		rejects: [
			"weather/s/a.csv:2 replaced: 1.0 of 2024-01-14 00:00:00 here, no value of 2024-01-15 00:00:00 in weather/s/b.csv line 2",
		],
	});
});

test("a time of change is no time of a reading, and what was corrected is a measure", async () => {
	const { readings, rejects } = await build({
		"weather/a.csv":
			"updated_at,update_date,when,raw,corrected,revised value\n2024-02-01,2024-02-02,2024-01-13T12:00Z,1,2,3\n",
		"weather/b.csv": "last_updated,t\n2024-01-13T12:00Z,1\n",
	});
	expect(rejects).toEqual([]);
	expect(readings).toEqual([
		"a corrected 2024-01-13T12:00 2.0",
		"a raw 2024-01-13T12:00 1.0",
		"a revised value 2024-01-13T12:00 3.0",
		"b t 2024-01-13T12:00 1.0",
	]);
});
