import { rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type {
	Catalog,
	CatalogDataset,
	CatalogRollup,
	CatalogTable,
} from "../../src/lib/catalog.ts";
import { type TableContract, tableContract } from "../../src/lib/tables.ts";
import type {
	DatasetDefinition,
	ParseOptions,
	TableDefinition,
} from "../datasets/dataset.ts";
import { DATASETS } from "../datasets/registry.ts";
import {
	type Database,
	openDatabase,
	rowsOf,
	streamRows,
} from "../storage/duckdb.ts";
import { literal, literalList, SCRATCH_PARQUET } from "../storage/sql-text.ts";
import { createLakeView } from "./lake-views.ts";
import { makeManifest } from "./manifest.ts";
import { peakBytes } from "./memory.ts";
import {
	type ParsedDataset,
	type ParseProgress,
	parseDataset,
} from "./parse.ts";
import {
	claimLake,
	collect,
	OutputError,
	publish,
	releaseLake,
} from "./publish.ts";
import {
	type DatasetReport,
	rejectReport,
	type StreamedReport,
} from "./report.ts";
import { writeRollup } from "./rollups.ts";
import { type FoundDataset, scanInput } from "./scan.ts";
import {
	type DatasetSettings,
	type InputSettings,
	readSettings,
} from "./settings.ts";
import { shuffle } from "./shuffle.ts";
import { Sorters } from "./sort.ts";
import { createStagingViews, rejectsSelect } from "./staging-views.ts";
import { adopt, type LakeFile } from "./write.ts";

export interface BuildOptions extends ParseOptions {
	readonly input: string;
	readonly out: string;
	/** Processes that parse; default: one a core. Any number gives the same lake. */
	readonly processes?: number;
	readonly onProgress?: (progress: BuildProgress) => void;
}

export type BuildProgress =
	| ({ readonly step: "parse"; readonly dataset: string } & ParseProgress)
	| { readonly step: "table"; readonly table: string; readonly rows: number }
	| { readonly step: "rollup"; readonly rollup: string }
	| { readonly step: "publish" };

/** Where two points of a ride lie further apart, its line breaks. */
export const DEFAULT_PARSE_OPTIONS: ParseOptions = {
	maxGapSeconds: 300,
	maxGapMeters: 1000,
};

const REJECTS_ORDER = "dataset, source_file, line NULLS FIRST, reason, sample";

const REJECTS_DATASET: CatalogDataset = {
	name: "rejects",
	title: "Rejects",
	description:
		"Rows and files of the input that could not be used, with the reason.",
	source: "Made by the build of this lake",
	licence: "As the data they come from",
	synthetic: false,
	startView: null,
};

/**
 * Builds a lake from a folder of raw files and publishes it, unless nothing could be
 * used. `use` gets the report while its rejects can still be read. Throws where the
 * input cannot be read, its settings are wrong, or the lake cannot be written; the lake
 * of before stays whole.
 */
export async function buildLake(
	options: BuildOptions,
	use: (report: StreamedReport) => Promise<void>,
): Promise<void> {
	const input = resolve(options.input);
	const lake = resolve(options.out);
	if (!(await stat(input)).isDirectory())
		throw new Error(`not a folder: ${input}`);
	if (lake === input)
		throw new OutputError(`the lake cannot be written over its input: ${lake}`);
	const scratch = await claimLake(lake);
	const processes = options.processes ?? availableParallelism();
	const sorters = new Sorters(scratch, processes);
	let database: Database | null = null;
	try {
		database = await openDatabase({
			memoryLimit: "320MB",
			temporaryFolder: join(scratch, "spill"),
		});
		const build = new Build(options, input, lake, scratch, {
			connection: database.connection,
			sorters,
		});
		await use(await build.run());
	} finally {
		sorters.kill();
		database?.close();
		await releaseLake(lake);
	}
}

/** One run, and what it has found and made so far. */
class Build {
	readonly #options: BuildOptions;
	readonly #input: string;
	readonly #lake: string;
	readonly #scratch: string;
	readonly #connection: DuckDBConnection;
	readonly #sorters: Sorters;
	readonly #started = performance.now();
	readonly #stepSeconds: Record<string, number> = {};
	readonly #tables: { contract: TableContract; files: readonly LakeFile[] }[] =
		[];
	readonly #rejectFiles: string[] = [];
	/** Rows of all tables made so far. */
	#rows = 0;
	#peakBytes = 0;

	constructor(
		options: BuildOptions,
		input: string,
		lake: string,
		scratch: string,
		workers: {
			readonly connection: DuckDBConnection;
			readonly sorters: Sorters;
		},
	) {
		this.#options = options;
		this.#input = input;
		this.#lake = lake;
		this.#scratch = scratch;
		this.#connection = workers.connection;
		this.#sorters = workers.sorters;
	}

	async run(): Promise<StreamedReport> {
		const settings = await readSettings(
			this.#input,
			DATASETS.map((dataset) => dataset.name),
		);
		const scanned = await this.#timed("scan", () =>
			scanInput(this.#input, this.#lake, DATASETS),
		);
		const datasets: DatasetReport[] = [];
		for (const found of scanned.found)
			datasets.push(await this.#makeDataset(found));
		const rejects = this.#rejectsSelect();
		const [count] = await rowsOf(
			this.#connection,
			`SELECT count(*) AS rejected FROM (${rejects})`,
		);
		const rejected = Number(count?.rejected);
		const usable = this.#rows > 0;
		const published = usable
			? await this.#publish(scanned.found, settings)
			: null;
		return {
			format: "lakeside-build-report",
			exitCode: usable ? (rejected > 0 ? 1 : 0) : 2,
			input: this.#input,
			out: this.#lake,
			version: published?.version ?? null,
			datasets,
			ignored: scanned.ignored,
			tables: (published?.catalog.tables ?? []).map(
				({ name, dataset, rows, files, bytes }) => ({
					name,
					dataset,
					rows,
					files,
					bytes,
				}),
			),
			rollups: (published?.catalog.rollups ?? []).map(
				({ name, rows, bytes }) => ({ name, rows, bytes }),
			),
			seconds: (performance.now() - this.#started) / 1000,
			stepSeconds: this.#stepSeconds,
			peakProcessBytes: Math.max(
				this.#peakBytes,
				this.#sorters.peakBytes,
				peakBytes(),
			),
			rejected,
			rejects: async function* (this: Build) {
				const rows = streamRows(
					this.#connection,
					`FROM (${rejects}) ORDER BY ${REJECTS_ORDER}`,
				);
				for await (const row of rows) yield rejectReport(row);
			}.bind(this),
		};
	}

	/** Finishes the lake whose tables are written, and puts its catalog in force. */
	async #publish(
		found: readonly FoundDataset[],
		settings: InputSettings,
	): Promise<{ catalog: Catalog; version: string }> {
		await this.#timed("tables", () =>
			this.#makeTable({
				name: "rejects",
				select: this.#rejectsSelect(),
				bucket: null,
				orderBy: REJECTS_ORDER,
				rowGroupSize: 20480,
			}),
		);
		await this.#sorters.finish();
		const tables: CatalogTable[] = [];
		for (const { contract, files } of this.#tables)
			tables.push(
				await this.#timed("manifest", () => this.#describe(contract, files)),
			);
		const datasets: CatalogDataset[] = [];
		const rollups: CatalogRollup[] = [];
		for (const { dataset } of found) {
			const described = await this.#timed("rollups", () =>
				this.#describeDataset(dataset, settings.datasets[dataset.name] ?? {}),
			);
			datasets.push(described);
			for (const definition of dataset.rollups) {
				this.#options.onProgress?.({ step: "rollup", rollup: definition.name });
				rollups.push(
					await this.#timed("rollups", () =>
						writeRollup(
							this.#connection,
							dataset,
							definition,
							described.startView,
							{ lake: this.#lake, scratch: this.#scratch },
						),
					),
				);
			}
		}
		const catalog: Catalog = {
			format: "lakeside-catalog",
			formatVersion: 1,
			title: settings.title ?? "Lakeside",
			datasets: [...datasets, REJECTS_DATASET],
			tables,
			rollups,
		};
		this.#options.onProgress?.({ step: "publish" });
		const version = await this.#timed("publish", async () => {
			const version = await publish(this.#lake, catalog);
			await collect(this.#lake);
			return version;
		});
		return { catalog, version };
	}

	/** A dataset as the publisher describes it, else as its definition does. */
	async #describeDataset(
		dataset: DatasetDefinition,
		own: DatasetSettings,
	): Promise<CatalogDataset> {
		const lake = (sql: string) => rowsOf(this.#connection, sql);
		return {
			name: dataset.name,
			title: own.title ?? dataset.title,
			description: own.description ?? dataset.description,
			source: own.source ?? dataset.source,
			licence: own.licence ?? dataset.licence,
			synthetic: own.synthetic ?? false,
			startView:
				own.startView !== undefined
					? own.startView
					: ((await dataset.startView?.(lake)) ?? null),
		};
	}

	async #timed<T>(step: string, work: () => Promise<T>): Promise<T> {
		const started = performance.now();
		try {
			return await work();
		} finally {
			const seconds = (performance.now() - started) / 1000;
			this.#stepSeconds[step] = (this.#stepSeconds[step] ?? 0) + seconds;
		}
	}

	/** Parses a dataset's files and writes its tables and staged rejects. */
	async #makeDataset(found: FoundDataset): Promise<DatasetReport> {
		const { dataset, files, duplicates } = found;
		const folder = join(this.#scratch, dataset.name);
		const parsed = await this.#timed("parse", () =>
			parseDataset(dataset, files, {
				folder,
				processes: this.#options.processes,
				options: {
					maxGapSeconds: this.#options.maxGapSeconds,
					maxGapMeters: this.#options.maxGapMeters,
				},
				onProgress: (progress) =>
					this.#options.onProgress?.({
						step: "parse",
						dataset: dataset.name,
						...progress,
					}),
			}),
		);
		this.#peakBytes = Math.max(this.#peakBytes, parsed.peakBytes);
		await createStagingViews(this.#connection, parsed);
		for (const definition of dataset.tables)
			await this.#timed("tables", () => this.#makeTable(definition));
		await this.#keepRejects(found, parsed);
		const counts = Object.fromEntries(parsed.counts);
		if (dataset.counts !== undefined)
			for (const row of await rowsOf(this.#connection, dataset.counts))
				counts[String(row.name)] = Number(row.count);
		await rm(folder, { recursive: true, force: true });
		return {
			name: dataset.name,
			files: files.length + duplicates.length,
			bytes: [...files, ...duplicates.map(({ file }) => file)].reduce(
				(sum, file) => sum + file.bytes,
				0,
			),
			rejectedFiles:
				duplicates.length +
				parsed.rejectedAttempts.length +
				parsed.fatal.length,
			counts,
			notes: [...parsed.notes]
				.map(([text, note]) => ({ text, ...note }))
				.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
		};
	}

	async #makeTable(definition: TableDefinition): Promise<void> {
		const contract = tableContract(definition.name);
		let rows = 0;
		const showRows = () =>
			this.#options.onProgress?.({ step: "table", table: contract.name, rows });
		showRows();
		const pieces = await shuffle(
			this.#connection,
			contract,
			definition,
			this.#scratch,
		);
		const written = await this.#sorters.write(
			pieces.map((piece) => ({
				kind: "write",
				table: definition.name,
				definition,
				piece,
				lake: this.#lake,
			})),
			(added) => {
				rows += added;
				showRows();
			},
		);
		await rm(join(this.#scratch, `shuffle-${contract.name}`), {
			recursive: true,
			force: true,
		});
		const files = written.flat();
		await createLakeView(this.#connection, contract, files, this.#lake);
		this.#tables.push({ contract, files });
		this.#rows += rows;
	}

	/** Writes a dataset's rejects to a file of their own, while its staging views are there. */
	async #keepRejects(
		{ dataset, duplicates }: FoundDataset,
		parsed: ParsedDataset,
	): Promise<void> {
		await this.#connection.run(
			"CREATE OR REPLACE TABLE whole_files (source_file VARCHAR, reason VARCHAR)",
		);
		const appender = await this.#connection.createAppender("whole_files");
		const add = (path: string, reason: string) => {
			appender.appendVarchar(path);
			appender.appendVarchar(reason);
			appender.endRow();
		};
		for (const { file, original } of duplicates)
			add(file.path, `the same content as ${original.path}, which counts`);
		for (const { file, reason } of parsed.fatal) add(file.path, reason);
		appender.closeSync();
		const path = join(this.#scratch, `rejects-${dataset.name}.parquet`);
		await this.#connection.run(
			`COPY (${rejectsSelect(parsed)} UNION ALL
				SELECT ${literal(dataset.name)}, source_file, NULL, reason, '' FROM whole_files)
			TO ${literal(path)} (FORMAT parquet, ${SCRATCH_PARQUET})`,
		);
		this.#rejectFiles.push(path);
	}

	/** All rejects of this build, in the contract's columns. */
	#rejectsSelect(): string {
		return this.#rejectFiles.length > 0
			? `FROM read_parquet(${literalList(this.#rejectFiles)})`
			: "SELECT '' AS dataset, '' AS source_file, 0 AS line, '' AS reason, '' AS sample LIMIT 0";
	}

	/** Writes a table's manifest and says what the catalog's root says about it. */
	async #describe(
		contract: TableContract,
		files: readonly LakeFile[],
	): Promise<CatalogTable> {
		const manifest = await makeManifest(
			this.#connection,
			contract,
			files,
			this.#lake,
		);
		const fresh = join(this.#scratch, `manifest-${contract.name}.bin`);
		await writeFile(fresh, manifest.bytes);
		const path = await adopt(
			fresh,
			this.#lake,
			(hash) => `manifests/${contract.name}-${hash}.bin`,
		);
		return {
			name: contract.name,
			dataset: contract.dataset,
			description: contract.description,
			columns: contract.columns,
			partitionKeys: contract.partitionKeys,
			sortKeys: contract.sortKeys,
			rows: manifest.rows,
			files: files.length,
			rowGroups: manifest.rowGroups,
			bytes: manifest.fileBytes,
			manifest: {
				path,
				bytes: manifest.bytes.length,
				blocks: manifest.blocks,
			},
		};
	}
}
