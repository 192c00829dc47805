import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Catalog, ManifestFile } from "../../src/lib/catalog/catalog.ts";
import { DATASETS } from "../datasets/registry.ts";
import { codeVersion } from "../jobs/code-version.ts";
import { allEnded, inTurns } from "../jobs/in-turns.ts";
import { JobError, type JobRecord, type Json } from "../jobs/job.ts";
import {
	collect,
	type Publication,
	publicationOf,
	publish,
} from "../publish/publication.ts";
import type { FetchedSource } from "../sources/fetch-source.ts";
import { openDatabase } from "../storage/duckdb.ts";
import type { Aggregated } from "./aggregate/aggregate.ts";
import { BuildRejects } from "./build-rejects.ts";
import type { ResolvedClaims } from "./compare/resolve-claims.ts";
import {
	DatasetBuild,
	output,
	parsed,
	type WorkFile,
} from "./dataset-build.ts";
import { fingerprintOf } from "./fingerprint.ts";
import {
	aggregateJob,
	identityOf,
	parseJob,
	rejectsJob,
	resolveJob,
	writeJobs,
} from "./jobs.ts";
import { makeCatalog } from "./lake-catalog.ts";
import { peakBytes } from "./memory.ts";
import { type BuildPlaces, inputFolders, ownFolders } from "./places.ts";
import { batchesAfter } from "./read/batches.ts";
import { type ScannedFile, type ScannedInput, scanInput } from "./read/scan.ts";
import type { BuildReport, StreamedReport } from "./report.ts";
import {
	type BuildOptions,
	DEFAULT_MAX_REJECTED,
	parseOptionsOf,
} from "./settings/build-options.ts";
import { type InputSettings, readSettings } from "./settings/settings.ts";
import {
	type BuildState,
	forgetUnpublished,
	formerBatches,
	isThere,
	isWhole,
	keepState,
	readState,
	sizesIn,
} from "./state.ts";
import { StepRunner, type StepTools } from "./step-runner.ts";
import type { Workshop } from "./workshop.ts";
import { type CutTable, cutTable, planPieces } from "./write/plan-pieces.ts";
import type { KeptPiece, WrittenPiece } from "./write/write-pieces.ts";

export interface BuildTools extends Omit<StepTools, "scratch"> {
	readonly input: string;
	readonly places: BuildPlaces;
	readonly workshop: Workshop;
	readonly connection: DuckDBConnection;
	/** Folder for what outgrows memory, that of `connection` too. */
	readonly spill: string;
}

/** Tables that are cut into pieces at a time. */
const CUT_AT_A_TIME = 3;

/** Reads, compares, writes, aggregates and publishes, as far as anything is new. */
export async function runSteps(
	options: BuildOptions,
	tools: BuildTools,
): Promise<StreamedReport> {
	const [settings, version] = await Promise.all([
		readSettings(
			tools.input,
			DATASETS.map(({ name }) => name),
		),
		codeVersion(),
	]);
	return new BuildRun(options, tools, settings, version).run();
}

/** What a build has put in force. */
interface Published {
	readonly catalog: Catalog;
	readonly version: string;
	readonly rejects: readonly WrittenPiece[];
}

/** One run, and what it has found and made so far. */
class BuildRun {
	readonly #options: BuildOptions;
	readonly #tools: BuildTools;
	readonly #settings: InputSettings;
	readonly #version: string;
	readonly #steps: StepRunner;
	readonly #rejects: BuildRejects;
	/** Names what is kept private; null where nothing is. */
	readonly #privacy: string | null;
	readonly #started = performance.now();
	/** Local paths of files of the work store, by key. */
	readonly #fetched = new Map<string, Promise<string>>();

	constructor(
		options: BuildOptions,
		tools: BuildTools,
		settings: InputSettings,
		version: string,
	) {
		this.#options = options;
		this.#tools = tools;
		this.#settings = settings;
		this.#version = version;
		const { privacy } = settings;
		this.#privacy =
			privacy === undefined ? null : identityOf(privacy as unknown as Json);
		const { scratch } = tools.workshop;
		this.#steps = new StepRunner(options, { ...tools, scratch });
		this.#rejects = new BuildRejects(tools.connection, this.#fetch);
	}

	async run(): Promise<StreamedReport> {
		const { input, places, stores, workshop } = this.#tools;
		const [state, former] = await Promise.all([
			readState(stores.work),
			publicationOf(stores.lake),
		]);
		const sources = await this.#steps.timed("fetch", () =>
			this.#fetchSources(),
		);
		const [scanned, lakeFiles] = await this.#steps.timed("scan", () =>
			Promise.all([
				scanInput(
					inputFolders(input, places),
					ownFolders(places),
					DATASETS,
					state?.known ?? {},
					this.#options,
				),
				sizesIn(stores.lake),
			]),
		);
		const fingerprint = fingerprintOf(
			this.#version,
			this.#options,
			this.#settings,
			scanned,
		);
		if (
			state?.fingerprint === fingerprint &&
			state.report.version === former?.version &&
			isWhole(state, former.catalog, lakeFiles)
		) {
			// It may have ended when its state was written and not all was removed.
			if (workshop.wasLeft) await forgetUnpublished(stores.work);
			return this.#unchanged(state, sources);
		}

		const datasets = scanned.found.map((found) => new DatasetBuild(found));
		await this.#read(datasets, state);
		// Where pieces begin and end does not depend on what came more than once.
		const [tables] = await allEnded([
			this.#cut(datasets, state),
			this.#compare(datasets),
		]);
		await this.#write(datasets, tables, state, lakeFiles);
		const { maxRejected = DEFAULT_MAX_REJECTED } = this.#options;
		for (const each of datasets) {
			each.checkBalance();
			// Only now all is known that is rejected: copies may contradict each other.
			each.stopAbove(maxRejected);
		}
		const going = datasets.filter(({ stopped }) => stopped === null);
		for (const each of datasets)
			await this.#rejects.add(
				this.#version,
				each,
				stores.work,
				workshop.scratch,
			);
		const rejected = await this.#rejects.count();
		const published = going.some(({ rows }) => rows > 0)
			? await this.#publish(datasets, rejected, state, former)
			: null;
		const report = this.#report(
			scanned,
			sources,
			datasets,
			rejected,
			published,
		);
		if (published !== null)
			await keepState(stores.work, {
				fingerprint,
				privacy: this.#privacy,
				report,
				datasets,
				rejects: { files: this.#rejects.files, pieces: published.rejects },
				known: scanned.known,
				records: this.#steps.records,
				former: state,
			});
		return { ...report, rejects: () => this.#rejects.stream() };
	}

	#unchanged(
		state: BuildState,
		sources: readonly FetchedSource[],
	): StreamedReport {
		const { done, reused } = state.report.jobs;
		this.#rejects.files.push(...state.rejects);
		return {
			...state.report,
			unchanged: true,
			sources,
			exitCode: hasFailed(sources) ? 1 : state.report.exitCode,
			seconds: (performance.now() - this.#started) / 1000,
			stepSeconds: this.#steps.seconds,
			jobs: { done: 0, reused: done + reused },
			rejects: () => this.#rejects.stream(),
		};
	}

	/** Brings what is fetched from elsewhere up to date. */
	async #fetchSources(): Promise<FetchedSource[]> {
		const { signal, onTrouble } = this.#options;
		const { sources } = this.#settings;
		const folder = this.#tools.workshop.sources;
		if (sources.length === 0 && !existsSync(folder)) return [];
		// Loaded where there is a source: it takes a good part of a small build's start.
		const { fetchSources } = await import("../sources/fetch-sources.ts");
		return fetchSources(sources, folder, {
			signal,
			onRetry: (source, reason, attempt) =>
				onTrouble?.(`${source}: ${reason}; try ${attempt}`),
		});
	}

	/** Reads all files of all datasets, in batches. */
	async #read(
		datasets: readonly DatasetBuild[],
		state: BuildState | null,
	): Promise<void> {
		const faults = new Map<string, string>();
		const jobOf = (build: DatasetBuild, files: readonly ScannedFile[]) =>
			parseJob(
				this.#version,
				build.dataset,
				files,
				parseOptionsOf(this.#options, this.#settings, build.dataset),
				faults,
			);
		const batches = datasets.flatMap((build) =>
			batchesAfter(
				formerBatches(state, build.dataset),
				build.found.files,
				(files) => jobOf(build, files).id,
			).map((files) => ({ build, files })),
		);
		const jobs = () => batches.map(({ build, files }) => jobOf(build, files));
		let records: JobRecord[] | null = null;
		while (records === null)
			try {
				records = await this.#steps.run("read", jobs());
			} catch (error) {
				// A file that no process survives is rejected; the other files are read without it.
				if (!(error instanceof JobError) || error.lastItem === null)
					throw error;
				if (faults.has(error.lastItem)) throw error;
				const how = /: its process (.*?)(?: at .*)?$/s.exec(error.message)?.[1];
				faults.set(error.lastItem, `the process that read it ${how}`);
			}
		for (const [index, { build, files }] of batches.entries())
			build.addBatch({ files, record: records[index] as JobRecord });
	}

	/** Finds the copies of things that came more than once. */
	async #compare(datasets: readonly DatasetBuild[]): Promise<void> {
		const comparing = datasets.flatMap((build) => {
			const claims = build.batches.flatMap(({ record }) => {
				const own = parsed(record).claims;
				return own === null
					? []
					: [{ ...output(record, own.file), rows: own.rows, job: record.id }];
			});
			return claims.length === 0
				? []
				: [
						{
							build,
							job: resolveJob(
								this.#version,
								build.dataset,
								claims,
								this.#settings.datasets[build.dataset.name]?.onePerTrip ??
									false,
							),
						},
					];
		});
		const records = await this.#steps.run(
			"compare",
			comparing.map(({ job }) => job),
		);
		for (const [index, { build }] of comparing.entries()) {
			const record = records[index] as JobRecord;
			build.resolve(record, record.value as unknown as ResolvedClaims);
		}
	}

	/** Sorts and writes the pieces that have changed. */
	async #write(
		datasets: readonly DatasetBuild[],
		tables: readonly CutTable[],
		state: BuildState | null,
		lakeFiles: ReadonlyMap<string, number>,
	): Promise<void> {
		const { stores } = this.#tools;
		const kept = (id: string) => {
			const piece = state?.pieces[id];
			return piece !== undefined && isThere(piece, lakeFiles) ? piece : null;
		};
		const planned = tables.flatMap((cut) =>
			planPieces(this.#version, cut, (id) => kept(id)?.files ?? []).map(
				(piece) => ({ build: cut.build, piece }),
			),
		);
		const losers = new Map<string, WorkFile>();
		for (const build of datasets) {
			const { resolved } = build;
			if (resolved !== null && resolved.value.losers !== null)
				losers.set(
					build.dataset.name,
					output(resolved.record, resolved.value.losers),
				);
		}
		const former = new Map<string, KeptPiece>();
		for (const { piece } of planned) {
			const same = kept(piece.id);
			if (same === null) continue;
			const { rejects } = same;
			if (rejects === null || (await stores.work.size(rejects)) !== null)
				former.set(piece.id, same);
		}
		const fresh = planned
			.map(({ piece }) => piece)
			.filter(({ id }) => !former.has(id));
		const records = await this.#steps.run(
			"write",
			writeJobs(this.#version, fresh, losers),
			fresh.reduce((sum, { rows }) => sum + rows, 0),
		);
		const written = new Map(
			records
				.flatMap((record) => record.value as unknown as WrittenPiece[])
				.map((piece) => [piece.id, piece]),
		);
		for (const { build, piece } of planned) {
			const made = written.get(piece.id) ?? former.get(piece.id);
			if (made === undefined)
				throw new Error(
					`a piece of ${piece.table.name} was not written: ${piece.id}`,
				);
			build.addPiece(piece.table.name, made);
		}
	}

	/** Cuts all tables into pieces, in the order of these. */
	async #cut(
		datasets: readonly DatasetBuild[],
		state: BuildState | null,
	): Promise<CutTable[]> {
		const former = new Set(state?.batches.map(({ job }) => job));
		const tables = datasets.flatMap((build) =>
			build.dataset.tables.map((table) => ({ build, table })),
		);
		return inTurns(CUT_AT_A_TIME, tables, async ({ build, table }) => {
			const { spill: temporaryFolder } = this.#tools;
			const database = await openDatabase({ temporaryFolder });
			try {
				const { connection } = database;
				return await cutTable(build, table, connection, former, this.#fetch);
			} finally {
				await database.close();
			}
		});
	}

	/** Finishes the lake whose tables are written, and puts its catalog in force. */
	async #publish(
		datasets: readonly DatasetBuild[],
		rejected: number,
		state: BuildState | null,
		former: Publication | null,
	): Promise<Published> {
		const { lake } = this.#tools.stores;
		const { signal, withRejects = true } = this.#options;
		const { maxGapSeconds, maxGapMeters } = this.#options;
		// What was published before may hold what is private now.
		const isMorePrivate =
			this.#privacy !== null && this.#privacy !== state?.privacy;
		const keep = isMorePrivate ? 1 : this.#options.keep;
		const going = datasets.filter(({ stopped }) => stopped === null);
		const aggregates = going.map(({ dataset, pieces }) =>
			aggregateJob(
				this.#version,
				dataset,
				this.#settings.datasets[dataset.name]?.startView,
				Object.fromEntries(
					dataset.tables.map(({ name }) => [
						name,
						(pieces.get(name) ?? []).flatMap(({ files }) =>
							files.map(lakeFile),
						),
					]),
				),
			),
		);
		// Rejects name files and quote them.
		const isTold = withRejects && this.#privacy === null && rejected > 0;
		const records = await this.#steps.run("aggregate", [
			...aggregates,
			...(isTold
				? [rejectsJob(this.#version, this.#rejects.files, rejected)]
				: []),
		]);
		const rejects = (records[aggregates.length]?.value ??
			[]) as unknown as WrittenPiece[];
		return this.#steps.timed("publish", async () => {
			const catalog = await makeCatalog(
				lake,
				this.#settings,
				{ maxGapSeconds, maxGapMeters },
				datasets.map((build) => {
					const record = records[going.indexOf(build)];
					return {
						build,
						aggregated:
							build.stopped === null
								? (record?.value as unknown as Aggregated)
								: null,
						former:
							isMorePrivate && build.dataset.isPrivate
								? null
								: (former?.catalog ?? null),
					};
				}),
				rejects.flatMap(({ files }) => files),
			);
			await this.#tools.runner.kept();
			signal?.throwIfAborted();
			const base = former?.tag ?? null;
			const { version } = await publish(lake, catalog, { keep, base });
			await collect(lake, { keep, ...(isMorePrivate && { minAgeMs: 0 }) });
			return { catalog, version, rejects };
		});
	}

	#report(
		{ ignored }: ScannedInput,
		sources: readonly FetchedSource[],
		datasets: readonly DatasetBuild[],
		rejected: number,
		published: Published | null,
	): Omit<BuildReport, "rejects"> {
		const isFlawed =
			rejected > 0 ||
			hasFailed(sources) ||
			datasets.some(({ stopped }) => stopped !== null);
		const { jobsDone, records, seconds } = this.#steps;
		const { tables = [], rollups = [] } = published?.catalog ?? {};
		return {
			format: "lakeside-build-report",
			exitCode: published === null ? 2 : isFlawed ? 1 : 0,
			unchanged: false,
			input: this.#tools.input,
			out: this.#tools.stores.lake.address,
			version: published?.version ?? null,
			sources,
			datasets: datasets.map((build) => build.report()),
			ignored,
			tables: tables.map(({ name, dataset, rows, files, bytes }) => ({
				name,
				dataset,
				rows,
				files,
				bytes,
			})),
			rollups: rollups.map(({ name, rows, bytes }) => ({ name, rows, bytes })),
			jobs: { done: jobsDone, reused: records.length - jobsDone },
			seconds: (performance.now() - this.#started) / 1000,
			stepSeconds: seconds,
			peakProcessBytes: Math.max(this.#steps.peakBytes, peakBytes()),
			rejected,
		};
	}

	/** Makes a file of the work store readable, and gives its local path. */
	readonly #fetch = (key: string): Promise<string> => {
		const known = this.#fetched.get(key);
		if (known !== undefined) return known;
		const { stores, workshop } = this.#tools;
		const name = `${this.#fetched.size}.parquet`;
		const to = join(workshop.scratch, "fetched", name);
		const fetched = stores.work.fetch(key, to);
		this.#fetched.set(key, fetched);
		return fetched;
	};
}

function lakeFile({ path, partition, bytes }: ManifestFile) {
	return { path: decodeURIComponent(path), partition, bytes };
}

function hasFailed(sources: readonly FetchedSource[]): boolean {
	return sources.some(({ failure }) => failure !== null);
}
