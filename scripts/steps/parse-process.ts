import { join } from "node:path";
import { FileError } from "../../src/lib/formats/file-error.ts";
import type {
	DatasetDefinition,
	ParseOptions,
	ParseOutput,
} from "../datasets/dataset.ts";
import { datasetNamed } from "../datasets/registry.ts";
import { type Database, openDatabase } from "../storage/duckdb.ts";
import { STAGED_REJECTS, StagingWriter } from "../storage/staging.ts";
import { peakBytes } from "./memory.ts";
import type {
	FileOutcome,
	ParseAnswer,
	ParseEvent,
	ParseQuestion,
	ParseTask,
} from "./parse-messages.ts";
import { serveQuestions } from "./worker-process.ts";

/** Longest sample of a rejected row, in UTF-16 units. */
const SAMPLE_LENGTH = 200;

interface Bench {
	readonly dataset: DatasetDefinition;
	readonly database: Database;
	readonly writer: StagingWriter;
	readonly options: ParseOptions;
}

let bench: Bench | null = null;

serveQuestions<ParseQuestion, ParseAnswer>(
	async (question, send) => {
		if (question.kind === "setup") {
			bench = await setUp(question);
			return { kind: "ready" };
		}
		if (bench === null) throw new Error("a parsing process was not set up");
		if (question.kind === "finish") {
			const files = await bench.writer.flush();
			bench.database.close();
			return { kind: "finished", files, peakBytes: peakBytes() };
		}
		for (const task of question.tasks) {
			send({ kind: "started", attempt: task.attempt } satisfies ParseEvent);
			const outcome = await parse(bench, task);
			send({ kind: "parsed", outcome } satisfies ParseEvent);
		}
		return { kind: "idle", residentBytes: process.memoryUsage.rss() };
	},
	(answer) => answer.kind === "finished",
);

async function setUp(
	setup: Extract<ParseQuestion, { kind: "setup" }>,
): Promise<Bench> {
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
	return { dataset, database, writer, options: setup.options };
}

async function parse(
	{ dataset, writer, options }: Bench,
	{ file, attempt }: ParseTask,
): Promise<FileOutcome> {
	const counts: Record<string, number> = {};
	const notes: string[] = [];
	const reject: ParseOutput["reject"] = (line, reason, sample) =>
		writer.row(STAGED_REJECTS.name, file.index, attempt, [
			line,
			reason,
			sample.slice(0, SAMPLE_LENGTH),
		]);
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
		await dataset.parse(file, output, options);
	} catch (error) {
		rejected = true;
		if (error instanceof FileError)
			reject(error.line, error.message, error.sample);
		else reject(null, error instanceof Error ? error.message : `${error}`, "");
	}
	await writer.drain();
	return { attempt, rejected, counts, notes };
}
