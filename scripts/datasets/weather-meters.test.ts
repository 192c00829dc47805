import { describe, expect, test } from "vitest";
import { buildFrom } from "../../tests/support/in-memory-build.ts";
import { zipOf } from "../../tests/support/zip-writer.ts";
import { weather } from "./weather.ts";

async function build(contents: Readonly<Record<string, string | Uint8Array>>) {
	const lake = await buildFrom(weather, contents);
	const readings = await lake.query(`
		SELECT concat_ws(' ', station, module, measure, unit) AS series,
			strftime(ts, '%Y-%m-%dT%H:%M:%SZ') AS at, value
		FROM readings ORDER BY series, ts`);
	lake.close();
	return {
		readings: readings as { series: string; at: string; value: number }[],
		rejects: lake.rejects.map(({ line, reason }) => `${line}: ${reason}`),
		reports: lake.reports,
	};
}

describe("NEM12", () => {
	const HEAD = "100,NEM12,202401150000,MDP1,RETAILER";
	const stream = (suffix: string, minutes: number, unit = "KWH") =>
		`200,NEM1204062,E1B1,1,${suffix},N1,METSER123,${unit},${minutes},20240201`;
	const values = (minutes: number, of = (index: number) => index / 8) =>
		Array.from({ length: 1440 / minutes }, (_, index) => of(index));
	const day = (date: string, cells: readonly unknown[], quality = "A") =>
		`300,${date},${cells.join()},${quality},,,20240115010203,20240115020304`;
	const file = (...lines: string[]) =>
		`${[HEAD, ...lines, "900"].join("\n")}\n`;

	test.each([5, 15, 30])(
		"a day of %i minutes begins at ten hours east of UTC, in summer too",
		async (minutes) => {
			const { readings, rejects } = await build({
				"weather/a.csv": file(
					stream("E1", minutes),
					day("20240113", values(minutes)),
					day("20240713", values(minutes)),
				),
			});
			expect(rejects).toEqual([]);
			const expected = ["2024-01-12", "2024-07-12"].flatMap((evening) =>
				values(minutes).map((value, index) => ({
					series: "NEM1204062 METSER123 E1 kWh",
					at: new Date(
						Date.parse(`${evening}T14:00:00Z`) + index * minutes * 60_000,
					)
						.toISOString()
						.replace(".000Z", "Z"),
					value,
				})),
			);
			expect(readings).toEqual(expected);
		},
	);

	test("400 records tell which intervals have no value; estimates and substitutes have one", async () => {
		const { readings, rejects, reports } = await build({
			"weather/a.csv": file(
				stream("B1", 30, "Wh"),
				day("20240113", values(30), "V"),
				"400,1,20,A,,",
				"400,21,22,N,,",
				"400,23,48,S14,32,",
				"500,O,S01009,20240115120000,",
				stream("Q1", 30, "kvarh"),
				day("20240113", values(30), "E52"),
			),
		});
		expect(rejects).toEqual([]);
		const drawn = readings.filter(({ series }) => series.endsWith("B1 Wh"));
		expect(
			drawn.flatMap(({ value }, index) => (value === null ? [index] : [])),
		).toEqual([20, 21]);
		expect(drawn.at(-1)?.value).toBe(47 / 8);
		expect(readings.at(-1)?.series).toBe("NEM1204062 METSER123 Q1 kvarh");
		expect(reports["weather/a.csv"]?.counts).toMatchObject({
			"estimated or substituted values": 26 + 48,
			values: 94,
		});
	});

	test("a day that does not hold together is rejected, and the others stay", async () => {
		const { readings, rejects } = await build({
			"weather/a.csv": file(
				stream("E1", 30),
				day("20240113", values(15)),
				day("20240114", values(30), "V"),
				"400,1,47,A,,",
				day("20240230", values(30)),
				day("20240116", ["much", ...values(30).slice(1)]),
				day("20240117", values(30), "V"),
				"400,1,49,A,,",
				stream("E2", 30, "furlong"),
				day("20240118", values(30)),
				stream("E3", 7),
				stream("E1", 30),
				day("20240119", values(30)),
			),
		});
		expect(readings).toHaveLength(48);
		expect(readings[0]?.at).toBe("2024-01-18T14:00:00Z");
		expect(rejects).toEqual([
			'3: 48 values and a quality are expected, of 30 minutes each: found "6" as the quality',
			"4: no 400 record tells the quality of interval 48",
			"6: not a date: 20240230",
			"7: not a number: much",
			"8: its 400 record in line 9 is none: 400,1,49,A,,",
			"10: an unknown unit: furlong",
			"11: no 200 record says what it is of",
			"12: an unknown length of intervals: 7 minutes",
		]);
	});

	test("a file that is cut off keeps its whole days and is told, and NEM13 is one error", async () => {
		const whole = file(
			stream("E1", 30),
			day("20240113", values(30)),
			day("20240114", values(30)),
		);
		const { readings, rejects } = await build({
			"weather/a.csv": whole.slice(0, -120),
		});
		expect(readings).toHaveLength(48);
		expect(rejects.map((each) => each.slice(0, 38))).toEqual([
			"4: 48 values and a quality are expecte",
			"4: the file ends without its 900 recor",
		]);
		expect(
			await build({
				"weather/b.csv":
					"100,NEM13,202401150000,MDP1,RETAILER\n250,NEM1204062,11,1,11,,METSER123,E,1\n900\n",
			}),
		).toMatchObject({
			readings: [],
			rejects: ["1: NEM13 is not read: it has no intervals; ask for NEM12"],
		});
	});

	test("it is the same in a zip and with Windows' line ends, and twice is once", async () => {
		const content = file(stream("E1", 30), day("20240113", values(30)));
		const { readings, rejects } = await build({
			"weather/a.csv": content,
			"weather/b.zip": zipOf({
				"c.csv": `\uFEFF${content.replaceAll("\n", "\r\n")}`,
			}),
		});
		expect(readings).toHaveLength(48);
		expect(rejects).toEqual([]);
	});
});

describe("Green Button", () => {
	const POINT = "https://utility.example/espi/RetailCustomer/1/UsagePoint/7";
	const entry = (
		self: string,
		up: string,
		content: string,
		related: readonly string[] = [],
	) => `<entry><id>urn:uuid:${self.length}</id>
<link rel="self" href="${POINT}${self}"/><link rel="up" href="${POINT}${up}"/>
${related.map((href) => `<link rel="related" href="${href}"/>`).join("\n")}
<title type="text">Main St &amp; 1st</title><content>${content}</content>
<published>2024-01-15T00:00:00Z</published><updated>2024-01-15T00:00:00Z</updated></entry>
`;
	const type = (name: string, fields: Readonly<Record<string, number>>) =>
		entry(
			`/ReadingType/${name}`,
			"/ReadingType",
			`<ReadingType xmlns="http://naesb.org/espi">${Object.entries(fields)
				.map(([field, value]) => `<${field}>${value}</${field}>`)
				.join("")}</ReadingType>`,
		);
	const meter = (name: string) =>
		entry(
			`/MeterReading/${name}`,
			"/MeterReading",
			'<MeterReading xmlns="http://naesb.org/espi"/>',
			[
				`${POINT}/ReadingType/${name}`,
				`${POINT}/MeterReading/${name}/IntervalBlock`,
			],
		);
	const block = (name: string, readings: string) =>
		entry(
			`/MeterReading/${name}/IntervalBlock/1`,
			`/MeterReading/${name}/IntervalBlock`,
			`<IntervalBlock xmlns="http://naesb.org/espi"><interval><duration>86400</duration><start>1704067200</start></interval>${readings}</IntervalBlock>`,
		);
	const reading = (start: number, value: number | string, more = "") =>
		`<IntervalReading>${more}<timePeriod><duration>3600</duration><start>${start}</start></timePeriod><value>${value}</value></IntervalReading>`;
	const feed = (...entries: string[]) =>
		`<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n<id>urn:uuid:1</id><title>Usage</title>\n${entries.join("")}</feed>\n`;
	const DRAWN = {
		accumulationBehaviour: 4,
		commodity: 1,
		currency: 840,
		flowDirection: 1,
		intervalLength: 3600,
		powerOfTenMultiplier: -3,
		uom: 72,
	};
	const EXPECTED = [
		["7 electricity delivered Wh", "2024-11-03T08:00:00Z", 1.234],
		["7 electricity delivered Wh", "2024-11-03T09:00:00Z", 2.345],
		["7 electricity received Wh", "2024-11-03T08:00:00Z", 5e6],
	];
	const rows = ({ readings }: Awaited<ReturnType<typeof build>>) =>
		readings.map(({ series, at, value }) => [
			series.replace("file ", ""),
			at,
			value,
		]);
	const PARTS = [
		type("1", DRAWN),
		type("2", { ...DRAWN, flowDirection: 19, powerOfTenMultiplier: 6 }),
		meter("1"),
		meter("2"),
		// The hour that comes twice on the clocks of Los Angeles.
		block("1", reading(1730620800, 1234) + reading(1730624400, 2345)),
		block("2", reading(1730620800, 5)),
	];

	test("values are in their unit, multiplied, at their seconds, whatever the order and the prefixes", async () => {
		const plain = feed(...PARTS);
		const prefixed = plain
			.replaceAll(
				/<(\/?)(?=[A-Z]|timePeriod|start|value|duration|uom|power|flow)/g,
				"<$1espi:",
			)
			.replaceAll(/<(\/?)(feed|entry|link|content)\b/g, "<$1atom:$2")
			.replace('xmlns="', 'xmlns:espi="http://naesb.org/espi" xmlns:atom="');
		for (const content of [plain, prefixed, feed(...PARTS.toReversed())]) {
			const found = await build({ "weather/file.xml": content });
			expect(found.rejects).toEqual([]);
			expect(rows(found)).toEqual(EXPECTED);
		}
	});

	test("costs are a measure in their currency, and questionable values have none", async () => {
		const quality = "<ReadingQuality><quality>10</quality></ReadingQuality>";
		const parts = [
			meter("1"),
			block(
				"1",
				reading(1704067200, 1000, "<cost>12345</cost>") +
					reading(1704070800, 2000, quality),
			),
		];
		const found = await build({
			"weather/file.xml": feed(type("1", DRAWN), ...parts),
		});
		expect(found.rejects).toEqual([]);
		expect(rows(found)).toEqual([
			["7 electricity delivered Wh", "2024-01-01T00:00:00Z", 1],
			["7 electricity delivered Wh", "2024-01-01T01:00:00Z", null],
			["7 electricity delivered cost USD", "2024-01-01T00:00:00Z", 0.12345],
		]);
		const { currency, ...untold } = DRAWN;
		const without = await build({
			"weather/file.xml": feed(type("1", untold), ...parts),
		});
		expect(currency).toBe(840);
		expect(without.readings).toHaveLength(2);
		expect(without.reports["weather/file.xml"]?.notes).toEqual([
			"costs left out: their currency is not told, or not known",
		]);
	});

	test("gas and days are measures of their own", async () => {
		const found = await build({
			"weather/file.xml": feed(
				type("1", { commodity: 7, intervalLength: 86400, uom: 169 }),
				meter("1"),
				block("1", reading(1704067200, 3)),
			),
		});
		expect(rows(found)).toEqual([
			["7 gas daily therm", "2024-01-01T00:00:00Z", 3],
		]);
	});

	test("what is in no known unit, at no time or no number is rejected with its line", async () => {
		const found = await build({
			"weather/file.xml": feed(
				type("1", { ...DRAWN, uom: 255 }),
				type("2", DRAWN),
				meter("1"),
				meter("2"),
				meter("3"),
				block("1", reading(1704067200, 1)),
				block("2", reading(1704067200, "1.5e") + reading(1704070800, 7)),
				block("3", reading(1704067200, 1)),
			),
		});
		expect(rows(found)).toEqual([
			["7 electricity delivered Wh", "2024-01-01T01:00:00Z", 0.007],
		]);
		expect(found.rejects.map((each) => each.replace(/^\d+: /, ""))).toEqual([
			"a unit that is not known: 255",
			"not a whole number: 1.5e",
			"no reading type says in which unit it is",
		]);
	});

	test("a feed without readings, one that is cut off and another XML are one error each", async () => {
		const whole = feed(...PARTS);
		const { readings, rejects } = await build({
			"weather/a.xml": feed(type("1", DRAWN)),
			"weather/b.xml": whole.slice(0, -100),
			"weather/c.xml": "<gpx/>",
		});
		expect(readings).toEqual([]);
		expect(rejects).toEqual([
			"null: no interval readings: this is no Green Button download of usage",
			expect.stringContaining("the file ends in the middle"),
			"1: the root element is <gpx>, not <feed>",
		]);
	});
});
