import { gunzipSync, gzipSync } from "node:zlib";
import type { Catalog } from "../../src/lib/catalog/catalog.ts";
import type { DatasetDefinition } from "../datasets/dataset.ts";
import { type JobOutput, type JobRecord, recordKey } from "../jobs/job.ts";
import type { Store } from "../storage/store.ts";
import type { DatasetBuild } from "./dataset-build.ts";
import type { FormerBatch } from "./read/batches.ts";
import type { KnownFiles } from "./read/scan.ts";
import type { BuildReport } from "./report.ts";
import type { KeptPiece, WrittenPiece } from "./write/write-pieces.ts";

const STATE = "state.json.gz";

/** What a build leaves to the next one, in the work store. */
export interface BuildState {
	/** What the last publication was made from; another value means that there is work. */
	readonly fingerprint: string;
	/** Names what was kept private; null where nothing was. */
	readonly privacy: string | null;
	/** What it said. */
	readonly report: Omit<BuildReport, "rejects">;
	/** The files that hold its rejects. */
	readonly rejects: readonly Pick<JobOutput, "key" | "bytes">[];
	/** By id. */
	readonly pieces: Readonly<Record<string, KeptPiece>>;
	readonly known: KnownFiles;
	/** The files that were read together, by their paths, and the job that read them. */
	readonly batches: readonly (FormerBatch & { readonly dataset: string })[];
	/** Ids of the jobs whose records and outputs the next build may use. */
	readonly jobs: readonly string[];
}

/** Null where no build has published yet, or the state is of no use any more. */
export async function readState(work: Store): Promise<BuildState | null> {
	const bytes = await work.read(STATE);
	if (bytes === null) return null;
	try {
		return JSON.parse(gunzipSync(bytes).toString()) as BuildState;
	} catch (error) {
		if (error instanceof SyntaxError || "code" in (error as object))
			return null;
		throw error;
	}
}

async function writeState(work: Store, state: BuildState): Promise<void> {
	await work.write(STATE, gzipSync(JSON.stringify(state), { level: 1 }));
}

/** Removes from the work store what is neither the state nor named by it or the records of its jobs. */
async function sweepWork(
	work: Store,
	state: Pick<BuildState, "rejects" | "pieces"> | null,
	records: readonly JobRecord[],
): Promise<void> {
	const keep = new Set(state?.rejects.map(({ key }) => key));
	for (const { rejects } of Object.values(state?.pieces ?? {}))
		if (rejects !== null) keep.add(rejects);
	for (const { id, outputs } of records) {
		keep.add(recordKey(id));
		for (const { store, key } of outputs) if (store === "work") keep.add(key);
	}
	const gone: string[] = [];
	for await (const { key } of work.list(""))
		if (key !== STATE && !keep.has(key)) gone.push(key);
	await work.remove(gone);
}

/**
 * Leaves to the next build what it can use of this one, and removes the rest from the
 * work store.
 */
export async function keepState(
	work: Store,
	build: {
		readonly fingerprint: string;
		readonly privacy: BuildState["privacy"];
		readonly report: BuildState["report"];
		readonly datasets: readonly DatasetBuild[];
		readonly rejects: {
			readonly files: BuildState["rejects"];
			readonly pieces: readonly WrittenPiece[];
		};
		readonly known: KnownFiles;
		readonly records: readonly JobRecord[];
		readonly former: BuildState | null;
	},
): Promise<void> {
	const { datasets, rejects, records } = build;
	const stopped = datasets.filter((each) => each.stopped !== null);
	const pieces = [
		...datasets.flatMap((each) =>
			each.stopped === null ? [...each.pieces.values()].flat() : [],
		),
		...Object.values(build.former?.pieces ?? {}).filter((piece) =>
			stopped.some(({ dataset }) => dataset.name === piece.dataset),
		),
		...rejects.pieces.map((piece) => ({ ...piece, dataset: "rejects" })),
	];
	const state: BuildState = {
		fingerprint: build.fingerprint,
		privacy: build.privacy,
		report: build.report,
		rejects: rejects.files,
		pieces: Object.fromEntries(pieces.map((piece) => [piece.id, piece])),
		known: build.known,
		batches: datasets.flatMap(({ dataset, batches }) =>
			batches.map(({ files, record }) => ({
				dataset: dataset.name,
				job: record.id,
				files: files.map(({ path }) => path),
			})),
		),
		jobs: records.map(({ id }) => id),
	};
	await writeState(work, state);
	await sweepWork(work, state, records);
}

/**
 * Removes from the work store what a build has left there that has not published: a
 * full disk has room again, and what was done for the last publication stays.
 */
export async function forgetUnpublished(work: Store): Promise<void> {
	const state = await readState(work);
	const records: JobRecord[] = [];
	for (const id of state?.jobs ?? []) {
		const bytes = await work.read(recordKey(id));
		if (bytes !== null) records.push(JSON.parse(bytes.toString()) as JobRecord);
	}
	await sweepWork(work, state, records);
}

/** What the last build has read of a dataset. */
export function formerBatches(
	state: BuildState | null,
	{ name }: Pick<DatasetDefinition, "name">,
): FormerBatch[] {
	return (state?.batches ?? []).filter(({ dataset }) => dataset === name);
}

/** Sizes of all files of a store, by key. */
export async function sizesIn(store: Store): Promise<Map<string, number>> {
	const sizes = new Map<string, number>();
	for await (const { key, bytes } of store.list("")) sizes.set(key, bytes);
	return sizes;
}

/** Whether the lake is as the last build has left it. */
export function isWhole(
	{ pieces }: BuildState,
	catalog: Catalog | null,
	lakeFiles: ReadonlyMap<string, number>,
): boolean {
	if (catalog === null) return false;
	const manifests = catalog.tables.map(({ manifest }) => manifest);
	return (
		[...catalog.rollups, ...manifests].every(
			(file) => lakeFiles.get(file.path) === file.bytes,
		) && Object.values(pieces).every((piece) => isThere(piece, lakeFiles))
	);
}

/** Whether a piece's files are all where it says. */
export function isThere(
	piece: WrittenPiece,
	lakeFiles: ReadonlyMap<string, number>,
): boolean {
	return piece.files.every(
		(file) => lakeFiles.get(decodeURIComponent(file.path)) === file.bytes,
	);
}
