import { join } from "node:path";
import { FileError, type ParseOutput } from "../datasets/dataset.ts";
import { datasetNamed } from "../datasets/registry.ts";
import { openDatabase } from "../storage/duckdb.ts";
import { STAGED_REJECTS, StagingWriter } from "../storage/staging.ts";
import { peakBytes } from "./memory.ts";
import type {
	FileOutcome,
	FromParser,
	ParseSetup,
	ParseTask,
	ToParser,
} from "./parse-messages.ts";

/** Longest sample of a rejected row, in UTF-16 units. */
const SAMPLE_LENGTH = 200;

/** One of the processes that parse: takes tasks in batches until it is told to finish. */
async function serve(setup: ParseSetup): Promise<void> {
	const dataset = datasetNamed(setup.dataset);
	const database = await openDatabase({
		memoryLimit: "256MB",
		temporaryFolder: join(setup.folder, `spill-${setup.prefix}`),
	});
	const writer = await StagingWriter.create(
		database.connection,
		setup.folder,
		setup.prefix,
		[...dataset.staging, STAGED_REJECTS],
	);

	async function parse({ file, attempt }: ParseTask): Promise<FileOutcome> {
		const counts: Record<string, number> = {};
		const notes: string[] = [];
		let rejects = 0;
		const reject: ParseOutput["reject"] = (line, reason, sample) => {
			rejects++;
			writer.row(STAGED_REJECTS.name, file.index, attempt, [
				line,
				reason,
				sample.slice(0, SAMPLE_LENGTH),
			]);
		};
		const output: ParseOutput = {
			row: (table, values) => writer.row(table, file.index, attempt, values),
			select: (name, select) => {
				const table = dataset.staging.find((entry) => entry.name === name);
				if (table === undefined)
					throw new Error(`unknown staging table: ${name}`);
				return writer.select(table, file.index, attempt, select);
			},
			reject,
			count: (name, by = 1) => {
				counts[name] = (counts[name] ?? 0) + by;
			},
			note: (text) => notes.push(text),
			drain: () => writer.drain(),
		};
		let rejected = false;
		try {
			await dataset.parse(file, output, setup.options);
		} catch (error) {
			rejected = true;
			if (error instanceof FileError)
				reject(error.line, error.message, error.sample);
			else
				reject(null, error instanceof Error ? error.message : `${error}`, "");
		}
		await writer.drain();
		return { attempt, rejected, rejects, counts, notes };
	}

	send({ kind: "ready" });
	for await (const message of messages()) {
		if (message.kind === "parse") {
			for (const task of message.tasks) {
				send({ kind: "started", attempt: task.attempt });
				send({ kind: "parsed", outcome: await parse(task) });
			}
			send({ kind: "idle", residentBytes: process.memoryUsage.rss() });
		} else {
			const files = await writer.flush();
			send({ kind: "finished", files, peakBytes: peakBytes() });
			break;
		}
	}
	database.close();
}

/** Messages of the parent, in order, the first of which is the setup. */
async function* messages(): AsyncGenerator<ToParser> {
	for (;;) {
		while (inbox.length > 0) yield inbox.shift() as ToParser;
		await new Promise<void>((resolve) => {
			wake = resolve;
		});
	}
}

function send(message: FromParser): void {
	process.send?.(message);
}

const inbox: ToParser[] = [];
let wake = () => {};

process.on("message", (message: ToParser) => {
	if (message.kind === "setup")
		serve(message).then(
			() => process.disconnect(),
			(error: unknown) => {
				send({
					kind: "failed",
					message: error instanceof Error ? (error.stack ?? "") : `${error}`,
				});
				process.exitCode = 1;
				process.disconnect();
			},
		);
	else {
		inbox.push(message);
		wake();
	}
});
