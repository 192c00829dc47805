import { describe, expect, test } from "vitest";
import { csvRecords } from "../formats/csv-records.ts";
import { randomFrom } from "../random.ts";
import { describedRide, readActivities } from "./activities-csv.ts";

describe("a list of activities", () => {
	test("is read in English, wherever its columns stand", () => {
		const described = readActivities(
			`Activity ID,Activity Date,Activity Type,Activity Name,Activity Description,Filename
1,"Aug 1, 2023, 6:30:00 AM",Ride,"Home, and ""back""","Two
lines",activities/1.fit.gz
2,"Aug 2, 2023, 6:30:00 AM",Gravel Ride,Woods,,activities/2.gpx\r
3,"Aug 3, 2023, 6:30:00 AM",Weight Training,No file,,
`,
		);
		expect([...described]).toEqual([
			[
				"activities/1.fit.gz",
				{ name: 'Home, and "back"', kind: "cycling", isLocalized: false },
			],
			[
				"activities/2.gpx",
				{ name: "Woods", kind: "Gravel Ride", isLocalized: false },
			],
		]);
	});

	test("is read in other languages by the places of its columns", () => {
		const described = readActivities(
			`\uFEFFAktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Beschreibung,Dateiname
8,"01.01.2026, 10:00:00",Feierabendrunde,Radfahrt,,activities/8.fit.gz
`,
		);
		const about = described.get("activities/8.fit.gz") ?? null;
		expect(about).toEqual({
			name: "Feierabendrunde",
			kind: "Radfahrt",
			isLocalized: true,
		});
		expect(describedRide({ name: null, kind: "cycling" }, about)).toEqual({
			name: "Feierabendrunde",
			kind: "cycling",
		});
		expect(describedRide({ name: null, kind: null }, about).kind).toBe(
			"Radfahrt",
		);
	});

	test("may hold a name without end, which is cut", () => {
		const described = readActivities(
			`Activity Type,Activity Name,Filename\nRide,${"x".repeat(100_000)},activities/1.gpx\n`,
		);
		expect(described.get("activities/1.gpx")?.name).toBe(`${"x".repeat(499)}…`);
	});

	test("that is another table, or cut off in a quote, is rejected", () => {
		expect(() => readActivities("a,b\n1,2\n")).toThrow("no column names files");
		expect(() =>
			readActivities('Activity Type,Filename\nRide,"activities/1.'),
		).toThrow("a quote is not closed");
	});
});

test("records of any cells are read as they were written", () => {
	const random = randomFrom(11);
	const signs = ["a", "é", ",", '"', "\n", "\r\n", " ", "", "😀"];
	const text = () =>
		Array.from(
			{ length: Math.floor(random() * 5) },
			() => signs[Math.floor(random() * signs.length)],
		).join("");
	for (let round = 0; round < 300; round++) {
		const records = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
			Array.from({ length: 2 + Math.floor(random() * 3) }, text),
		);
		const end = random() < 0.5 ? "\n" : "\r\n";
		const csv = records
			.map((cells) =>
				cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(","),
			)
			.join(end);
		expect(csvRecords(csv)).toEqual(records);
		expect(csvRecords(csv + end)).toEqual(records);
	}
});

test("a quote of many MB is read, and one that is never closed is told", () => {
	const long = 'a"'.repeat(2e6);
	const quoted = `"${long.replaceAll('"', '""')}"`;
	expect(csvRecords(`${quoted},b`)).toEqual([[long, "b"]]);
	for (const open of [quoted.slice(0, -1), `"${",".repeat(9e6)}`, 'a,"b"c,d'])
		expect(() => csvRecords(open)).toThrow("a quote is not closed");
});
