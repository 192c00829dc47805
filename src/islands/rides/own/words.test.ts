import { expect, test } from "vitest";
import type { ReadReport } from "../../../lake/own-data/read-rides.ts";
import { progressText, reportSentences, tripsSentence } from "./words.ts";

const NOTHING: ReadReport = {
	added: 0,
	duplicates: 0,
	otherFiles: 0,
	notRides: [],
	problems: [],
	problemCount: 0,
};

test("the report says what became of every file", () => {
	const said = (report: Partial<ReadReport>) =>
		reportSentences({ ...NOTHING, ...report }).join(" ");
	expect(said({})).toBe("There is no ride in these files.");
	expect(said({ added: 1 })).toBe("1 ride is on the map now.");
	expect(said({ duplicates: 2 })).toBe("2 rides are here already.");
	expect(
		said({
			added: 1200,
			duplicates: 1,
			otherFiles: 3,
			notRides: [{ reason: "left out: indoors", files: 12 }],
			problemCount: 1,
		}),
	).toBe(
		"1,200 rides are on the map now. 1 file holds a ride that is here already. 12 files left out: indoors. 3 files of other kinds were left out. 1 fault was found; the rest is unharmed.",
	);
});

test("what does not count is told of the rides that were counted", () => {
	expect(tripsSentence("all", 0)).toMatch(/count twice/);
	expect(tripsSentence("once", 0)).toBe("No two rides are of one trip.");
	expect(tripsSentence("once", 2)).toMatch(/^2 rides are left out: /);
});

test("progress is told in files and bytes", () => {
	expect(
		progressText({
			files: 312,
			totalFiles: 1000,
			bytes: 73e6,
			totalBytes: 234e6,
		}),
	).toBe("312 of 1,000 files, 73 MB of 234 MB");
});
