import { printable } from "../../src/lib/text/printable.ts";
import { DATASETS } from "../datasets/registry.ts";
import { formerKey } from "../publish/publication.ts";
import { buildLake } from "../steps/build.ts";
import { failedJobFile } from "../steps/failed-job.ts";
import { placesOf } from "../steps/places.ts";
import { reportJson, type StreamedReport } from "../steps/report.ts";
import type { BuildOptions } from "../steps/settings/build-options.ts";
import { isBucketAddress } from "../storage/bucket-address.ts";
import { corsAdvice } from "../storage/bucket-cors.ts";
import { openBucket } from "../storage/open-store.ts";
import type { BuildCommand } from "./arguments.ts";
import { failureLines, failureOf, runOnFailure } from "./failures.ts";
import { rejectLines, reportLines, summaryLine } from "./report-lines.ts";
import type { Terminal } from "./terminal.ts";

/** Tells whom the publisher wants to be told, once of the same failure however often it comes again. */
export class Alarm {
	readonly #command: BuildCommand;
	readonly #terminal: Terminal;
	#told: string | null = null;

	constructor(command: BuildCommand, terminal: Terminal) {
		this.#command = command;
		this.#terminal = terminal;
	}

	async raise(reason: string, exitCode: number): Promise<void> {
		const { onFailure } = this.#command;
		if (onFailure === null || reason === this.#told) return;
		this.#told = reason;
		const trouble = await runOnFailure(onFailure, reason, exitCode);
		if (trouble !== null) this.#terminal.say(trouble);
	}

	/** All is well: the next failure is another one. */
	clear(): void {
		this.#told = null;
	}
}

/** How a build has ended. */
export interface Ended {
	readonly exitCode: number;
	/** Somebody was told that it failed. */
	readonly hasFailed: boolean;
	/** It would go otherwise if it were tried again. */
	readonly mayPass: boolean;
}

/**
 * Builds once and prints the report, or how it failed. Throws the signal's reason. One
 * who watches is told of the rejects of files that are new.
 */
export async function runBuild(
	command: BuildCommand,
	options: BuildOptions,
	terminal: Terminal,
	alarm = new Alarm(command, terminal),
	isNew: (file: string) => boolean = () => true,
): Promise<Ended> {
	terminal.begin();
	let exitCode = 2;
	let failure: string | null = null;
	try {
		await buildLake(
			{
				...options,
				onProgress: (progress) => terminal.progress(progress),
				onRetry: (job, reason, attempt) =>
					terminal.note(`${job.label}: ${reason}; try ${attempt}`),
				onTrouble: (line) => terminal.note(line),
			},
			async (report) => {
				terminal.clear();
				await printReport(command, report, isNew);
				exitCode = report.exitCode;
				failure = failureOf(report);
			},
		);
	} catch (error) {
		options.signal?.throwIfAborted();
		terminal.end();
		await tellFailure(command, error, terminal, alarm);
		return { exitCode: 2, hasFailed: true, mayPass: true };
	}
	terminal.end();
	if (failure !== null) {
		if (command.isQuiet) terminal.say(failure);
		await alarm.raise(failure, exitCode);
	} else {
		alarm.clear();
		if (!command.isQuiet && !command.isJson) await printAdvice(options);
	}
	return { exitCode, hasFailed: failure !== null, mayPass: false };
}

/** Says what went wrong, also to whom the publisher wants to be told. */
export async function tellFailure(
	command: BuildCommand,
	error: unknown,
	terminal: Terminal,
	alarm = new Alarm(command, terminal),
): Promise<void> {
	const { workshop } = placesOf(command.build);
	const lines = failureLines(error, failedJobFile(workshop.folder));
	for (const line of lines) terminal.say(line);
	await alarm.raise(lines[0] as string, 2);
}

async function printReport(
	{ isJson, isQuiet, watch }: BuildCommand,
	report: StreamedReport,
	isNew: (file: string) => boolean,
): Promise<void> {
	const folders = DATASETS.map(({ folder }) => folder);
	if (isJson)
		for await (const part of reportJson(report)) process.stdout.write(part);
	else if (!isQuiet)
		for await (const line of watch === null
			? reportLines(report, folders)
			: shortLines(report, isNew))
			console.log(printable(line));
}

async function* shortLines(
	report: StreamedReport,
	isNew: (file: string) => boolean,
): AsyncGenerator<string> {
	yield summaryLine(report);
	yield* rejectLines(report, isNew);
}

/** What a bucket's owner has to do once: told when the first lake is there. */
async function printAdvice({ out, endpoint }: BuildOptions): Promise<void> {
	if (!isBucketAddress(out)) return;
	const store = await openBucket(out, { endpoint });
	try {
		if ((await store.size(formerKey(1))) !== null) return;
		console.log(`\n${corsAdvice(store, null).join("\n")}`);
	} finally {
		store.close();
	}
}
