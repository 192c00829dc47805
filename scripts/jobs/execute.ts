import {
	lstatSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	statSync,
	symlinkSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { peakBytes } from "../steps/memory.ts";
import { MissingFileError, type Store, StoreError } from "../storage/store.ts";
import { inTurns } from "./in-turns.ts";
import {
	type Job,
	type JobInput,
	type JobOutput,
	type JobProgress,
	type JobRecord,
	type JobStores,
	type Json,
	recordKey,
} from "./job.ts";

/** Files that are fetched or put at a time. */
const AT_A_TIME = 8;

/**
 * The code of a kind of jobs. It finds its inputs, makes its outputs, and knows
 * nothing of where they come from and go to. The same parameters and inputs must give
 * the same outputs.
 */
export type JobKind = (params: Json, context: JobContext) => Promise<JobResult>;

export interface JobContext {
	/** The id of the job, which no other has. */
	readonly id: string;
	/** Local paths of the inputs, which must not be changed, by their names. */
	readonly inputs: ReadonlyMap<string, string>;
	/** Empty folder for outputs. What else is left in it is removed. */
	readonly out: string;
	/** Folder for what outgrows memory, the same for all jobs of a process. */
	readonly spill: string;
	/** The job is to stop; its answer does not count any more. */
	readonly signal: AbortSignal;
	/** How far the job is: rows and bytes since its start. */
	progress(rows: number, bytes: number): void;
	/** Keeps a line for people in the job's log. */
	log(line: string): void;
	/** Names what is worked on now: a process that dies is blamed on it. */
	at(item: string): void;
}

export interface JobResult {
	readonly outputs: readonly {
		/** Path below {@link JobContext.out}. */
		readonly file: string;
		readonly store: keyof JobStores;
		/** A key of the lake holds the hash of its content. */
		readonly key: string;
	}[];
	/** What the job says about its outputs, for example counts. */
	readonly value: Json;
}

/** A module of kinds, which a worker process loads. */
export interface KindsModule {
	readonly kinds: Readonly<Record<string, JobKind>>;
	/** Opens what kinds keep from job to job; `spill` is that of {@link JobContext}. */
	open?(spill: string): Promise<void>;
	/** Lets go of what kinds keep from job to job, before the process ends. */
	close?(): Promise<void>;
}

export interface ExecuteOptions {
	/** Folder of this machine in which the job gets one of its own. */
	readonly scratch: string;
	readonly signal?: AbortSignal;
	onProgress?(progress: JobProgress): void;
	onItem?(item: string): void;
	onLog?(line: string): void;
	/** Takes the writing of the record, for which the job does not wait then: whoever needs it later does. */
	onKeeping?(keeping: Promise<void>): void;
}

/**
 * Does a job in this process, unless it is done already: its record is in the work
 * store and its outputs are where it says. The record comes last, so that a job that
 * is killed has not been done.
 */
export async function executeJob(
	job: Job,
	kind: JobKind,
	stores: Readonly<Record<keyof JobStores, Store>>,
	options: ExecuteOptions,
): Promise<JobRecord> {
	const done = await findRecord(job.id, stores);
	if (done !== null) return done;
	const signal = options.signal ?? new AbortController().signal;
	signal.throwIfAborted();
	const started = performance.now();
	mkdirSync(options.scratch, { recursive: true });
	const scratch = mkdtempSync(join(options.scratch, "job-"));
	try {
		const folder = join(scratch, "in");
		const out = join(scratch, "out");
		mkdirSync(folder);
		mkdirSync(out);
		const inputs = await inTurns(AT_A_TIME, job.inputs, async (input) => {
			signal.throwIfAborted();
			return [input.name, await supply(input, stores, folder)] as const;
		});
		const log: string[] = [];
		const { outputs, value } = await kind(job.params, {
			id: job.id,
			inputs: new Map(inputs),
			out,
			spill: spillFolder(options.scratch),
			signal,
			progress: (rows, bytes) =>
				options.onProgress?.({ id: job.id, rows, bytes }),
			log: (line) => {
				log.push(line);
				options.onLog?.(line);
			},
			at: (item) => options.onItem?.(item),
		});
		signal.throwIfAborted();
		const record: JobRecord = {
			id: job.id,
			label: job.label,
			outputs: await inTurns(AT_A_TIME, outputs, (output) => {
				signal.throwIfAborted();
				return takeOver(output, stores, out);
			}),
			value,
			peakBytes: peakBytes(),
			seconds: (performance.now() - started) / 1000,
			log,
		};
		signal.throwIfAborted();
		const keeping = stores.work.write(
			recordKey(job.id),
			Buffer.from(JSON.stringify(record)),
		);
		if (options.onKeeping === undefined) await keeping;
		else options.onKeeping(keeping);
		return record;
	} finally {
		// A promise for each of its many links would take most of a small job's time.
		rmSync(scratch, { recursive: true, force: true });
	}
}

/** The local path of an input. */
export function inputOf(
	{ inputs }: Pick<JobContext, "inputs">,
	name: string,
): string {
	const path = inputs.get(name);
	if (path === undefined) throw new Error(`not an input of the job: ${name}`);
	return path;
}

/** Where jobs with a scratch folder have what outgrows memory. */
export function spillFolder(scratch: string): string {
	return join(scratch, "spill");
}

/** The record of a job that is done and whose outputs are all there, else null. */
export async function findRecord(
	id: string,
	stores: Readonly<Record<keyof JobStores, Pick<Store, "read" | "size">>>,
): Promise<JobRecord | null> {
	const bytes = await stores.work.read(recordKey(id));
	if (bytes === null) return null;
	const record = JSON.parse(bytes.toString()) as JobRecord;
	const there = await inTurns(
		AT_A_TIME,
		record.outputs,
		async (output) =>
			(await stores[output.store].size(output.key)) === output.bytes,
	);
	return there.every(Boolean) ? record : null;
}

/** Gives the local path of an input. */
async function supply(
	{ name, from, bytes }: JobInput,
	stores: Readonly<Record<keyof JobStores, Store>>,
	folder: string,
): Promise<string> {
	const to = join(folder, name);
	// What people call their files may mean something to DuckDB.
	if ("file" in from) symlinkSync(from.file, to);
	const path =
		"file" in from ? to : await stores[from.store].fetch(from.key, to);
	const status = statSync(path, { throwIfNoEntry: false });
	if (status === undefined) throw new MissingFileError(`${name} is gone`);
	if (status.size !== bytes)
		throw new StoreError(
			`${name} has ${status.size} bytes instead of ${bytes}: it was changed meanwhile; run again`,
		);
	return path;
}

async function takeOver(
	output: JobResult["outputs"][number],
	stores: Readonly<Record<keyof JobStores, Store>>,
	out: string,
): Promise<JobOutput> {
	const { store, key } = output;
	const file = resolve(out, output.file);
	const status = lstatSync(file);
	// A link would be put in the place of what it leads to.
	if (!status.isFile()) throw new Error(`an output is not a file: ${file}`);
	const bytes = status.size;
	const isThere = store === "lake" && (await stores.lake.size(key)) === bytes;
	if (!isThere) await stores[store].put(file, key);
	return { store, key, bytes };
}
