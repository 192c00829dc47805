import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { CatalogRollup, StartView } from "../../src/lib/catalog.ts";
import { openHasher } from "../../src/lib/hash.ts";
import { identifier } from "../../src/lib/identifier.ts";
import type {
	DatasetDefinition,
	RollupDefinition,
} from "../datasets/dataset.ts";
import { datasetNamed } from "../datasets/registry.ts";
import { inputOf, type JobKind } from "../jobs/execute.ts";
import { allEnded } from "../jobs/in-turns.ts";
import type { Json } from "../jobs/job.ts";
import { openDatabase, rowsOf } from "../storage/duckdb.ts";
import { literal } from "../storage/sql-text.ts";
import { createLakeView, type LakeFile } from "./lake-views.ts";

export interface AggregateParams {
	readonly dataset: string;
	/** The publisher's, null for none; undefined where the data are to tell. */
	readonly startView?: StartView | null;
	/** The inputs, by table, called as in the lake. */
	readonly tables: Readonly<Record<string, readonly LakeFile[]>>;
}

export interface Aggregated {
	readonly startView: StartView | null;
	readonly rollups: readonly CatalogRollup[];
}

/**
 * Makes a dataset's roll-ups out of its finished tables. Those that are plain SQL do not
 * wait for the start view: they are made beside it.
 */
export const aggregate: JobKind = async (json, context) => {
	const params = json as unknown as AggregateParams;
	const dataset = datasetNamed(params.dataset);
	const overLake = async <T>(
		work: (connection: DuckDBConnection) => Promise<T>,
	): Promise<T> => {
		const database = await openDatabase({ temporaryFolder: context.spill });
		const { connection } = database;
		try {
			for (const table of dataset.tables)
				await createLakeView(
					connection,
					table.contract,
					params.tables[table.name] ?? [],
					(path) => inputOf(context, path),
				);
			return await work(connection);
		} finally {
			await database.close();
		}
	};
	const written = new Map<string, CatalogRollup>();
	const write = async (
		connection: DuckDBConnection,
		type: "string" | "function",
		startView: StartView | null,
	) => {
		for (const definition of dataset.rollups) {
			if (typeof definition.sql !== type) continue;
			context.signal.throwIfAborted();
			const { name } = definition;
			const file = join(context.out, `${name}.parquet`);
			written.set(
				name,
				await writeRollup(connection, dataset, definition, startView, file),
			);
		}
	};
	const [startView] = await allEnded([
		overLake(async (connection) => {
			const startView =
				params.startView !== undefined
					? params.startView
					: ((await dataset.startView?.((sql) => rowsOf(connection, sql))) ??
						null);
			await write(connection, "function", startView);
			return startView;
		}),
		overLake((connection) => write(connection, "string", null)),
	]);
	const rollups = dataset.rollups.map(
		({ name }) => written.get(name) as CatalogRollup,
	);
	const value: Aggregated = { startView, rollups };
	return {
		outputs: rollups.map(({ name, path }) => ({
			file: `${name}.parquet`,
			store: "lake",
			key: path,
		})),
		value: value as unknown as Json,
	};
};

/**
 * Aggregates a roll-up from the lake's views into one small sorted file. It keeps
 * to plain encodings, which a page reads without WebAssembly.
 */
export async function writeRollup(
	connection: DuckDBConnection,
	dataset: DatasetDefinition,
	definition: RollupDefinition,
	startView: StartView | null,
	file: string,
): Promise<CatalogRollup> {
	const { name } = definition;
	const sql =
		typeof definition.sql === "string"
			? definition.sql
			: await definition.sql((text) => rowsOf(connection, text), startView);
	const { columns } = definition;
	const casts = columns.map(
		(column) =>
			`${identifier(column.name)}::${column.type} AS ${identifier(column.name)}`,
	);
	const { rowsChanged: rows } = await connection.run(
		`COPY (SELECT ${casts.join(", ")} FROM (${sql}) ORDER BY ${definition.orderBy})
		TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V1, WRITE_BLOOM_FILTER false)`,
	);
	const bytes = await readFile(file);
	const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
	const checksum = await openHasher();
	return {
		name,
		dataset: dataset.name,
		path: `rollups/${name}-${digest}.parquet`,
		bytes: bytes.length,
		checksum: checksum(bytes),
		rows,
		columns,
		sql,
	};
}
