import { expect, test } from "vitest";
import type { BuildProgress } from "../steps/settings/build-options.ts";
import { progressText, Terminal } from "./terminal.ts";

const READING: BuildProgress = {
	step: "read",
	label: "read rides/a.gpx",
	jobs: 3,
	totalJobs: 12,
	bytes: 25_000_000,
	totalBytes: 100_000_000,
	rows: 0,
	totalRows: 0,
};

/** A terminal that remembers, and a clock to set. */
function screenOf(options: { isTTY?: boolean; columns?: number }) {
	const screen = {
		...options,
		text: "",
		now: 0,
		write: (text: string) => {
			screen.text += text;
		},
	};
	return screen;
}

test("progress tells partitions, bytes, rows and, once it can be foreseen, the time left", () => {
	expect(progressText(READING, 1, 80)).toBe(
		"read files: 3 of 12 partitions, 25 MB of 100 MB",
	);
	expect(progressText(READING, 10, 80)).toBe(
		"read files: 3 of 12 partitions, 25 MB of 100 MB, 30 s left",
	);
	const writing = {
		...READING,
		step: "write",
		totalBytes: 0,
		rows: 500_000,
		totalRows: 8_000_000,
	} as const;
	expect(progressText(writing, 60, 80)).toBe(
		"write tables: 3 of 12 partitions, 500,000 of 8,000,000 rows, 15 min left",
	);
	expect(progressText({ ...writing, rows: 200_000 }, 600, 80)).toMatch(
		/6\.5 h left/,
	);
	expect(
		progressText({ ...READING, step: "aggregate", totalBytes: 0 }, 10, 80),
	).toMatch(/3 of 12 partitions, 30 s left$/);
});

test("where the terminal is narrow the time left stays in sight", () => {
	expect(progressText(READING, 10, 40)).toBe(
		"read files: 25 MB of 100 MB, 30 s left",
	);
	expect(progressText(READING, 10, 30)).toBe("read files: 25 %, 30 s left");
	expect(progressText({ ...READING, totalBytes: 0 }, 1, 33)).toBe(
		"read files: 3 of 12 partitions",
	);
});

test("on a terminal one line changes, at most ten times a second, and never wraps", () => {
	const screen = screenOf({ isTTY: true, columns: 12 });
	const terminal = new Terminal(screen, false, () => screen.now);
	for (let at = 0; at < 1000; at += 10) {
		screen.now = at;
		terminal.progress(READING);
	}
	expect(screen.text.split("\r\x1b[2K")).toHaveLength(11);
	expect(screen.text.endsWith("\x1b[2Kread files…")).toBe(true);
	terminal.say("a line that stays");
	expect(screen.text.endsWith("…\r\x1b[2Ka line that stays\n")).toBe(true);
	terminal.clear();
	expect(screen.text.endsWith("stays\n")).toBe(true);
});

test("elsewhere a line tells of each step, and another twice a minute", () => {
	const screen = screenOf({});
	const terminal = new Terminal(screen, false, () => screen.now);
	for (let at = 0; at <= 60_000; at += 1000) {
		screen.now = at;
		terminal.progress(READING);
	}
	expect(screen.text.split("\n")).toEqual([
		"read files",
		"read files: 3 of 12 partitions, 25 MB of 100 MB, 2 min left",
		"read files: 3 of 12 partitions, 25 MB of 100 MB, 3 min left",
		"",
	]);
});

test("a quiet one counts jobs and says only what must be said", () => {
	const screen = screenOf({ isTTY: true });
	const terminal = new Terminal(screen, true);
	terminal.progress(READING);
	terminal.progress({ ...READING, step: "write", jobs: 2 });
	terminal.passing("make demo");
	terminal.note("tried again");
	expect(screen.text).toBe("");
	expect(terminal.jobsDone).toBe(5);
	terminal.say("failed");
	expect(screen.text).toBe("failed\n");
});
