import { resolve } from "node:path";
import {
	formatBytes,
	formatCount,
	formatCounted,
} from "../../src/lib/text/format.ts";
import type { ParseOptions } from "../datasets/dataset.ts";
import { DATASETS } from "../datasets/registry.ts";
import { codeVersion } from "../jobs/code-version.ts";
import { findRecord } from "../jobs/execute.ts";
import { inTurns } from "../jobs/in-turns.ts";
import { publicationOf } from "../publish/publication.ts";
import { fingerprintOf } from "../steps/fingerprint.ts";
import { parseJob } from "../steps/jobs.ts";
import { inputFolders, ownFolders, placesOf } from "../steps/places.ts";
import {
	batchesAfter,
	bytesOf,
	type FormerBatch,
} from "../steps/read/batches.ts";
import {
	type FoundDataset,
	type ScannedFile,
	scanInput,
} from "../steps/read/scan.ts";
import {
	type BuildOptions,
	parseOptionsOf,
} from "../steps/settings/build-options.ts";
import { readSettings } from "../steps/settings/settings.ts";
import { formerBatches, isWhole, readState, sizesIn } from "../steps/state.ts";
import { openStore } from "../storage/open-store.ts";
import type { Store } from "../storage/store.ts";
import { noKnownFile } from "./words.ts";

/** Records that are looked for at a time. */
const AT_A_TIME = 16;

/** What a build would do, as `--dry-run --json` prints it. */
export interface BuildPlan {
	readonly format: "lakeside-build-plan";
	readonly input: string;
	readonly out: string;
	/** Of the lake that is there; null where there is none. */
	readonly version: string | null;
	/** The input, the options and the lake are as the last build has left them. */
	readonly isUnchanged: boolean;
	/** What would be asked for from elsewhere first; what comes of it is not in the plan. */
	readonly sources: readonly string[];
	readonly datasets: readonly PlannedDataset[];
	/** Datasets of the lake without a file in the input, which would leave it. */
	readonly leaving: readonly string[];
	readonly ignored: number;
}

export interface PlannedDataset {
	readonly name: string;
	/** With those that are copies of others. */
	readonly files: number;
	readonly bytes: number;
	readonly duplicates: number;
	/** Files are read in batches; of some, what an earlier build has read is there. */
	readonly batches: number;
	readonly read: { batches: number; files: number; bytes: number };
	/** Whether records that came more than once are looked for. */
	readonly compares: boolean;
	readonly tables: readonly string[];
	readonly rollups: readonly string[];
}

/**
 * Finds out what {@link buildLake} would do, and changes nothing anywhere. It reads
 * the files that it does not know, to tell copies and changes.
 */
export async function planBuild(options: BuildOptions): Promise<BuildPlan> {
	const input = resolve(options.input);
	const places = placesOf(options);
	const version = await codeVersion();
	const settings = await readSettings(
		input,
		DATASETS.map(({ name }) => name),
	);
	const { endpoint } = options;
	const lake = await openStore(places.lake, { endpoint });
	const work = await openStore(places.work, { endpoint });
	try {
		const state = await readState(work);
		const former = await publicationOf(lake);
		const scanned = await scanInput(
			inputFolders(input, places),
			ownFolders(places),
			DATASETS,
			state?.known ?? {},
			options,
		);
		const isUnchanged =
			state?.fingerprint ===
				fingerprintOf(version, options, settings, scanned) &&
			state.report.version === former?.version &&
			isWhole(state, former.catalog, await sizesIn(lake));
		const datasets: PlannedDataset[] = [];
		for (const found of scanned.found)
			datasets.push(
				await planDataset(
					found,
					formerBatches(state, found.dataset),
					version,
					parseOptionsOf(options, settings, found.dataset),
					{ lake, work },
				),
			);
		return {
			format: "lakeside-build-plan",
			input,
			out: places.lake,
			version: former?.version ?? null,
			isUnchanged,
			sources: settings.sources.map(({ name }) => name),
			datasets,
			leaving: (former?.catalog?.datasets ?? [])
				.map(({ name }) => name)
				.filter(
					(name) =>
						DATASETS.some((dataset) => dataset.name === name) &&
						!datasets.some((dataset) => dataset.name === name),
				),
			ignored: scanned.ignored.length,
		};
	} finally {
		lake.close();
		work.close();
	}
}

async function planDataset(
	{ dataset, files, duplicates }: FoundDataset,
	former: readonly FormerBatch[],
	version: string,
	options: ParseOptions,
	stores: { readonly lake: Store; readonly work: Store },
): Promise<PlannedDataset> {
	const jobOf = (batch: readonly ScannedFile[]) =>
		parseJob(version, dataset, batch, options, new Map()).id;
	const batches = batchesAfter(former, files, jobOf);
	const read = { batches: 0, files: 0, bytes: 0 };
	await inTurns(AT_A_TIME, batches, async (batch) => {
		if ((await findRecord(jobOf(batch), stores)) !== null) return;
		read.batches++;
		read.files += batch.length;
		read.bytes += bytesOf(batch);
	});
	return {
		name: dataset.name,
		files: files.length + duplicates.length,
		bytes: bytesOf(files) + bytesOf(duplicates.map(({ file }) => file)),
		duplicates: duplicates.length,
		batches: batches.length,
		read,
		compares: dataset.unique !== undefined,
		tables: dataset.tables.map(({ name }) => name),
		rollups: dataset.rollups.map(({ name }) => name),
	};
}

/** The plan for people. */
export function planLines(plan: BuildPlan): string[] {
	const lines = [`Plan for ${plan.input}`];
	if (plan.sources.length > 0)
		lines.push(
			`  would ask for ${plan.sources.join(", ")} first; what is new there is not in this plan`,
		);
	for (const dataset of plan.datasets) lines.push(...datasetLines(dataset));
	if (plan.datasets.length === 0)
		lines.push(
			`  ${noKnownFile(
				plan.input,
				DATASETS.map(({ folder }) => folder),
			)}`,
		);
	if (plan.ignored > 0)
		lines.push(`  ${formatCounted(plan.ignored, "file")} would be ignored`);
	for (const name of plan.leaving)
		lines.push(`  ${name} would leave the lake: there is no file of it`);
	const there =
		plan.version === null
			? "where there is no lake yet"
			: `where version ${plan.version} is`;
	lines.push(
		plan.isUnchanged
			? `Nothing is new: ${plan.out} would stay at version ${plan.version}`
			: plan.datasets.length === 0
				? "Nothing would be published"
				: `Would publish to ${plan.out}, ${there}`,
		"Nothing was changed.",
	);
	return lines;
}

function datasetLines(dataset: PlannedDataset): string[] {
	const { name, read } = dataset;
	const copies =
		dataset.duplicates > 0
			? `, ${formatCount(dataset.duplicates)} of them copies`
			: "";
	const lines = [
		`  ${name.padEnd(12)} ${formatCounted(dataset.files, "file")}${copies}, ${formatBytes(dataset.bytes)}`,
	];
	if (read.batches === 0)
		return [...lines, "    read: nothing, all is as it was read before"];
	lines.push(
		`    read: ${formatCount(read.batches)} of ${formatCounted(dataset.batches, "batch", "batches")}, ${formatCounted(read.files, "file")}, ${formatBytes(read.bytes)}`,
	);
	if (dataset.compares) lines.push("    compare: what came more than once");
	lines.push(
		`    write: what has changed of ${dataset.tables.join(", ")}`,
		`    aggregate: ${dataset.rollups.join(", ") || "nothing"}`,
	);
	return lines;
}
