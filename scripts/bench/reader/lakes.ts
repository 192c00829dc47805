import { spawnSync } from "node:child_process";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { DuckDBConnection } from "@duckdb/node-api";
import { openHasher } from "../../../src/lib/bytes/hash.ts";
import type {
	BlockReference,
	Catalog,
	CatalogTable,
	ManifestFile,
} from "../../../src/lib/catalog/catalog.ts";
import type { TableContract } from "../../../src/lib/catalog/tables.ts";
import { literal } from "../../../src/lib/sql/literal.ts";
import { makeManifest } from "../../steps/write/manifest.ts";
import { openDatabase } from "../../storage/duckdb.ts";

/** Readings of each meter, a minute apart, each meter's together. */
export const READINGS_PER_METER = 10_000;

const ROW_GROUP_ROWS = 51_200;
const FILE_ROWS = 32 * ROW_GROUP_ROWS;

const METERS: TableContract = {
	name: "meters",
	dataset: "weather",
	description: "",
	columns: [
		{ name: "meter", type: "INTEGER", unit: null, description: "" },
		{ name: "ts", type: "TIMESTAMP", unit: null, description: "" },
		{ name: "kwh", type: "DOUBLE", unit: "kWh", description: "" },
		{ name: "voltage", type: "DOUBLE", unit: "V", description: "" },
	],
	partitionKeys: [],
	sortKeys: ["meter", "ts"],
};

/** The file of vega-datasets, as published. */
export function originalFlights(): string {
	const { resolve } = createRequire(import.meta.url);
	return join(
		dirname(dirname(resolve("vega-datasets"))),
		"data",
		"flights-3m.parquet",
	);
}

/** The flights through our pipeline. */
export async function buildFlights(folder: string): Promise<void> {
	const input = join(folder, "input", "flights");
	await mkdir(input, { recursive: true });
	await copyFile(originalFlights(), join(input, "flights-3m.parquet"));
	const script = fileURLToPath(
		new URL("../../build-data.mjs", import.meta.url),
	);
	const { status, stderr } = spawnSync(process.execPath, [
		script,
		"--input",
		dirname(input),
		"--out",
		join(folder, "flights"),
	]);
	if (status !== 0) throw new Error(`the lake was not built: ${stderr}`);
}

/**
 * A lake of one table, `meters`, sorted by meter and time, and the paths of its
 * files. Values come from a formula, so that a longer lake begins as a shorter one.
 */
export async function buildMeters(
	lake: string,
	meters: number,
): Promise<string[]> {
	await mkdir(join(lake, "meters"), { recursive: true });
	const database = await openDatabase({
		memoryLimit: "1GB",
		temporaryFolder: lake,
	});
	try {
		return await writeMeters(database.connection, lake, meters);
	} finally {
		await database.close();
	}
}

async function writeMeters(
	connection: DuckDBConnection,
	lake: string,
	meters: number,
): Promise<string[]> {
	const rows = meters * READINGS_PER_METER;
	const paths: string[] = [];
	for (let at = 0; at < rows; at += FILE_ROWS) {
		const path = `meters/part-${String(paths.length).padStart(4, "0")}.parquet`;
		const end = Math.min(at + FILE_ROWS, rows);
		await connection.run(
			`COPY (
				SELECT
					(i // ${READINGS_PER_METER})::INTEGER AS meter,
					TIMESTAMP '2024-01-01' + to_minutes(i % ${READINGS_PER_METER}) AS ts,
					(hash(i) % 1000) / 1000.0::DOUBLE AS kwh,
					230 + (hash(i + 1) % 100) / 10.0::DOUBLE AS voltage
				FROM range(${at}, ${end}) AS numbers(i)
			) TO ${literal(join(lake, path))} (
				COMPRESSION zstd, PARQUET_VERSION V2, WRITE_BLOOM_FILTER false,
				ROW_GROUP_SIZE ${ROW_GROUP_ROWS}
			)`,
		);
		paths.push(path);
	}
	const manifest = await makeManifest(
		connection,
		METERS,
		paths.map((path) => ({ path, partition: {} })),
		lake,
	);
	const path = "meters/manifest.bin";
	await writeFile(join(lake, path), manifest.bytes);
	await writeCatalog(
		lake,
		catalogOf({
			...METERS,
			rows: manifest.rows,
			files: paths.length,
			rowGroups: manifest.rowGroups,
			bytes: manifest.fileBytes,
			manifest: { path, bytes: manifest.bytes.length, blocks: manifest.blocks },
		}),
	);
	return paths;
}

/**
 * A catalog and manifest of as many row groups as asked for, of files that are not
 * there: for opening and planning, which touch no file.
 */
export async function writeManyRowGroups(
	lake: string,
	rowGroups: number,
): Promise<void> {
	await mkdir(lake, { recursive: true });
	const hash = await openHasher();
	const perFile = 32;
	const perBlock = 256;
	const blocks: BlockReference[] = [];
	const parts: Buffer[] = [];
	let startByte = 0;
	for (let first = 0; first < rowGroups; first += perBlock) {
		const count = Math.min(perBlock, rowGroups - first);
		const files: ManifestFile[] = [];
		for (let at = first; at < first + count; at += perFile)
			files.push(fileOf(at, Math.min(perFile, first + count - at), hash));
		const bytes = gzipSync(JSON.stringify({ files }));
		blocks.push({
			startByte,
			byteLength: bytes.length,
			checksum: hash(bytes),
			rowGroups: count,
			rows: count * ROW_GROUP_ROWS,
			bounds: {
				meter: {
					min: String(first),
					max: String(first + count - 1),
					hasNull: false,
				},
			},
		});
		parts.push(bytes);
		startByte += bytes.length;
	}
	const path = "manifest.bin";
	await writeFile(join(lake, path), Buffer.concat(parts));
	await writeCatalog(
		lake,
		catalogOf({
			...METERS,
			rows: rowGroups * ROW_GROUP_ROWS,
			files: Math.ceil(rowGroups / perFile),
			rowGroups,
			bytes: rowGroups * CHUNK_BYTES * METERS.columns.length,
			manifest: { path, bytes: startByte, blocks },
		}),
	);
}

const CHUNK_BYTES = 100_000;

/** A file whose row groups hold one meter each. */
function fileOf(
	firstMeter: number,
	rowGroups: number,
	hash: (bytes: Uint8Array) => string,
): ManifestFile {
	const path = `meters/part-${firstMeter}.parquet`;
	const columns = METERS.columns.length;
	const tailStart = 4 + rowGroups * columns * CHUNK_BYTES;
	return {
		path,
		bytes: tailStart + 4000,
		tailStart,
		tailChecksum: hash(Buffer.from(path)),
		partition: {},
		rowGroups: Array.from({ length: rowGroups }, (_, group) => ({
			rows: ROW_GROUP_ROWS,
			chunks: METERS.columns.map(({ name }, column) => {
				const meter = String(firstMeter + group);
				return [
					4 + (group * columns + column) * CHUNK_BYTES,
					CHUNK_BYTES,
					hash(Buffer.from(`${path} ${group} ${name}`)),
					name === "meter" ? meter : null,
					name === "meter" ? meter : null,
					0,
				] as const;
			}),
		})),
	};
}

/** As it stands: of a lake that is only planned, no file need be there. */
function writeCatalog(lake: string, catalog: Catalog): Promise<void> {
	return writeFile(join(lake, "catalog.json"), JSON.stringify(catalog));
}

function catalogOf(table: CatalogTable): Catalog {
	return {
		format: "lakeside-catalog",
		formatVersion: 1,
		title: "Bench",
		datasets: [],
		tables: [table],
		rollups: [],
	};
}
