import { formatBytes, formatCounted } from "../../src/lib/text/format.ts";
import { inTurns } from "../jobs/in-turns.ts";
import { type JobRecord, recordKey } from "../jobs/job.ts";
import type { Aggregated } from "../steps/aggregate/aggregate.ts";
import { type FailedJob, readFailedJob } from "../steps/failed-job.ts";
import { placesOf } from "../steps/places.ts";
import type { ParsedBatch } from "../steps/read/parse-batch.ts";
import type { BuildOptions } from "../steps/settings/build-options.ts";
import { type BuildState, readState } from "../steps/state.ts";
import type { WrittenPiece } from "../steps/write/write-pieces.ts";
import { openStore } from "../storage/open-store.ts";
import type { Store } from "../storage/store.ts";

/** Records that are read at a time. */
const AT_A_TIME = 16;

/** What the jobs of the last build have left to read, as `log --json` prints it. */
export interface BuildLog {
	readonly format: "lakeside-build-log";
	/** The job that ended the last build; null where it ended well. */
	readonly failed: FailedJob | null;
	/** Of the last publication, in the order of the steps. */
	readonly jobs: readonly LoggedJob[];
}

export interface LoggedJob {
	readonly label: string;
	readonly seconds: number;
	/** Written by it; null where it writes none. */
	readonly rows: number | null;
	/** Largest resident memory of its process. */
	readonly peakBytes: number;
	readonly lines: readonly string[];
}

/** Reads the logs of the jobs with a text in their labels, or in the paths of what they read or wrote. */
export async function readLog(
	options: Pick<BuildOptions, "out" | "work" | "endpoint">,
	text: string,
): Promise<BuildLog> {
	const places = placesOf(options);
	const failed = await readFailedJob(places.workshop.folder);
	const work = await openStore(places.work, { endpoint: options.endpoint });
	try {
		const state = await readState(work);
		const records = state === null ? [] : await recordsOf(state, work);
		const read = new Map(state?.batches.map(({ job, files }) => [job, files]));
		const isMeant = ({ id, label, outputs }: JobRecord) =>
			[label, ...(read.get(id) ?? []), ...outputs.map(({ key }) => key)].some(
				(name) => name.includes(text),
			);
		return {
			format: "lakeside-build-log",
			failed: failed?.label.includes(text) ? failed : null,
			jobs: records.filter(isMeant).map((record) => ({
				label: record.label,
				seconds: record.seconds,
				rows: rowsOfJob(record),
				peakBytes: record.peakBytes,
				lines: record.log,
			})),
		};
	} finally {
		work.close();
	}
}

/** The records of the jobs that the last publication was made by, as far as they are there. */
export async function recordsOf(
	{ jobs }: BuildState,
	work: Store,
): Promise<JobRecord[]> {
	const records = await inTurns(AT_A_TIME, jobs, async (id) => {
		const bytes = await work.read(recordKey(id));
		return bytes && (JSON.parse(bytes.toString()) as JobRecord);
	});
	return records.filter((record) => record !== null);
}

/** Rows that a job has written; null where it is one that writes none. */
export function rowsOfJob({ value }: Pick<JobRecord, "value">): number | null {
	if (Array.isArray(value))
		return sumOfRows(value as unknown as WrittenPiece[]);
	const { tables, rollups } = value as unknown as Partial<
		ParsedBatch & Aggregated
	>;
	if (tables !== undefined) return sumOfRows(Object.values(tables));
	return rollups === undefined ? null : sumOfRows(rollups);
}

function sumOfRows(list: readonly { readonly rows: number }[]): number {
	return list.reduce((sum, { rows }) => sum + rows, 0);
}

/** The same for people, who have asked for jobs with a text. */
export function logLines({ failed, jobs }: BuildLog, text: string): string[] {
	const lines =
		failed === null
			? []
			: [`FAILED ${failed.message}`, ...indented(failed.log)];
	for (const { label, seconds, rows, peakBytes, lines: own } of jobs)
		lines.push(
			[
				label,
				`${seconds.toFixed(1)} s`,
				...(rows === null ? [] : [formatCounted(rows, "row")]),
				`${formatBytes(peakBytes)} of memory`,
			].join(", "),
			...indented(own),
		);
	if (lines.length > 0) return lines;
	return [
		text === ""
			? "No build has left a log here: give the --out and --work of the build."
			: `No job has ${text} in its name, or in the paths of what it read or wrote.`,
	];
}

function indented(lines: readonly string[]): string[] {
	return lines.flatMap((line) => line.split("\n")).map((line) => `  ${line}`);
}
