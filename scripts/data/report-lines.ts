import {
	formatBytes,
	formatCount,
	formatCounted,
} from "../../src/lib/text/format.ts";
import type {
	BuildReport,
	DatasetReport,
	RejectReport,
	StreamedReport,
} from "../steps/report.ts";
import { noKnownFile } from "./words.ts";

/** Ignored files of a folder and a reason that are named; of more, only the first is. */
const NAMED_IGNORED = 3;

/** Rejects of a file that are told one by one, and files of which any are. */
const TOLD = { perFile: 10, files: 50 };

/** The report for a person to read, line by line. `folders` are those of all datasets. */
export async function* reportLines(
	report: StreamedReport,
	folders: readonly string[],
): AsyncGenerator<string> {
	for (const { name, files, bytes, fromCache, failure } of report.sources)
		yield failure === null
			? `Fetched ${name}: ${formatCounted(files.length, "file")}, ${fromCache ? "nothing new" : `${formatBytes(bytes)} received`}`
			: `NOT FETCHED: ${failure}`;
	yield `Found in ${report.input}`;
	for (const dataset of report.datasets) yield* datasetLines(dataset);
	if (report.datasets.length === 0)
		yield `  ${noKnownFile(report.input, folders)}`;
	yield* ignoredLines(report.ignored);
	if (report.rejected > 0) {
		yield `Rejected ${formatCount(report.rejected)}`;
		yield* rejectLines(report);
	}
	if (report.version === null) {
		yield "Nothing could be used: nothing was published.";
		return;
	}
	yield report.unchanged
		? `Nothing new: ${report.out} stays at version ${report.version}`
		: `Made ${report.out}, version ${report.version}`;
	for (const table of report.tables)
		yield `  ${table.name.padEnd(12)} ${formatCount(table.rows).padStart(11)} ${unit(table.rows, "row").padEnd(4)} ${formatCount(table.files).padStart(5)} ${unit(table.files, "file").padEnd(5)} ${formatBytes(table.bytes)}`;
	for (const rollup of report.rollups)
		yield `  roll-up ${rollup.name}: ${formatCounted(rollup.rows, "row")}, ${formatBytes(rollup.bytes)}`;
	const { done, reused } = report.jobs;
	yield `${report.seconds.toFixed(1)} s, ${formatCounted(done, "job")} done and ${formatCount(reused)} reused${report.unchanged ? "" : `, at most ${formatBytes(report.peakProcessBytes)} of memory in one process`}`;
}

function* datasetLines(dataset: DatasetReport): Generator<string> {
	const { name, files, rejectedFiles, bytes, stopped, counts } = dataset;
	const rejected =
		rejectedFiles > 0 ? `, ${formatCount(rejectedFiles)} rejected` : "";
	yield `  ${name.padEnd(12)} ${formatCounted(files, "file")}${rejected}, ${formatBytes(bytes)}`;
	const { unit, read, kept, rejected: refused, duplicates } = dataset.balance;
	yield `    ${formatCount(read)} ${unit} read = ${formatCount(kept)} kept + ${formatCount(refused)} rejected + ${formatCount(duplicates)} duplicates`;
	if (stopped !== null) yield `    STOPPED: ${stopped}`;
	const told = new Set([`${unit} read`, `${unit} kept`]);
	for (const [what, count] of Object.entries(counts))
		if (count !== 0 && !told.has(what))
			yield `    ${what}: ${formatCount(count)}`;
	for (const note of dataset.notes)
		yield `    note: ${note.path}${note.files > 1 ? ` and ${formatCount(note.files - 1)} more` : ""}: ${note.text}`;
}

function* ignoredLines(ignored: BuildReport["ignored"]): Generator<string> {
	if (ignored.length === 0) return;
	yield `Ignored ${formatCount(ignored.length)}`;
	const groups = Map.groupBy(ignored, ({ path, reason }) =>
		JSON.stringify([path.slice(0, path.indexOf("/") + 1), reason]),
	);
	for (const group of groups.values()) {
		const [first] = group;
		if (first === undefined) continue;
		if (group.length > NAMED_IGNORED)
			yield `  ${first.path} and ${formatCounted(group.length - 1, "file")} more: ${first.reason}`;
		else for (const { path, reason } of group) yield `  ${path}: ${reason}`;
	}
}

/**
 * The rejects of a report, by file: of each the first ones, and how many more there are.
 * `isTold` says of which files.
 */
export async function* rejectLines(
	report: Pick<StreamedReport, "rejects" | "tables" | "out">,
	isTold: (file: string) => boolean = () => true,
): AsyncGenerator<string> {
	let file: string | null = null;
	let files = 0;
	let ofFile = 0;
	let untold = 0;
	const more = () =>
		ofFile > TOLD.perFile && files <= TOLD.files
			? [`  ${file}: ${formatCount(ofFile - TOLD.perFile)} more`]
			: [];
	for await (const reject of report.rejects()) {
		if (!isTold(reject.file)) continue;
		if (reject.file !== file) {
			yield* more();
			file = reject.file;
			files++;
			ofFile = 0;
		}
		ofFile++;
		if (files <= TOLD.files && ofFile <= TOLD.perFile) yield lineOf(reject);
		else untold++;
	}
	yield* more();
	if (files > TOLD.files)
		yield `  and ${formatCounted(files - TOLD.files, "file")} more`;
	if (untold > 0) yield `  ${allRejects(report)}`;
}

function lineOf({ file, line, reason }: RejectReport): string {
	return `  ${file}${line === null ? "" : `:${line}`}: ${reason}`;
}

/** Where all rejects are told: the table is empty where the publisher wants it so. */
function allRejects({
	tables,
	out,
}: Pick<StreamedReport, "tables" | "out">): string {
	const isPublished = tables.some(
		({ name, rows }) => name === "rejects" && rows > 0,
	);
	return isPublished
		? `all of them: npm run sql -- --lake ${JSON.stringify(out)} "from rejects"`
		: "all of them: the same command with --json";
}

/** A build in a line. */
export function summaryLine({
	version,
	unchanged,
	rejected,
	jobs,
	seconds,
}: Omit<StreamedReport, "rejects">): string {
	const made =
		version === null
			? "Nothing could be used"
			: unchanged
				? `Nothing new: version ${version} stays`
				: `Made version ${version}`;
	const rejects = rejected > 0 ? `, ${formatCounted(rejected, "reject")}` : "";
	return `${made}, ${formatCounted(jobs.done, "job")} done${rejects}, ${seconds.toFixed(1)} s`;
}

function unit(value: number, noun: string): string {
	return value === 1 ? noun : `${noun}s`;
}
