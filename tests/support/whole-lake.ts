import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { recordKey } from "../../scripts/jobs/job.ts";
import { readState } from "../../scripts/steps/state.ts";
import type { Store } from "../../scripts/storage/store.ts";
import {
	type Catalog,
	type ManifestBlock,
	type ManifestFile,
	parseCatalog,
} from "../../src/lib/catalog/catalog.ts";
import { literal, literalList } from "../../src/lib/sql/literal.ts";

/** A publication, all of whose files were found whole. */
export interface WholeLake {
	readonly catalog: Catalog;
	/** SHA-256 of each file that it names and of the catalog itself, by key. */
	readonly hashes: Readonly<Record<string, string>>;
	/** By table, in the order of the manifest. */
	readonly files: ReadonlyMap<string, readonly ManifestFile[]>;
}

/**
 * Reads all files that a catalog names. Throws where one is missing or of another
 * size, or where a name that holds a hash is not its content's.
 */
export async function wholeLake(
	store: Store,
	catalogKey = "catalog.json",
): Promise<WholeLake> {
	const hashes: Record<string, string> = {};
	const read = async (key: string, size: number | null): Promise<Buffer> => {
		const bytes = await store.read(key);
		if (bytes === null) throw new Error(`${key} is missing`);
		if (size !== null && bytes.length !== size)
			throw new Error(`${key} has ${bytes.length} bytes instead of ${size}`);
		const hash = createHash("sha256").update(bytes).digest("hex");
		const [, named] = /-([0-9a-f]{16})\.(?:parquet|bin)$/.exec(key) ?? [];
		if (key !== catalogKey && named !== hash.slice(0, 16))
			throw new Error(`${key} is not what its name says: ${hash}`);
		hashes[key] = hash;
		return bytes;
	};
	const catalog = parseCatalog((await read(catalogKey, null)).toString());
	for (const { path, bytes } of catalog.rollups)
		await read(decodeURIComponent(path), bytes);
	const files = new Map<string, ManifestFile[]>();
	for (const { name, manifest } of catalog.tables) {
		const packed = await read(manifest.path, manifest.bytes);
		const own = manifest.blocks.flatMap(({ startByte, byteLength }) => {
			const block = packed.subarray(startByte, startByte + byteLength);
			return (JSON.parse(gunzipSync(block).toString()) as ManifestBlock).files;
		});
		for (const { path, bytes } of own)
			await read(decodeURIComponent(path), bytes);
		files.set(name, own);
	}
	return { catalog, hashes, files };
}

/** Rows of each table and roll-up as a DuckDB counts them that knows only the files in a folder. */
export async function countNatively(
	folder: string,
	{ catalog, files }: WholeLake,
): Promise<Record<string, number>> {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	try {
		const counts: Record<string, number> = {};
		const count = async (name: string, source: string) => {
			const reader = await connection.runAndReadAll(
				`SELECT count(*)::INTEGER FROM ${source}`,
			);
			counts[name] = Number(reader.getRows()[0]?.[0]);
		};
		const at = (path: string) => `${folder}/${decodeURIComponent(path)}`;
		for (const [name, own] of files)
			if (own.length === 0) counts[name] = 0;
			else
				await count(
					name,
					`read_parquet(${literalList(own.map(({ path }) => at(path)))}, hive_partitioning = true)`,
				);
		for (const { name, path } of catalog.rollups)
			await count(name, `read_parquet(${literal(at(path))})`);
		return counts;
	} finally {
		connection.closeSync();
		instance.closeSync();
	}
}

/** The same as the catalog says it. */
export function countsOf({ catalog }: WholeLake): Record<string, number> {
	return Object.fromEntries(
		[...catalog.tables, ...catalog.rollups].map(({ name, rows }) => [
			name,
			rows,
		]),
	);
}

/** Keys of a work store that neither its state nor a record of it names. */
export async function unnamedWork(work: Store): Promise<string[]> {
	const state = await readState(work);
	const named = new Set(["state.json.gz"]);
	for (const { key } of state?.rejects ?? []) named.add(key);
	for (const id of state?.jobs ?? []) {
		named.add(recordKey(id));
		const record = JSON.parse(String(await work.read(recordKey(id))));
		for (const { store, key } of record.outputs)
			if (store === "work") named.add(key);
	}
	const keys = (await Array.fromAsync(work.list(""))).map(({ key }) => key);
	return keys.filter((key) => !named.has(key)).sort();
}
