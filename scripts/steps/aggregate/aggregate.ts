import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { openHasher } from "../../../src/lib/bytes/hash.ts";
import type {
	CatalogRollup,
	StartView,
} from "../../../src/lib/catalog/catalog.ts";
import { literal } from "../../../src/lib/sql/literal.ts";
import type {
	DatasetDefinition,
	RollupDefinition,
} from "../../datasets/dataset.ts";
import { datasetNamed } from "../../datasets/registry.ts";
import { inputOf, type JobKind } from "../../jobs/execute.ts";
import { allEnded } from "../../jobs/in-turns.ts";
import type { Json } from "../../jobs/job.ts";
import { openDatabase, rowsOf } from "../../storage/duckdb.ts";
import { typedColumns } from "../../storage/sql-text.ts";
import { contentHash } from "../write/manifest.ts";
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
		definitions: readonly RollupDefinition[],
		startView: StartView | null,
	) => {
		for (const definition of definitions) {
			context.signal.throwIfAborted();
			const { name } = definition;
			const file = join(context.out, `${name}.parquet`);
			written.set(
				name,
				await writeRollup(connection, dataset, definition, startView, file),
			);
		}
	};
	const isPlain = ({ sql }: RollupDefinition) => typeof sql === "string";
	const plain = dataset.rollups.filter((each) => isPlain(each));
	/** Those whose SQL follows from the start view. */
	const viewed = dataset.rollups.filter((each) => !isPlain(each));
	const given =
		params.startView === undefined && dataset.startView === undefined
			? null
			: params.startView;
	// Opening the lake takes a good part of a small job's time.
	const [startView] = await allEnded([
		viewed.length === 0 && given !== undefined
			? Promise.resolve(given)
			: overLake(async (connection) => {
					const ask = (sql: string) => rowsOf(connection, sql);
					const startView =
						given === undefined
							? ((await dataset.startView?.(ask)) ?? null)
							: given;
					await write(connection, viewed, startView);
					return startView;
				}),
		plain.length === 0
			? Promise.resolve()
			: overLake((connection) => write(connection, plain, null)),
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
	const { rowsChanged: rows } = await connection.run(
		`COPY (SELECT ${typedColumns(columns)} FROM (${sql}) ORDER BY ${definition.orderBy})
		TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V1, WRITE_BLOOM_FILTER false)`,
	);
	const bytes = await readFile(file);
	const checksum = await openHasher();
	return {
		name,
		dataset: dataset.name,
		path: `rollups/${name}-${contentHash(bytes)}.parquet`,
		bytes: bytes.length,
		checksum: checksum(bytes),
		rows,
		columns,
		sql,
	};
}
