import { spawn } from "node:child_process";
import { once } from "node:events";
import { inspect } from "node:util";
import { JobError } from "../jobs/job.ts";
import type { StreamedReport } from "../steps/report.ts";
import { isDiskFull } from "../storage/disk.ts";

/** Errors whose message says it all, by their names. */
const EXPECTED = new Set([
	"BusyError",
	"ConflictError",
	"InputError",
	"MissingFileError",
	"NetworkError",
	"OutputError",
	"QueueError",
	"SettingsError",
	"SourceError",
	"StoreError",
	"UnreachableError",
]);

/** The last lines of a job's log that are printed with its failure. */
const LOG_LINES = 20;

const STACK_LINE = /^\s+at /;

/** What a command for failures may take, in milliseconds. */
const COMMAND_MS = 60_000;

/** Says how a build failed. `kept` is the file that holds the log of a failed job. */
export function failureLines(error: unknown, kept: string): string[] {
	if (error instanceof JobError) {
		const lines = tellingLines(error);
		const left = lines.length - LOG_LINES;
		return [
			error.message,
			...(left > 0 ? [`  … ${left} lines before`] : []),
			...lines.slice(-LOG_LINES).map((line) => `  ${line}`),
			...adviceOf(error),
			`The lake is as it was. The whole log is in ${kept}, and npm run data -- log prints it.`,
		];
	}
	if (error instanceof Error && EXPECTED.has(error.name))
		return [error.message, ...adviceOf(error)];
	return [inspect(error)];
}

/**
 * The lines of a failed job's log that say more than its message does. What every class
 * knows needs no stack.
 */
function tellingLines({ job, message, log }: JobError): string[] {
	const lines = log.flatMap((line) => line.split("\n"));
	const [reason = ""] = message.slice(`${job.label}: `.length).split("\n");
	const said = [
		reason,
		...["Error", ...EXPECTED].map((name) => `${name}: ${reason}`),
	];
	const isExpected = lines.some((line) => EXPECTED.has(nameIn(line)));
	return lines
		.filter((line) => !said.includes(line))
		.filter((line) => !(isExpected && STACK_LINE.test(line)))
		.filter((line, index, all) => line !== all[index - 1]);
}

/** `StoreError` of `StoreError: no bucket`. */
function nameIn(line: string): string {
	return line.split(":", 1)[0] as string;
}

/** What to do where the message does not say it. */
function adviceOf(error: Error): string[] {
	if (isDiskFull(error))
		return [
			"A disk is full: make room there, or work on another one (--work).",
		];
	if (error.name === "NetworkError" || /no right answer in/.test(error.message))
		return [
			"It may pass: run the same command again later, which goes on with what was done.",
		];
	return [];
}

/** What somebody should be told of a build that has ended; null where all went well. */
export function failureOf(
	report: Pick<StreamedReport, "version" | "datasets" | "sources">,
): string | null {
	const failures = [
		...(report.version === null
			? ["nothing could be used: nothing was published"]
			: []),
		...report.sources.flatMap(({ failure }) =>
			failure === null ? [] : [`not fetched: ${failure}`],
		),
		...report.datasets.flatMap(({ name, stopped }) =>
			stopped === null ? [] : [`${name} stopped: ${stopped}`],
		),
	];
	return failures.length === 0 ? null : failures.join("; ");
}

/**
 * Runs a publisher's command with the reason and the exit code in its environment; what
 * it prints goes to standard error. Gives what is wrong with it, null where nothing is.
 */
export async function runOnFailure(
	command: string,
	reason: string,
	exitCode: number,
): Promise<string | null> {
	const child = spawn(command, {
		shell: true,
		// Standard output is the report's.
		stdio: ["ignore", process.stderr, process.stderr],
		timeout: COMMAND_MS,
		env: {
			...process.env,
			LAKESIDE_ERROR: reason,
			LAKESIDE_EXIT_CODE: `${exitCode}`,
		},
	});
	try {
		const [code, signal] = await once(child, "close");
		if (code === 0) return null;
		return `the command of --on-failure ended with ${code === null ? signal : `code ${code}`}`;
	} catch (error) {
		return `the command of --on-failure cannot be run: ${(error as Error).message}`;
	}
}
