import { gzipSync } from "node:zlib";
import type { Store } from "../../scripts/storage/store.ts";
import { openHasher } from "../../src/lib/bytes/hash.ts";
import type { Catalog, ManifestBlock } from "../../src/lib/catalog/catalog.ts";

/**
 * Puts a lake of small files into a store, whose tables have a file for each of
 * their words, and gives the catalog that is to be published. The files hold no
 * Parquet: nothing here looks into them.
 */
export async function putLake(
	store: Store,
	tables: Readonly<Record<string, readonly string[]>>,
): Promise<Catalog> {
	const hash = await openHasher();
	const put = async (name: (hash: string) => string, bytes: Uint8Array) => {
		const path = name(hash(bytes));
		await store.write(path, bytes);
		return { path: path.split("/").map(encodeURIComponent).join("/") };
	};
	const described: Catalog["tables"][number][] = [];
	for (const [name, words] of Object.entries(tables)) {
		const files: ManifestBlock["files"][number][] = [];
		for (const word of words) {
			const bytes = Buffer.from(word);
			const { path } = await put(
				(hash) =>
					`${name}/key=${encodeURIComponent("a é")}/part-0-${hash}.parquet`,
				bytes,
			);
			files.push({
				path,
				bytes: bytes.length,
				tailStart: 0,
				tailChecksum: null,
				partition: {},
				rowGroups: [],
			});
		}
		const block = gzipSync(JSON.stringify({ files } satisfies ManifestBlock));
		const { path } = await put(
			(hash) => `manifests/${name}-${hash}.bin`,
			block,
		);
		described.push({
			name,
			dataset: "test",
			description: "",
			columns: [],
			partitionKeys: [],
			sortKeys: [],
			rows: files.length,
			files: files.length,
			rowGroups: 0,
			bytes: 0,
			manifest: {
				path,
				bytes: block.length,
				blocks: [
					{
						startByte: 0,
						byteLength: block.length,
						checksum: "",
						rowGroups: 0,
						rows: 0,
						bounds: {},
					},
				],
			},
		});
	}
	const rollup = Buffer.from(`rollup of ${JSON.stringify(tables)}`);
	return {
		format: "lakeside-catalog",
		formatVersion: 1,
		title: "Small",
		datasets: [],
		tables: described,
		rollups: [
			{
				...(await put((hash) => `rollups/ride_map-${hash}.parquet`, rollup)),
				name: "ride_map",
				dataset: "test",
				bytes: rollup.length,
				checksum: "",
				rows: 1,
				columns: [],
				sql: "",
			},
		],
	};
}
