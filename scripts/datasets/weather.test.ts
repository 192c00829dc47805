import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
	buildFrom,
	buildInMemory,
} from "../../tests/support/in-memory-build.ts";
import {
	missingSharedData,
	sharedFiles,
} from "../../tests/support/shared-data.ts";
import { weather } from "./weather.ts";

/** Readings as text, one a line: `station/module/measure [unit] time value`. */
async function readingsOf(contents: Record<string, string | Uint8Array>) {
	const lake = await buildFrom(weather, contents);
	const rows = await lake.query(`
		SELECT concat(station, '/', coalesce(module, '-'), '/', measure,
			coalesce(' [' || unit || ']', ''), ' ', strftime(ts, '%Y-%m-%dT%H:%M:%S'), ' ',
			coalesce(value::VARCHAR, 'null')) AS text
		FROM readings ORDER BY text`);
	lake.close();
	return { readings: rows.map((row) => row.text), lake };
}

describe("columns", () => {
	test("wide: every column of numbers is a measure, its unit in brackets", async () => {
		const { readings, lake } = await readingsOf({
			"weather/bedford/2019.csv":
				"datetime,air_temperature [degC],wind (m/s),weather,lat\n2019-01-01 00:00:00,8.2,3,rain,52.1\n",
		});
		expect(readings).toEqual([
			"bedford/-/air_temperature [degC] 2019-01-01T00:00:00 8.2",
			"bedford/-/wind [m/s] 2019-01-01T00:00:00 3.0",
		]);
		expect(lake.rejects).toEqual([]);
		expect(lake.reports["weather/bedford/2019.csv"]).toEqual({
			counts: {
				"rows read": 1,
				values: 2,
				"readings read": 2,
				"readings of rejected files": 0,
			},
			notes: [
				"columns left out: weather, lat",
				"times without a zone are taken as UTC",
			],
		});
	});

	test("long: a column names the measure, another holds its value", async () => {
		const { readings, lake } = await readingsOf({
			"weather/a.csv":
				"station,sensor,time,variable,value,unit\nS,roof,2019-01-01T01:00:00+01:00,temperature,-2.5,degC\nS,,2019-01-01T00:00:00Z,rain [mm],0,\n,,2019-01-01T00:00:00Z,,0,\n",
		});
		expect(readings).toEqual([
			"S/-/rain [mm] 2019-01-01T00:00:00 0.0",
			"S/roof/temperature [degC] 2019-01-01T00:00:00 -2.5",
		]);
		expect(lake.rejects).toMatchObject([
			{ line: 4, reason: expect.stringContaining("no measure") },
		]);
	});

	test("long: the cells of a column `name` name the column of the value", async () => {
		const { readings, lake } = await readingsOf({
			"weather/netatmo.csv":
				"name,time,temperature,seriesA,seriesB\nTemperature,2016-02-10T11:00:00Z,1.7,1.7,\n,2016-02-10T12:00:00Z,1.9,,1.9\n",
		});
		expect(readings).toEqual([
			"netatmo/-/temperature 2016-02-10T11:00:00 1.7",
			"netatmo/-/temperature 2016-02-10T12:00:00 1.9",
		]);
		expect(lake.reports["weather/netatmo.csv"]?.notes).toEqual([
			"columns left out: name, seriesA, seriesB",
		]);
	});

	test("the header may stand behind a preamble, which is noted", async () => {
		const { readings, lake } = await readingsOf({
			"weather/a.csv":
				"Station: Foo, exported\nExport date,2024-05-01\n\n# comment\nTimestamp;Temp [°C]\n2024-01-01;21,5\n",
			"weather/b.csv": "sep=;\r\nt;u\r\n1;2024-01-01 10:00\r\n",
		});
		expect(readings).toEqual([
			"a/-/Temp [°C] 2024-01-01T00:00:00 21.5",
			"b/-/t 2024-01-01T10:00:00 1.0",
		]);
		expect(lake.rejects).toEqual([]);
		expect(lake.reports["weather/a.csv"]?.notes).toEqual([
			"lines before the header left out: Station: Foo, exported / Export date,2024-05-01",
			"times without a zone are taken as UTC",
		]);
	});

	test("where no name says time, the first column that holds times does", async () => {
		const { readings, lake } = await readingsOf({
			"weather/a.csv":
				"n;Messung;T (°C)\n7;01.02.2024 13:05;1,5\n8;29.02.2024 9:05;-2\n",
			"weather/b.csv": "Datum;Uhrzeit;T\n01.02.2024;13:05;1\n",
			"weather/c.csv": ",t\n2024-02-01,1\n",
		});
		expect(readings).toEqual([
			"a/-/T [°C] 2024-02-01T13:05:00 1.5",
			"a/-/T [°C] 2024-02-29T09:05:00 -2.0",
			"a/-/n 2024-02-01T13:05:00 7.0",
			"a/-/n 2024-02-29T09:05:00 8.0",
			"b/-/T 2024-02-01T13:05:00 1.0",
			"c/-/t 2024-02-01T00:00:00 1.0",
		]);
		expect(lake.rejects).toEqual([]);
	});

	test("in dates with slashes a day above 12 tells days and months apart, for its file", async () => {
		const { readings, lake } = await readingsOf({
			"weather/day.csv": "time,t\n01/02/2024 10:00,1\n13/02/2024 1:05 PM,2\n",
			"weather/month.csv":
				"Date,Time,t\n1/2/2024,10:00,1\n2/13/2024,1:05 PM,2\n",
			"weather/neither.csv": "time,t\n01/02/2024 10:00,1\n",
			"weather/torn.csv": "time,t\n13/02/2024,1\n02/13/2024,1\n",
		});
		expect(readings).toEqual([
			"day/-/t 2024-02-01T10:00:00 1.0",
			"day/-/t 2024-02-13T13:05:00 2.0",
			"month/-/t 2024-01-02T10:00:00 1.0",
			"month/-/t 2024-02-13T13:05:00 2.0",
		]);
		expect(lake.rejects.map(({ file, line }) => `${file}:${line}`)).toEqual([
			"weather/neither.csv:2",
			"weather/torn.csv:3",
		]);
		for (const { reason } of lake.rejects)
			expect(reason).toMatch(
				/^its dates.*: write them (?:all )?as 2024-01-31$/,
			);
	});

	test("years of two digits are of the last century from 69 on", async () => {
		const { readings, lake } = await readingsOf({
			"weather/a.csv": "date,t\n12/30/99,1\n12/31/69,2\n1/1/00,3\n12/31/68,4\n",
			"weather/b.csv": "date,t\n99-12-30,1\n99-12-31,2\n",
		});
		expect(readings).toEqual([
			"a/-/t 1969-12-31T00:00:00 2.0",
			"a/-/t 1999-12-30T00:00:00 1.0",
			"a/-/t 2000-01-01T00:00:00 3.0",
			"a/-/t 2068-12-31T00:00:00 4.0",
			"b/-/t 1999-12-30T00:00:00 1.0",
			"b/-/t 1999-12-31T00:00:00 2.0",
		]);
		expect(lake.rejects).toEqual([]);
	});

	test("rows of blank cells are blank lines, and blank cells behind the last column none", async () => {
		const { readings, lake } = await readingsOf({
			"weather/a.csv":
				"time,t\n2024-01-01,1,\n,\n , ,,\n2024-01-02,2,,\n2024-01-03,3,x\n,4\n",
		});
		expect(readings).toEqual([
			"a/-/t 2024-01-01T00:00:00 1.0",
			"a/-/t 2024-01-02T00:00:00 2.0",
		]);
		expect(lake.rejects).toMatchObject([
			{ line: 6, reason: "3 cells where the header has 2" },
			{ line: 7, reason: "no time" },
		]);
		expect(lake.reports["weather/a.csv"]?.counts).toMatchObject({
			"rows read": 4,
			"rows rejected": 2,
			values: 2,
		});
	});

	test("measures that share a name are told apart by what stands behind it", async () => {
		const { readings, lake } = await readingsOf({
			"weather/a.csv":
				"time,Temperature (°C),Temperature (°F),u [%]\n2019-01-01Z,10,50,7\n",
			"weather/b.csv": "time,Temp (min),Temp (max)\n2019-01-01Z,1,9\n",
			"weather/c.csv": "time,Sun (min),Sun (s)\n2019-01-01Z,1,60\n",
			"weather/d.csv":
				'"Date Time","Temp, °C (LGR S/N: 1, SEN S/N: 2)","Temp, °C (LGR S/N: 1, SEN S/N: 3)"\n2019-01-01Z,1,2\n',
		});
		expect(readings).toEqual([
			"a/-/Temperature (°C) [°C] 2019-01-01T00:00:00 10.0",
			"a/-/Temperature (°F) [°F] 2019-01-01T00:00:00 50.0",
			"a/-/u [%] 2019-01-01T00:00:00 7.0",
			"b/-/Temp (max) 2019-01-01T00:00:00 9.0",
			"b/-/Temp (min) 2019-01-01T00:00:00 1.0",
			"c/-/Sun (min) [min] 2019-01-01T00:00:00 1.0",
			"c/-/Sun (s) [s] 2019-01-01T00:00:00 60.0",
			"d/-/Temp, °C (LGR S/N: 1, SEN S/N: 2) [°C] 2019-01-01T00:00:00 1.0",
			"d/-/Temp, °C (LGR S/N: 1, SEN S/N: 3) [°C] 2019-01-01T00:00:00 2.0",
		]);
		expect(lake.rejects).toEqual([]);
	});

	test("a column `name` that names no other column names the station", async () => {
		const { readings } = await readingsOf({
			"weather/x.csv":
				"name,datetime,temp\nOslo,2019-01-01Z,1\nBergen,2019-01-01Z,2\n",
		});
		expect(readings).toEqual([
			"Bergen/-/temp 2019-01-01T00:00:00 2.0",
			"Oslo/-/temp 2019-01-01T00:00:00 1.0",
		]);
	});

	test("the station is a column's, else the folder's, else the file's name", async () => {
		const csv = "time,t\n2019-01-01,1\n";
		const { readings } = await readingsOf({
			"weather/file.name.csv": csv,
			"weather/packed.csv.gz": gzipSync(csv),
			"weather/folder/deep/x.tsv": csv.replaceAll(",", "\t"),
			"weather/folder/y.csv": "time,t,location\n2019-01-01,1,Column\n",
		});
		expect(readings).toEqual([
			"Column/-/t 2019-01-01T00:00:00 1.0",
			"file.name/-/t 2019-01-01T00:00:00 1.0",
			"folder/-/t 2019-01-01T00:00:00 1.0",
			"packed/-/t 2019-01-01T00:00:00 1.0",
		]);
	});

	test.each([
		["comma", "Date,Time,t\n2019-01-01,9:30,1.5\n"],
		["semicolon", "date;time;t\n2019-01-01;09:30:00;1,5\n"],
		["tab", "date\ttime\tt\n2019-01-01\t9:30\t1,5\n"],
		["quotes", '"date","time","t"\r\n"2019-01-01","9:30","1.5"\r\n'],
		["mark", "\uFEFFtime,t\n2019-01-01T09:30Z,1.5\n"],
		["comments", "# of a logger; a; b\n\ntime,t\n2019-01-01T09:30Z, 1.5 \n"],
		["seconds", "ts,t\n1546335000,1.5"],
		["milliseconds", "timestamp,t\n1546335000000,1.5"],
		["other words", "observation date,t\n2019/01/01 09:30,1.5"],
	])("%s", async (_, content) => {
		const { readings, lake } = await readingsOf({ "weather/s.csv": content });
		expect(lake.rejects).toEqual([]);
		expect(readings).toEqual(["s/-/t 2019-01-01T09:30:00 1.5"]);
	});
});

describe("cells without a value are readings without one", () => {
	test("a typographic minus is one, beside whatever sign of decimals and thousands", async () => {
		const { readings, lake } = await readingsOf({
			"weather/a.csv": "time,t\n2019-01-01Z,\u22123.2\n2019-01-02Z,8\n",
			"weather/b.csv":
				"time;t;u\n2019-01-01Z;\u22123,2;\u22121.234\n2019-01-02Z;\u22121 234,5;\u22120\n",
			"weather/c.csv":
				'time,t,air_quality_index\n2019-01-01Z,"\u22123,2",\u22121.5\n',
		});
		expect(readings).toEqual([
			"a/-/t 2019-01-01T00:00:00 -3.2",
			"a/-/t 2019-01-02T00:00:00 8.0",
			"b/-/t 2019-01-01T00:00:00 -3.2",
			"b/-/t 2019-01-02T00:00:00 -1234.5",
			"b/-/u 2019-01-01T00:00:00 -1234.0",
			"b/-/u 2019-01-02T00:00:00 0.0",
			"c/-/air_quality_index 2019-01-01T00:00:00 -1.5",
			"c/-/t 2019-01-01T00:00:00 -3.2",
		]);
		expect(lake.rejects).toEqual([]);
	});

	test("blanks and words", async () => {
		const { readings, lake } = await readingsOf({
			"weather/s.csv":
				"time,t,u\n2019-01-01Z,1,\n2019-01-02Z,DIFF,2\n2019-01-03Z,NaN,2\n2019-01-04Z,4,1e999\n2019-01-05Z,5,-0\n",
		});
		expect(readings).toEqual([
			"s/-/t 2019-01-01T00:00:00 1.0",
			"s/-/t 2019-01-02T00:00:00 null",
			"s/-/t 2019-01-03T00:00:00 null",
			"s/-/t 2019-01-04T00:00:00 4.0",
			"s/-/t 2019-01-05T00:00:00 5.0",
			"s/-/u 2019-01-01T00:00:00 null",
			"s/-/u 2019-01-02T00:00:00 2.0",
			"s/-/u 2019-01-03T00:00:00 2.0",
			"s/-/u 2019-01-04T00:00:00 null",
			"s/-/u 2019-01-05T00:00:00 0.0",
		]);
		expect(lake.rejects).toEqual([]);
		expect(lake.reports["weather/s.csv"]?.counts).toEqual({
			"rows read": 5,
			values: 6,
			"blank cells": 1,
			"word cells": 3,
			"readings read": 10,
			"readings of rejected files": 0,
		});
	});

	test.each([
		["temperature", [-13, 35], -999, true],
		["irradiance", [-3, 1000], -9999, true],
		["irradiance", [-3, 1000], -999, true],
		["humidity", [40, 100], -999, true],
		["rain in a flood", [0, 5000], -999, true],
		["metres below the surface", [-1500, -200], -999, false],
		["metres around sea level", [-2000, 3000], -999, false],
		["nothing else", [], -9999, true],
		["temperature in tenths", [-30.5, 35.1], -99.9, true],
		["temperature in more", [-30.5, 35.1], -999.9, true],
		["pressure", [998.1, 1013.2], -9999.9, true],
		["signal strength", [-98, -40], -99.9, false],
	])("%s", async (_, others, sentinel, missing) => {
		const rows = [...others, sentinel].map(
			(value, index) => `2019-01-0${index + 1},${value}`,
		);
		const { lake, readings } = await readingsOf({
			"weather/s.csv": `date,m\n${rows.join("\n")}\n`,
		});
		expect(lake.reports["weather/s.csv"]?.counts["sentinel cells"] ?? 0).toBe(
			missing ? 1 : 0,
		);
		expect(readings.at(-1)).toContain(
			missing ? " null" : ` ${sentinel.toFixed(1)}`,
		);
	});

	test("a sentinel counts by measure, in long form too", async () => {
		const { readings } = await readingsOf({
			"weather/s.csv":
				"date,name,value\n2019-01-01,depth,-1500\n2019-01-02,depth,-999\n2019-01-01,t,5\n2019-01-02,t,-999\n2019-01-03,depth,-10\n",
		});
		expect(readings).toContain("s/-/depth 2019-01-02T00:00:00 -999.0");
		expect(readings).toContain("s/-/t 2019-01-02T00:00:00 null");
	});
});

describe("the same reading twice", () => {
	const contents = {
		"weather/s/a.csv":
			"time,t [degC],u\n2019-01-01,1,1\n2019-01-02,2,\n2019-01-03,3,3\n2019-01-03,3,4\n",
		"weather/s/b.csv":
			"time,t,u\n2019-01-01,1.0,1\n2019-01-02,2.5,9\n2019-01-04,DIFF,-999\n",
	};

	test("is merged, and rejected with both sources where the values differ", async () => {
		const { readings, lake } = await readingsOf(contents);
		expect(readings).toEqual([
			"s/-/t 2019-01-04T00:00:00 null",
			"s/-/t [degC] 2019-01-01T00:00:00 1.0",
			"s/-/t [degC] 2019-01-03T00:00:00 3.0",
			"s/-/u 2019-01-01T00:00:00 1.0",
			"s/-/u 2019-01-02T00:00:00 9.0",
			"s/-/u 2019-01-04T00:00:00 null",
		]);
		expect(
			lake.rejects
				.map((reject) => `${reject.file}:${reject.line} ${reject.reason}`)
				.sort(),
		).toEqual([
			"weather/s/a.csv:3 conflict: 2.0 degC here, 2.5 in weather/s/b.csv line 3",
			"weather/s/a.csv:4 conflict: 3.0 here, 4.0 in weather/s/a.csv line 5; where clocks were set back, write times with their zone; where a column tells them apart, name it station or module",
			"weather/s/a.csv:5 conflict: 4.0 here, 3.0 in weather/s/a.csv line 4; where clocks were set back, write times with their zone; where a column tells them apart, name it station or module",
			"weather/s/b.csv:3 conflict: 2.5 here, 2.0 degC in weather/s/a.csv line 3",
		]);
		expect(lake.counts).toEqual({
			"readings kept": readings.length,
			"merged readings": 4,
			"replaced readings": 0,
			"conflicting readings": 4,
		});
	});

	test("gives the same whatever the order of the files", async () => {
		const answers = [];
		for (const reverse of [false, true]) {
			const lake = await buildFrom(weather, contents, (files) =>
				reverse ? files.reverse() : files,
			);
			answers.push([
				await lake.query("FROM readings ORDER BY ALL"),
				await lake.query("FROM readings_per_day"),
				lake.rejects.map((reject) => JSON.stringify(reject)).sort(),
			]);
			lake.close();
		}
		expect(answers[0]).toEqual(answers[1]);
	});

	test("in other units is a conflict even where the numbers agree", async () => {
		const { readings, lake } = await readingsOf({
			"weather/s/a.csv": "time,t [degC]\n2019-01-01,-40\n",
			"weather/s/b.csv": "time,t [degF]\n2019-01-01,-40\n",
		});
		expect(readings).toEqual([]);
		expect(lake.rejects.map((reject) => reject.reason).sort()).toEqual([
			"conflict: -40.0 degC here, -40.0 degF in weather/s/b.csv line 2",
			"conflict: -40.0 degF here, -40.0 degC in weather/s/a.csv line 2",
		]);
	});
});

test("a day's minimum, mean and maximum leave out what has no value", async () => {
	const lake = await buildFrom(weather, {
		"weather/s.csv":
			"time,t\n2019-01-01 01:00,1\n2019-01-01 02:00,4\n2019-01-01 03:00,\n2019-01-02 03:00,\n",
	});
	expect(
		await lake.query("SELECT * EXCLUDE (day) FROM readings_per_day"),
	).toEqual([
		{
			station: "s",
			module: null,
			measure: "t",
			unit: null,
			readings: 2n,
			min: 1,
			mean: 2.5,
			max: 4,
		},
		{
			station: "s",
			module: null,
			measure: "t",
			unit: null,
			readings: 0n,
			min: null,
			mean: null,
			max: null,
		},
	]);
	lake.close();
});

describe("bad input", () => {
	const good = { "weather/good.csv": "time,t\n2019-01-01,1\n" };
	const goodReading = "good/-/t 2019-01-01T00:00:00 1.0";

	test("a row that does not fit is rejected with its line", async () => {
		const { readings, lake } = await readingsOf({
			"weather/s.csv":
				'time,t,note\n2019-01-01,1,"two\nlines"\n2019-01-02,1\n\nsoon,1,\n,1,\n2019-02-30,1,\n2019-01-03,3,\n',
		});
		expect(readings).toEqual([
			"s/-/t 2019-01-01T00:00:00 1.0",
			"s/-/t 2019-01-03T00:00:00 3.0",
		]);
		expect(lake.rejects.map(({ line, reason }) => [line, reason])).toEqual([
			[4, "2 cells where the header has 3"],
			[6, "not a time: soon; write it as 2024-01-31T14:05:00Z"],
			[7, "no time"],
			[8, "not a time: 2019-02-30; write it as 2024-01-31T14:05:00Z"],
		]);
	});

	test("times of another age, of no clock that was right, are rejected", async () => {
		const years = ["0001", "1599", "1600", "2100", "2101", "9999"];
		const { readings, lake } = await readingsOf({
			"weather/s.csv": `time,t\n${years.map((year) => `${year}-05-01,1\n`).join("")}`,
		});
		expect(readings).toEqual([
			"s/-/t 1600-05-01T00:00:00 1.0",
			"s/-/t 2100-05-01T00:00:00 1.0",
		]);
		expect(lake.rejects).toMatchObject(
			[2, 3, 6, 7].map((line) => ({
				line,
				reason: "the time is before 1600 or after 2100",
			})),
		);
	});

	test("a unit at the end of a name is the unit, where it cannot be anything else", async () => {
		const { readings } = await readingsOf({
			"weather/a.csv": [
				"time,temp_c,dew point F,Speed_kmh,gust_m_s,pressure_hpa,vitamin_c,rain_in,in,soil_temp_c [K]",
				"2024-05-01T00:00Z,1,2,3,4,5,6,7,8,9",
			].join("\n"),
			"weather/b.csv": "time,temp_c,temp_f\n2024-05-01T00:00Z,1,2\n",
		});
		expect(readings).toEqual(
			[
				...["a/-/Speed [km/h] @ 3.0", "a/-/dew point [°F] @ 2.0"],
				...["a/-/gust [m/s] @ 4.0", "a/-/in @ 8.0", "a/-/pressure [hPa] @ 5.0"],
				...["a/-/rain [in] @ 7.0", "a/-/soil_temp_c [K] @ 9.0"],
				...["a/-/temp [°C] @ 1.0", "a/-/vitamin_c @ 6.0"],
				...["b/-/temp_c [°C] @ 1.0", "b/-/temp_f [°F] @ 2.0"],
			].map((text) => text.replace("@", "2024-05-01T00:00:00")),
		);
	});

	test("a station whose name is longer than a folder's is rejected, and the others stay", async () => {
		const { readings, lake } = await readingsOf({
			"weather/a.csv": `station,time,t\n${"x".repeat(241)},2019-01-01,1\n${"é".repeat(41)},2019-01-01,2\n${"é".repeat(40)},2019-01-01,3\n`,
		});
		expect(readings).toEqual([`${"é".repeat(40)}/-/t 2019-01-01T00:00:00 3.0`]);
		expect(lake.rejects).toMatchObject(
			[2, 3].map((line) => ({
				line,
				reason: expect.stringContaining(
					"name is too long to name a folder: shorten",
				),
			})),
		);
	});

	test("thousands that are set apart are read where decimals tell the signs apart", async () => {
		const { readings, lake } = await readingsOf({
			"weather/s.csv":
				"Zeit;a;b;c\n01.05.2024 00:15;1.234,5;-1.234.567,25;1,234.5\n01.05.2024 00:30;1.234;0,5;1,25\n",
			"weather/t.csv": 'time,a,b\n2024-05-01,"1,234.5","1.234,5"\n',
		});
		expect(readings).toEqual([
			"s/-/a 2024-05-01T00:15:00 1234.5",
			"s/-/a 2024-05-01T00:30:00 1234.0",
			"s/-/b 2024-05-01T00:15:00 -1234567.25",
			"s/-/b 2024-05-01T00:30:00 0.5",
			"s/-/c 2024-05-01T00:15:00 1234.5",
			"s/-/c 2024-05-01T00:30:00 1.25",
			"t/-/a 2024-05-01T00:00:00 1234.5",
			"t/-/b 2024-05-01T00:00:00 1234.5",
		]);
		expect(lake.rejects).toEqual([]);
	});

	test("beside them, cells without decimals are read as their writer meant them", async () => {
		const rows = (cells: readonly string[]) =>
			cells.map((cell, hour) => `2024-05-01 0${hour}:00;${cell}\n`).join("");
		const values = async (...cells: string[]) => {
			const lake = await buildFrom(weather, {
				"weather/s.csv": `time;pressure\n${rows(cells)}`,
			});
			const read = await lake.query("SELECT value FROM readings ORDER BY ts");
			lake.close();
			return read.map(({ value }) => value);
		};
		expect(await values("1.013,2", "1.013", "998,7", "1,013")).toEqual([
			1013.2, 1013, 998.7, 1.013,
		]);
		expect(await values("1.013", "2.001.013", "2.001.013,5")).toEqual([
			1013, 2001013, 2001013.5,
		]);
		expect(await values("1,013.2", "1,013", "0.5", "1.013")).toEqual([
			1013.2, 1013, 0.5, 1.013,
		]);
		// Nobody can tell: there are decimals after points too, or thousands both ways.
		expect(await values("1.013,2", "1.013", "0.013", "1013.25")).toEqual([
			1013.2,
			null,
			0.013,
			1013.25,
		]);
		expect(await values("1.013,2", "1,013.2", "1.013", "1,013", "1")).toEqual([
			1013.2,
			1013.2,
			null,
			null,
			1,
		]);
		expect(await values("1.013", "1,013", "1013", "0.5")).toEqual([
			1.013, 1013, 1013, 0.5,
		]);
		// A sentinel, but not where values reach as low.
		expect(await values("-9.999", "-1,5", "1.013,2")).toEqual([
			null,
			-1.5,
			1013.2,
		]);
		expect(await values("-9.999", "-9.500", "-1.013,2")).toEqual([
			-9999, -9500, -1013.2,
		]);
	});

	describe("what a sign is for in one column holds for the others", () => {
		/** Columns of the last row, as their values are read, and notes of signs. */
		const last = async (delimiter: string, ...rows: string[][]) => {
			const lake = await buildFrom(weather, {
				"weather/s.csv": [
					["time", "a", "b", "c"].slice(0, (rows[0]?.length ?? 0) + 1),
					...rows.map((row, hour) => [`2024-05-01 0${hour}:00`, ...row]),
				]
					.map((row) => `${row.join(delimiter)}\n`)
					.join(""),
			});
			const read = await lake.query(
				"SELECT value FROM readings WHERE ts = (SELECT max(ts) FROM readings) ORDER BY measure",
			);
			lake.close();
			return {
				values: read.map(({ value }) => value),
				notes: (lake.reports["weather/s.csv"]?.notes ?? []).filter((note) =>
					note.includes("nothing tells"),
				),
			};
		};

		test.each<[string, string, string[][], (number | null)[]]>([
			[
				"decimal commas",
				";",
				[
					["8,4", "950"],
					["9,1", "1.234"],
				],
				[9.1, 1234],
			],
			["decimal commas, in one column", ";", [["8,4"], ["1.234"]], [1234]],
			[
				"decimal points",
				"\t",
				[
					["8.4", "950"],
					["9.1", "1,234"],
				],
				[9.1, 1234],
			],
			[
				"within quotes",
				",",
				[
					["8.4", "950"],
					["9.1", '"1,234"'],
				],
				[9.1, 1234],
			],
			["in one column within quotes", ",", [["910.5"], ['"1,234"']], [1234]],
			[
				"decimal commas within quotes",
				",",
				[
					['"8,4"', "950"],
					['"9,1"', '"1,234"'],
				],
				[9.1, 1.234],
			],
			[
				"and points beside them",
				",",
				[
					['"8,4"', "950"],
					['"9,1"', "1.234"],
				],
				[9.1, 1234],
			],
			[
				"two signs",
				";",
				[
					["850", "1"],
					["1.234.567", "1.234"],
				],
				[1234567, 1234],
			],
			[
				"decimals of its own",
				";",
				[
					["8,4", "0.5"],
					["9,1", "1.234"],
				],
				[9.1, 1.234],
			],
			[
				"points that commas part",
				",",
				[
					["8", "950"],
					["9", "1.234"],
				],
				[9, 1.234],
			],
			[
				"spaces",
				";",
				[
					["850,5", "8"],
					["1 234,5", "9"],
				],
				[1234.5, 9],
			],
			[
				"spaces without decimals",
				";",
				[
					["850", "8"],
					["12 345 678", "9"],
				],
				[12345678, 9],
			],
			[
				"spaces that do not break",
				";",
				[
					["1\u00A0234,5", "1\u202F234"],
					["2\u00A0234,5", "2\u202F234"],
				],
				[2234.5, 2234],
			],
			[
				"apostrophes",
				",",
				[
					["1'234.5", "1\u2019234"],
					["1'234'567.5", "950"],
				],
				[1234567.5, 950],
			],
			[
				"spaces within quotes",
				",",
				[
					['"0,5"', "1"],
					['"1 234,5"', "2"],
				],
				[1234.5, 2],
			],
		])("%s", async (_, delimiter, rows, values) => {
			expect(await last(delimiter, ...rows)).toEqual({ values, notes: [] });
		});

		test("two numbers that a space parts are no thousands, where there are no other numbers", async () => {
			expect(
				(await last(";", ["1", "270 015"], ["2", "280 018"])).values,
			).toEqual([2]);
		});

		test("where nothing tells, it is noted", async () => {
			for (const [delimiter, first, second, value] of [
				[";", "8", "1.234", 1.234],
				["\t", "8", "1,234", 1.234],
				[",", "8", '"1,234"', null],
			] as const) {
				const { values, notes } = await last(
					delimiter,
					[first],
					["9"],
					[second],
				);
				expect(values).toEqual([value]);
				expect(notes).toEqual([
					expect.stringMatching(
						/^column a: nothing tells whether such as 1[.,]234 are thousands/,
					),
				]);
			}
			// Decimals after both.
			const { values, notes } = await last(
				";",
				["8,5", "8.5", "7"],
				["8,5", "8.5", "1.234"],
			);
			expect(values).toEqual([8.5, 8.5, 1.234]);
			expect(notes).toHaveLength(1);
		});
	});

	test("a row that is not UTF-8 is rejected with its line", async () => {
		const { readings, lake } = await readingsOf({
			"weather/s.csv": Buffer.from(
				"time,t,note\n2019-01-01,1,\xff\n2019-01-02,2,x\n",
				"latin1",
			),
		});
		expect(readings).toEqual(["s/-/t 2019-01-02T00:00:00 2.0"]);
		expect(lake.rejects).toMatchObject([
			{ line: 2, reason: "not valid UTF-8: save the file as UTF-8" },
		]);
	});

	test.each([
		["no-time.csv", "a,b\n1,2\n", 1, "no time column"],
		["no-rows.csv", "time,t\n\n", 1, "nothing but a header"],
		["no-numbers.csv", "time,b\n2019-01-01,x\n", 1, "no column of numbers"],
		["no-header.csv", "2019-01-01,1\n2019-01-02,2\n", 1, "no header"],
		["empty.csv", "", null, "the file is empty"],
		["white.csv", "\n \n", null, "no header"],
		[
			"quote.csv",
			'time,t\n2019-01-01,1\n2019-01-02,"2\n2019-01-03,3\n',
			3,
			"a quote is opened and not closed",
		],
		[
			"latin1.csv",
			Buffer.from("time,\xd2\xe5\xec\xef [\xb0C]\n2019-01-01,1\n", "latin1"),
			1,
			"the header is not valid UTF-8",
		],
		[
			"utf16.csv",
			Buffer.from("\uFEFFtime,t\n\uD800,1\n", "utf16le"),
			1,
			"not valid UTF-16LE",
		],
		["twice.csv", "time,t,t\n2019-01-01,1,2\n", 1, "two columns are named t"],
		["not.csv.gz", "time,t\n2019-01-01,1\n", null, "not valid gzip"],
		[
			"cut.csv.gz",
			gzipSync(`time,t\n${"2019-01-01,1\n".repeat(99)}`).subarray(0, 40),
			null,
			"cut off",
		],
	])("%s", async (name, content, line, reason) => {
		const { readings, lake } = await readingsOf({
			...good,
			[`weather/${name}`]: content,
		});
		expect(readings).toEqual([goodReading]);
		expect(lake.rejects).toMatchObject([
			{
				file: `weather/${name}`,
				line,
				reason: expect.stringContaining(reason),
			},
		]);
	});
});

describe.skipIf(missingSharedData)("real weather", () => {
	test("has the readings that are known", async () => {
		const lake = await buildInMemory(weather, await sharedFiles("weather"));
		expect(lake.rejects).toEqual([]);
		expect(
			await lake.query(`
				SELECT station, measure, unit, count(*)::INTEGER AS readings,
					count(value)::INTEGER AS with_value, count(DISTINCT ts)::INTEGER AS times
				FROM readings GROUP BY ALL ORDER BY ALL`),
		).toEqual([
			...[
				["air_temperature", "degC"],
				["glbl_irad_amt", "W/m2"],
				["rltv_hum", "%"],
			].map(([measure, unit]) => ({
				station: "bedford",
				measure,
				unit,
				readings: 26304,
				with_value: expect.any(Number),
				times: 26304,
			})),
			{
				station: "netatmo_outdoor-temperature-hourly",
				measure: "temperature",
				unit: null,
				readings: 9129,
				with_value: 8314,
				times: 9129,
			},
			{
				station: "netatmo_outdoor-temperature-hourly_20170710",
				measure: "temperature",
				unit: null,
				readings: 12377,
				with_value: 12377 - 826,
				times: 12377,
			},
		]);
		expect(
			lake.reports["weather/netatmo_outdoor-temperature-hourly.csv"]?.counts,
		).toEqual({
			"rows read": 9129,
			"blank cells": 811,
			"word cells": 4,
			values: 8314,
			"readings read": 9129,
			"readings of rejected files": 0,
		});
		expect(
			lake.reports["weather/netatmo_outdoor-temperature-hourly_20170710.csv"]
				?.counts["blank cells"],
		).toBe(826);
		lake.close();
	});

	test("sums as a few independent lines sum it", async () => {
		const files = await sharedFiles("weather");
		let sum = 0;
		let count = 0;
		for (const { path, absolutePath } of files) {
			if (!path.includes("bedford")) continue;
			const lines = (await readFile(absolutePath, "utf8"))
				.trim()
				.split(/\r?\n/);
			for (const line of lines.slice(1)) {
				const cell = line.split(",")[2] ?? "";
				if (cell === "" || Number.isNaN(Number(cell))) continue;
				sum += Number(cell);
				count += 1;
			}
		}
		const lake = await buildInMemory(weather, files);
		const [row] = await lake.query(
			"SELECT count(value)::INTEGER AS count, sum(value) AS sum FROM readings WHERE measure = 'rltv_hum'",
		);
		expect(row?.count).toBe(count);
		expect(row?.sum).toBeCloseTo(sum, 3);
		lake.close();
	});
});
if (missingSharedData) console.warn(missingSharedData);
