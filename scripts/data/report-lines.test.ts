import { expect, test } from "vitest";
import type { RejectReport, StreamedReport } from "../steps/report.ts";
import { reportLines } from "./report-lines.ts";

const FOLDERS = ["rides", "weather"];

interface Told extends Partial<Omit<StreamedReport, "rejects">> {
	/** How many of each file. */
	readonly rejects?: Readonly<Record<string, number>>;
}

function reportOf({ rejects = {}, ...other }: Told): StreamedReport {
	const list = Object.entries(rejects).flatMap(([file, count]) =>
		Array.from(
			{ length: count },
			(_, index): RejectReport => ({
				dataset: "weather",
				file,
				line: index + 2,
				reason: "not a time",
				sample: "",
			}),
		),
	);
	return {
		format: "lakeside-build-report",
		exitCode: 1,
		unchanged: false,
		input: "/data",
		out: "/lake",
		version: "1",
		sources: [],
		datasets: [],
		ignored: [],
		tables: [
			{ name: "rejects", dataset: "", rows: list.length, files: 1, bytes: 9 },
		],
		rollups: [],
		jobs: { done: 1, reused: 0 },
		seconds: 1,
		stepSeconds: {},
		peakProcessBytes: 1,
		rejected: list.length,
		...other,
		async *rejects() {
			yield* list;
		},
	};
}

async function linesOf(report: StreamedReport): Promise<string[]> {
	return Array.fromAsync(reportLines(report, FOLDERS));
}

test("of a file the first ten rejects are told, and where the others are", async () => {
	const rejects = {
		"weather/a.csv": 10,
		"weather/b.csv": 1234,
		"weather/c.csv": 1,
	};
	const lines = await linesOf(reportOf({ rejects }));
	const told = lines.slice(lines.indexOf("Rejected 1,245") + 1);
	expect(told.slice(0, 10).at(-1)).toBe("  weather/a.csv:11: not a time");
	expect(told.slice(19, 23)).toEqual([
		"  weather/b.csv:11: not a time",
		"  weather/b.csv: 1,224 more",
		"  weather/c.csv:2: not a time",
		'  all of them: npm run sql -- --lake "/lake" "from rejects"',
	]);
	expect(await linesOf(reportOf({ rejects, tables: [] }))).toContain(
		"  all of them: the same command with --json",
	);
});

test("of very many files with rejects the first fifty are told, and how many more there are", async () => {
	const rejects = Object.fromEntries(
		Array.from({ length: 70 }, (_, index) => [`weather/${index}.csv`, 1]),
	);
	const lines = await linesOf(reportOf({ rejects }));
	expect(lines.filter((line) => line.endsWith("not a time"))).toHaveLength(50);
	expect(lines).toContain("  and 20 files more");
});

test("what is ignored for one reason in one folder is told once", async () => {
	const ignored = [
		...Array.from({ length: 30 }, (_, index) => ({
			path: `photos/2024/${index}.jpg`,
			reason: "in no dataset's folder",
		})),
		{ path: "rides/map.png", reason: "another kind of file" },
	];
	expect(await linesOf(reportOf({ ignored }))).toEqual(
		expect.arrayContaining([
			"Ignored 31",
			"  photos/2024/0.jpg and 29 files more: in no dataset's folder",
			"  rides/map.png: another kind of file",
		]),
	);
});

test("counts tell what the balance does not, and nothing that is none", async () => {
	const lines = await linesOf(
		reportOf({
			datasets: [
				{
					name: "rides",
					files: 2,
					bytes: 100,
					rejectedFiles: 0,
					stopped: null,
					balance: {
						unit: "points",
						read: 9,
						kept: 7,
						rejected: 0,
						duplicates: 2,
					},
					counts: {
						"points read": 9,
						"points kept": 7,
						"points rejected": 0,
						"points of duplicate rides": 2,
					},
					notes: [],
				},
			],
		}),
	);
	expect(lines.slice(1, 4)).toEqual([
		"  rides        2 files, 100 B",
		"    9 points read = 7 kept + 0 rejected + 2 duplicates",
		"    points of duplicate rides: 2",
	]);
});

test("an input without a known file is told which folders are read", async () => {
	const [, none] = await linesOf(reportOf({ version: null }));
	expect(none).toBe(
		"  no file of a known kind: files are read from its folders rides/ and weather/",
	);
	const [, within] = await linesOf(
		reportOf({ version: null, input: "/data/rides" }),
	);
	expect(within).toBe(
		"  no file of a known kind: name the folder that holds rides/, --input /data",
	);
});

test("a source that was not fetched is named once", async () => {
	const lines = await linesOf(
		reportOf({
			sources: [
				{
					name: "roof",
					files: [],
					bytes: 0,
					requests: 1,
					fromCache: false,
					failure: "roof: HTTP 404",
				},
			],
		}),
	);
	expect(lines[0]).toBe("NOT FETCHED: roof: HTTP 404");
});
