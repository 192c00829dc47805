import { constants } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { findRecord } from "../jobs/execute.ts";
import { inTurns } from "../jobs/in-turns.ts";
import type { Job, JobInput, JobRecord, Runner } from "../jobs/job.ts";
import type { Store } from "../storage/store.ts";
import type { BuildOptions, BuildStep } from "./settings/build-options.ts";
import { sizesIn } from "./state.ts";

/** Records that are looked for at a time. */
const LOOKED_FOR_AT_A_TIME = 16;

/** Jobs whose raw files are put into a store at a time. */
const SUPPLIED_AT_A_TIME = 4;

export interface StepTools {
	readonly stores: { readonly lake: Store; readonly work: Store };
	readonly runner: Runner;
	/** Folder of this machine. */
	readonly scratch: string;
}

/** Runs the steps of one build, and keeps what they made and how long they took. */
export class StepRunner {
	/** Of all jobs, done now or before. */
	readonly records: JobRecord[] = [];
	readonly seconds: Record<string, number> = {};
	/** Jobs that had not been done before. */
	jobsDone = 0;
	/** Largest VmHWM of the processes that did them, in bytes. */
	peakBytes = 0;
	readonly #options: BuildOptions;
	readonly #tools: StepTools;
	/** What earlier builds have left, of which sizes are asked for many files. */
	readonly #former: Record<"lake" | "work", Pick<Store, "read" | "size">>;

	constructor(options: BuildOptions, tools: StepTools) {
		this.#options = options;
		this.#tools = tools;
		const { lake, work } = tools.stores;
		this.#former = { lake: listedOnce(lake), work: listedOnce(work) };
	}

	/** Runs the jobs of a step, tells of their progress and keeps their records. */
	async run(
		step: BuildStep,
		jobs: readonly Job[],
		totalRows = 0,
	): Promise<JobRecord[]> {
		const { runner } = this.#tools;
		const found = await inTurns(LOOKED_FOR_AT_A_TIME, jobs, ({ id }) =>
			findRecord(id, this.#former),
		);
		const missing = jobs.filter((_, index) => found[index] === null);
		// Of workers elsewhere the jobs name copies in a store, which are no raw files.
		const sources = new Map(missing.map((job) => [job.id, sourceBytes(job)]));
		const totalBytes = sum(sources.values());
		let done = 0;
		let bytes = 0;
		const inWork = new Map<string, { rows: number; bytes: number }>();
		const tell = (label: string) => {
			const inAll = (of: "rows" | "bytes") =>
				sum(inWork.values().map((entry) => entry[of]));
			this.#options.onProgress?.({
				step,
				label,
				jobs: done,
				totalJobs: missing.length,
				bytes: Math.min(totalBytes, bytes + inAll("bytes")),
				totalBytes,
				rows: inAll("rows"),
				totalRows,
			});
		};
		const fresh = await this.timed(step, async () =>
			runner.run(await this.#supplied(missing, sources), {
				signal: this.#options.signal,
				onRetry: this.#options.onRetry,
				onProgress: ({ id, ...progress }) => {
					inWork.set(id, progress);
					tell("");
				},
				onDone: (job) => {
					done++;
					bytes += sources.get(job.id) ?? 0;
					const own = inWork.get(job.id);
					if (own !== undefined) inWork.set(job.id, { ...own, bytes: 0 });
					tell(job.label);
				},
			}),
		);
		const byId = new Map(fresh.map((record) => [record.id, record]));
		this.jobsDone += fresh.length;
		for (const record of fresh)
			this.peakBytes = Math.max(this.peakBytes, record.peakBytes);
		const records = jobs.map(
			({ id }, index) => (found[index] ?? byId.get(id)) as JobRecord,
		);
		this.records.push(...records);
		return records;
	}

	/** Jobs whose inputs all lie in stores, where workers elsewhere do them. */
	async #supplied(
		jobs: readonly Job[],
		sources: ReadonlyMap<string, number>,
	): Promise<readonly Job[]> {
		if (this.#options.queue === undefined) return jobs;
		const { work } = this.#tools.stores;
		const totalBytes = sum(sources.values());
		let done = 0;
		let bytes = 0;
		const tell = (label: string) =>
			this.#options.onProgress?.({
				step: "supply",
				label,
				jobs: done,
				totalJobs: jobs.length,
				bytes,
				totalBytes,
				rows: 0,
				totalRows: 0,
			});
		if (totalBytes > 0) tell("");
		return inTurns(SUPPLIED_AT_A_TIME, jobs, async (job) => {
			this.#options.signal?.throwIfAborted();
			const inputs = job.inputs.map((input, index): JobInput => {
				if (!("file" in input.from)) return input;
				const key = `sources/${job.id}/${index}`;
				return { ...input, from: { store: "work", key } };
			});
			for (const [index, { from }] of job.inputs.entries()) {
				const to = inputs[index]?.from;
				if (!("file" in from) || to === undefined || "file" in to) continue;
				const copy = join(this.#tools.scratch, `source-${job.id}-${index}`);
				await copyFile(from.file, copy, constants.COPYFILE_FICLONE);
				await work.put(copy, to.key);
				await rm(copy, { force: true });
			}
			done++;
			bytes += sources.get(job.id) ?? 0;
			if (totalBytes > 0) tell(job.label);
			return { ...job, inputs };
		});
	}

	/** Adds what some work takes to the seconds of a step. */
	async timed<T>(step: string, work: () => Promise<T>): Promise<T> {
		const started = performance.now();
		try {
			return await work();
		} finally {
			const seconds = (performance.now() - started) / 1000;
			this.seconds[step] = (this.seconds[step] ?? 0) + seconds;
		}
	}
}

/** Lists a store when first asked for a size: its files need not be asked for one by one. */
function listedOnce(store: Store): Pick<Store, "read" | "size"> {
	let sizes: Promise<Map<string, number>> | null = null;
	return {
		read: (key) => store.read(key),
		async size(key) {
			sizes ??= sizesIn(store);
			return (await sizes).get(key) ?? null;
		},
	};
}

function sum(numbers: IteratorObject<number>): number {
	return numbers.reduce((all, one) => all + one, 0);
}

/** Bytes of raw files that a job reads. */
function sourceBytes({ inputs }: Job): number {
	return inputs.reduce(
		(sum, { from, bytes }) => sum + ("file" in from ? bytes : 0),
		0,
	);
}
