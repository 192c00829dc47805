import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type {
	DatasetDefinition,
	ParseOptions,
	SourceFile,
} from "../datasets/dataset.ts";
import type { StagedFile } from "../storage/staging.ts";
import type {
	FileOutcome,
	ParseAnswer,
	ParseEvent,
	ParseQuestion,
	ParseTask,
} from "./parse-messages.ts";
import { ProcessDied, WorkerProcess } from "./worker-process.ts";

/** Resident memory after which a process is replaced by a fresh one. */
const REPLACE_BYTES = 500 * 2 ** 20;

/** A batch ends once it holds this many bytes of files, or this many files. */
const BATCH_BYTES = 4 * 2 ** 20;
const BATCH_FILES = 64;

export interface ParseProgress {
	readonly files: number;
	readonly totalFiles: number;
	readonly bytes: number;
	readonly totalBytes: number;
}

/** All files of a dataset, parsed into staging files. */
export interface ParsedDataset {
	readonly dataset: DatasetDefinition;
	readonly files: readonly SourceFile[];
	readonly staged: readonly StagedFile[];
	/** Attempts whose rows do not count, rejects included: their process died. */
	readonly abandoned: readonly number[];
	/** Attempts whose rows do not count because the file was rejected. */
	readonly rejectedAttempts: readonly number[];
	/** Files that no process survived, with what happened. */
	readonly fatal: readonly { file: SourceFile; reason: string }[];
	readonly counts: ReadonlyMap<string, number>;
	/** A remark, the files that it is about: the first by path, and how many. */
	readonly notes: ReadonlyMap<string, { path: string; files: number }>;
	/** Largest VmHWM of the processes, in bytes. */
	readonly peakBytes: number;
}

/**
 * Parses files in processes of their own, which are reused from batch to batch and
 * replaced once they have grown. A process that dies takes the file at hand with
 * it, which is rejected; its other files are parsed again by the next one.
 */
export async function parseDataset(
	dataset: DatasetDefinition,
	files: readonly SourceFile[],
	settings: {
		readonly folder: string;
		/** Default: one a core, fewer for little input. */
		readonly processes?: number;
		readonly options: ParseOptions;
		onProgress(progress: ParseProgress): void;
	},
): Promise<ParsedDataset> {
	await mkdir(settings.folder, { recursive: true });
	const queue = files.toReversed();
	const staged: StagedFile[] = [];
	const abandoned: number[] = [];
	const rejectedAttempts: number[] = [];
	const fatal: { file: SourceFile; reason: string }[] = [];
	const counts = new Map<string, number>();
	const notes = new Map<string, { path: string; files: number }>();
	const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
	const batches = Math.max(
		Math.ceil(totalBytes / BATCH_BYTES),
		Math.ceil(files.length / BATCH_FILES),
	);
	const lanes = Math.min(
		settings.processes ?? Math.min(availableParallelism(), batches),
		files.length,
	);
	const batchFiles = Math.min(BATCH_FILES, Math.ceil(files.length / lanes));
	let attempts = 0;
	let processes = 0;
	let doneFiles = 0;
	let doneBytes = 0;
	let peak = 0;

	function nextBatch(): ParseTask[] {
		const batch: ParseTask[] = [];
		let bytes = 0;
		while (batch.length < batchFiles && bytes < BATCH_BYTES) {
			const file = queue.pop();
			if (file === undefined) break;
			batch.push({ file, attempt: attempts++ });
			bytes += file.bytes;
		}
		return batch;
	}

	function settle(file: SourceFile, outcome: FileOutcome): void {
		if (outcome.rejected) rejectedAttempts.push(outcome.attempt);
		for (const [name, count] of Object.entries(outcome.counts))
			counts.set(name, (counts.get(name) ?? 0) + count);
		for (const text of outcome.notes) {
			const known = notes.get(text);
			notes.set(text, {
				path: known && known.path < file.path ? known.path : file.path,
				files: (known?.files ?? 0) + 1,
			});
		}
	}

	/** Runs one process until the queue is empty, it has grown, or it dies. */
	async function runProcess(): Promise<void> {
		const prefix = `${processes++}`;
		const parser = new WorkerProcess<ParseQuestion, ParseEvent, ParseAnswer>(
			new URL("./parse-process.ts", import.meta.url),
			(message) => message.kind === "started" || message.kind === "parsed",
		);
		const outcomes = new Map<number, FileOutcome>();
		const tasks = new Map<number, ParseTask>();
		let current: ParseTask | undefined;
		try {
			await parser.ask({
				kind: "setup",
				dataset: dataset.name,
				folder: settings.folder,
				prefix,
				options: settings.options,
			});
			for (;;) {
				const batch = nextBatch();
				if (batch.length === 0) break;
				for (const task of batch) tasks.set(task.attempt, task);
				const idle = await parser.ask(
					{ kind: "parse", tasks: batch },
					(event) => {
						if (event.kind === "started") current = tasks.get(event.attempt);
						if (event.kind !== "parsed") return;
						outcomes.set(event.outcome.attempt, event.outcome);
						doneFiles++;
						doneBytes += current?.file.bytes ?? 0;
						current = undefined;
						settings.onProgress({
							files: doneFiles,
							totalFiles: files.length,
							bytes: doneBytes,
							totalBytes,
						});
					},
				);
				if (idle.kind === "idle" && idle.residentBytes > REPLACE_BYTES) break;
			}
			const end = await parser.ask({ kind: "finish" });
			if (end.kind !== "finished")
				throw new ProcessDied(`answered ${end.kind}`);
			staged.push(...end.files);
			peak = Math.max(peak, end.peakBytes);
			for (const [attempt, outcome] of outcomes)
				settle((tasks.get(attempt) as ParseTask).file, outcome);
		} catch (error) {
			if (!(error instanceof ProcessDied)) throw error;
			if (tasks.size === 0) throw error;
			// Without a file at hand to blame, the last one parsed is as good as any: it must end.
			const culprit = current ?? [...tasks.values()].at(-1);
			for (const task of tasks.values()) {
				abandoned.push(task.attempt);
				if (outcomes.has(task.attempt)) {
					doneFiles--;
					doneBytes -= task.file.bytes;
				}
				if (task !== culprit) queue.push(task.file);
			}
			if (culprit !== undefined)
				fatal.push({
					file: culprit.file,
					reason: `the process that read it ${error.message}`,
				});
		} finally {
			parser.kill();
		}
	}

	async function lane(): Promise<void> {
		while (queue.length > 0) await runProcess();
	}
	await Promise.all(Array.from({ length: lanes }, lane));
	return {
		dataset,
		files,
		staged,
		abandoned,
		rejectedAttempts,
		fatal,
		counts,
		notes,
		peakBytes: peak,
	};
}
