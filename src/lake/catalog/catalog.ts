import {
	type BlockReference,
	type Catalog,
	type CatalogTable,
	type ManifestBlock,
	parseCatalog,
} from "../../lib/catalog/catalog.ts";
import { unpackBlock } from "../../lib/catalog/unpack-block.ts";
import { isLakeError, LakeError } from "../errors.ts";
import type { ByteCache } from "../fetch/byte-cache.ts";
import { type TransferOptions, transfer } from "../fetch/transfer.ts";
import type { RangeSource } from "../types.ts";
import { catalogVersion } from "./version.ts";

/** Characters of a version. */
const VERSION_LENGTH = 16;
const encoder = new TextEncoder();

/** Manifests that together take no more are fetched with the catalog. */
const PREFETCH_BYTES = 64_000;

export interface OpenedCatalog {
	readonly catalog: Catalog;
	/** XXH64 of the catalog's text. */
	readonly version: string;
}

/**
 * Opens the lake's catalog as it stands now; where the lake cannot be reached, the
 * one seen last, so that what is in the cache can be read offline. A host that
 * answers and has no lake was reached.
 */
export async function openCatalog(
	source: RangeSource,
	cache: ByteCache,
	signal: AbortSignal,
): Promise<OpenedCatalog> {
	try {
		const text = await source.catalogText(signal);
		return await takeCatalog(text, source, cache);
	} catch (error) {
		const seen = isLakeError(error, "FetchError")
			? await seenCatalog(source, cache)
			: null;
		if (seen === null) throw error;
		return seen;
	}
}

/** Opens a catalog of the lake whose text is there, and keeps it as the one seen last. */
export async function takeCatalog(
	text: string,
	source: RangeSource,
	cache: ByteCache,
): Promise<OpenedCatalog> {
	const opened = {
		catalog: parseCatalog(text),
		version: await catalogVersion(text),
	};
	const key = await seenKey(source);
	cache.put(key, encoder.encode(opened.version + text)).catch(() => {});
	return opened;
}

/** Null where there is none, or it was torn: its version stands before its text. */
async function seenCatalog(
	source: RangeSource,
	cache: ByteCache,
): Promise<OpenedCatalog | null> {
	const bytes = await cache.get(await seenKey(source));
	if (bytes === undefined) return null;
	const kept = new TextDecoder().decode(bytes);
	const version = kept.slice(0, VERSION_LENGTH);
	const text = kept.slice(VERSION_LENGTH);
	if ((await catalogVersion(text)) !== version) return null;
	return { catalog: parseCatalog(text), version };
}

async function seenKey({ url }: RangeSource): Promise<string> {
	return `catalog-${await catalogVersion(url)}`;
}

/** Manifest blocks, each fetched once as long as the catalog is open. */
export class ManifestBlocks {
	readonly #blocks = new Map<BlockReference, Promise<ManifestBlock>>();

	/**
	 * Fetches the manifests of a small lake before anybody asks, so that a first
	 * query is one round trip. What fails here is fetched, or fails, when it is needed.
	 */
	async prefetch(
		tables: readonly CatalogTable[],
		options: Pick<TransferOptions, "source" | "cache">,
	): Promise<void> {
		const bytes = tables.reduce((sum, { manifest }) => sum + manifest.bytes, 0);
		if (bytes > PREFETCH_BYTES) return;
		const { signal } = new AbortController();
		await Promise.allSettled(
			tables.flatMap((table) =>
				table.manifest.blocks.map((block) =>
					this.load(table, block, {
						...options,
						signal,
						tally: { requests: 0, bytes: 0, cachedBytes: 0 },
					}),
				),
			),
		);
	}

	/** Clears what failed, so that the next call tries again. */
	async load(
		table: CatalogTable,
		block: BlockReference,
		options: TransferOptions,
	): Promise<ManifestBlock> {
		const underway = this.#blocks.get(block);
		if (underway !== undefined)
			try {
				return await underway;
			} catch (error) {
				const isOthers = isLakeError(error, "CancelledError");
				if (!isOthers || options.signal.aborted) throw error;
				// Whoever asked first has cancelled, and this one has not.
				return this.load(table, block, options);
			}
		const loading = fetchBlock(table, block, options);
		this.#blocks.set(block, loading);
		loading.catch(() => this.#blocks.delete(block));
		return loading;
	}
}

async function fetchBlock(
	{ manifest }: CatalogTable,
	{ startByte, byteLength, checksum }: BlockReference,
	options: TransferOptions,
): Promise<ManifestBlock> {
	const { path } = manifest;
	const [bytes] = await Promise.all(
		await transfer(
			[
				{
					path,
					startByte,
					endByte: startByte + byteLength,
					checksum,
					urgent: true,
				},
			],
			options,
		),
	);
	if (bytes === undefined) throw new Error(`no bytes for a block of ${path}`);
	try {
		return await unpackBlock(bytes);
	} catch (cause) {
		throw new LakeError(
			"FetchError",
			`${path}: the block at byte ${startByte} cannot be read; build the lake again`,
			{ cause },
		);
	}
}
