import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { DatasetDefinition } from "../datasets/dataset.ts";
import { DATASETS } from "../datasets/registry.ts";
import { codeVersion } from "../jobs/code-version.ts";
import { inTurns } from "../jobs/in-turns.ts";
import { JobError, type JobRecord } from "../jobs/job.ts";
import { ProcessRunner } from "../jobs/process-runner.ts";
import { withClosing } from "../steps/closing.ts";
import { parseJob } from "../steps/jobs.ts";
import { placesOf } from "../steps/places.ts";
import type { Bucket } from "../steps/read/buckets.ts";
import type { ParsedBatch } from "../steps/read/parse-batch.ts";
import { contentOf, type ListedFile } from "../steps/read/scan.ts";
import {
	type BuildOptions,
	parseOptionsOf,
} from "../steps/settings/build-options.ts";
import { readSettings } from "../steps/settings/settings.ts";
import { claimWorkshop } from "../steps/workshop.ts";
import { readPieces } from "../steps/write/pieces.ts";
import { openDatabase } from "../storage/duckdb.ts";
import { openStore } from "../storage/open-store.ts";

/** What tells a station's or all rides' month from another: the partition and the first two buckets. */
const BUCKETS_OF_KEY = 2;

export interface KeyedFile {
	readonly dataset: DatasetDefinition;
	readonly file: ListedFile;
}

/**
 * The keys that files touch, by path: where the rows of each lie in the first table of
 * its dataset. None of a file that cannot be read. Each is read alone, on this machine;
 * a large one, which is a batch of its own, need not be read again by the build. Throws
 * a `BusyError` while a build is at work.
 */
export async function keysOfFiles(
	files: readonly KeyedFile[],
	options: BuildOptions,
): Promise<Map<string, readonly string[]>> {
	const places = placesOf(options);
	const { endpoint, signal, processes = availableParallelism() } = options;
	const settings = await readSettings(
		resolve(options.input),
		DATASETS.map(({ name }) => name),
	);
	const version = await codeVersion();
	const workshop = await claimWorkshop(places.workshop.folder, places.lake);
	return withClosing(async (onEnd) => {
		onEnd(() => workshop.release());
		const work = await openStore(places.work, { endpoint });
		onEnd(() => work.close());
		const runner = new ProcessRunner({
			stores: { lake: places.lake, work: places.work },
			processes,
			scratch: join(workshop.scratch, "jobs"),
			endpoint,
		});
		onEnd(() => runner.close());
		const database = await openDatabase({
			temporaryFolder: join(workshop.scratch, "spill"),
		});
		onEnd(() => database.close());
		const keys = new Map<string, readonly string[]>();
		const read = await inTurns(processes, files, async (entry) => {
			const { dataset, file } = entry;
			const content = await contentOf(file.absolutePath, file.bytes, signal);
			const job = parseJob(
				version,
				dataset,
				[{ ...file, content }],
				parseOptionsOf(options, settings, dataset),
				new Map(),
			);
			const record = await runner
				.run([job], { signal })
				.then(([only]) => only ?? null, nullIfFailed);
			return { ...entry, record };
		});
		for (const [index, { dataset, file, record }] of read.entries()) {
			const [table] = dataset.tables;
			const summary = table && record && summaryOf(record, table.name);
			if (!table || !summary) {
				keys.set(file.path, []);
				continue;
			}
			const to = join(workshop.scratch, `keys-${index}.parquet`);
			const path = await work.fetch(summary, to);
			const pieces = await readPieces(
				database.connection,
				table,
				new Map([[file.path, path]]),
				0,
			);
			const own = pieces.map((piece) => keyOf(dataset.name, piece));
			keys.set(file.path, [...new Set(own)]);
		}
		return keys;
	});
}

/** Names a part of the lake that is rebuilt as one: `weather/garden/2024/202405`. */
export function keyOf(dataset: string, { partition, buckets }: Bucket): string {
	return [
		dataset,
		...Object.values(partition),
		...buckets.slice(0, BUCKETS_OF_KEY),
	]
		.map((part) => part ?? "-")
		.join("/");
}

/** Key of the file that tells where a job's rows of a table lie; null without rows. */
function summaryOf(record: JobRecord, table: string): string | null {
	const { tables } = record.value as unknown as ParsedBatch;
	const buckets = tables[table]?.buckets ?? null;
	return buckets === null ? null : (record.outputs[buckets]?.key ?? null);
}

/** The build says what is wrong with a file that no process survives. */
function nullIfFailed(error: unknown): null {
	if (error instanceof JobError) return null;
	throw error;
}
