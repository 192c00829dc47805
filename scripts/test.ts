import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { browserPath } from "../tests/browser.ts";
import { hasRadosgw } from "../tests/support/radosgw.ts";
import { hasRedis } from "../tests/support/redis.ts";

/** What some tests need and a machine may lack. */
const NEEDS = [
	{
		what: "Chromium",
		remedy: "Debian's package chromium, or LAKESIDE_BROWSER=/path/to/browser",
		isSystemPackage: true,
		isHere: () => browserPath() !== null,
	},
	{
		what: "radosgw",
		remedy: "Debian's packages radosgw, ceph-mon, ceph-osd and ceph-common",
		isSystemPackage: true,
		isHere: hasRadosgw,
	},
	{
		what: "Redis",
		remedy: "Debian's package redis-server",
		isSystemPackage: true,
		isHere: hasRedis,
	},
	{
		what: "../shared",
		remedy: "the real data beside this folder, for tests of known answers",
		isSystemPackage: false,
		isHere: () => existsSync(new URL("../../shared/data", import.meta.url)),
	},
];

const REPORT = ".cache/test-report.json";

/** The part of Vitest's JSON report that is read here. */
interface TestReport {
	readonly numPassedTests: number;
	readonly numFailedTests: number;
	readonly numPendingTests: number;
	readonly numTodoTests: number;
	readonly testResults: readonly {
		/** The file. */
		readonly name: string;
		readonly status: string;
		readonly assertionResults: readonly {
			readonly fullName: string;
			readonly status: string;
			/** Of each try that failed, with its stack. */
			readonly failureMessages: readonly string[];
		}[];
	}[];
}

/** So much of why a test needed another try is told, in letters. */
const LONGEST_REASON = 600;

const { values, positionals } = parseArgs({
	options: { "require-system-packages": { type: "boolean", default: false } },
	allowPositionals: true,
});

const missing = NEEDS.filter((need) => !need.isHere());
rmSync(REPORT, { force: true });
mkdirSync(".cache", { recursive: true });
const { status } = spawnSync(
	"vitest",
	[
		"run",
		"--reporter=default",
		"--reporter=json",
		`--outputFile.json=${REPORT}`,
		...positionals,
	],
	{ stdio: "inherit" },
);

for (const { what, remedy } of missing)
	console.log(`Missing: ${what} (${remedy}); its tests were skipped.`);
const refused =
	values["require-system-packages"] &&
	missing.some((need) => need.isSystemPackage);
if (!existsSync(REPORT)) {
	console.error("The test runner ended without a report.");
	process.exitCode = 1;
} else {
	const report: TestReport = JSON.parse(readFileSync(REPORT, "utf8"));
	// A file that fails before its first test counts as one failure.
	const broken = report.testResults.filter(
		(file) => file.status === "failed" && file.assertionResults.length === 0,
	).length;
	for (const line of retriedLines(report)) console.log(line);
	const failed = report.numFailedTests + broken;
	const skipped = report.numPendingTests + report.numTodoTests;
	process.exitCode = status === 0 && failed === 0 && !refused ? 0 : 1;
	console.log(
		`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`,
	);
}

/** What failed and passed when it was tried again: nothing else tells why it did. */
function retriedLines({ testResults }: TestReport): string[] {
	return testResults.flatMap(({ name, assertionResults }) =>
		assertionResults
			.filter(({ status }) => status === "passed")
			.flatMap(({ fullName, failureMessages }) =>
				failureMessages.flatMap((message) => [
					`Passed when tried again: ${relative("", name)}: ${fullName}`,
					...reasonOf(message).map((line) => `    ${line}`),
				]),
			),
	);
}

/** An error's message, and where in our own code it was thrown. */
function reasonOf(message: string): string[] {
	const lines = stripVTControlCharacters(message).split("\n");
	const isOfStack = (line: string) => /^ {4}at /.test(line);
	const told = lines.filter((line) => line !== "" && !isOfStack(line));
	const ours = lines.find(
		(line) => isOfStack(line) && !/node_modules|node:/.test(line),
	);
	return [
		...told.join("\n").slice(0, LONGEST_REASON).split("\n"),
		...(ours === undefined ? [] : [ours.trim()]),
	];
}
