import type { CourseOptions } from "../rides/course.ts";
import type { Column } from "./tables.ts";

/**
 * The lake's catalog, `catalog.json`: written last, replaced in one step, never
 * cached. Every path in it is relative to the catalog, with forward slashes,
 * percent-encoded as it stands in a URL. Byte ranges are [startByte,
 * startByte + byteLength). Checksums are XXH64 with seed 0, as 16 hexadecimal
 * digits. Bounds are values in DuckDB's text form (`CAST(v AS VARCHAR)`), null
 * where unknown: an unknown bound never prunes.
 */
export interface Catalog {
	readonly format: "lakeside-catalog";
	readonly formatVersion: 1;
	readonly title: string;
	readonly datasets: readonly CatalogDataset[];
	readonly tables: readonly CatalogTable[];
	readonly rollups: readonly CatalogRollup[];
}

export interface CatalogDataset {
	readonly name: string;
	readonly title: string;
	readonly description: string;
	/** Where the data come from, as a sentence or an address. */
	readonly source: string;
	readonly licence: string;
	readonly synthetic: Synthetic;
	/** Where a page opens, null where the dataset has no map. */
	readonly startView: StartView | null;
	/** Of rides: where their lines broke as they were read; as `tracksOf` has it where it is not said. */
	readonly lineBreaks?: CourseOptions;
}

/** Whether a generator made the data, all or some of them: every page says so. */
export type Synthetic = boolean | "partly";

export interface StartView {
	readonly center: readonly [longitude: number, latitude: number];
	/** MapLibre zoom, of 512-pixel tiles. */
	readonly zoom: number;
}

export interface CatalogTable {
	readonly name: string;
	readonly dataset: string;
	readonly description: string;
	/** Partition keys included, in the table's order. */
	readonly columns: readonly Column[];
	/** Columns that stand only in the path, Hive style. */
	readonly partitionKeys: readonly string[];
	readonly sortKeys: readonly string[];
	readonly rows: number;
	readonly files: number;
	readonly rowGroups: number;
	/** Sum of the sizes of the Parquet files. */
	readonly bytes: number;
	readonly manifest: ManifestReference;
}

export interface ManifestReference {
	readonly path: string;
	readonly bytes: number;
	readonly blocks: readonly BlockReference[];
}

/** Where a block lies in the manifest: gzipped JSON of a {@link ManifestBlock}. */
export interface BlockReference {
	readonly startByte: number;
	readonly byteLength: number;
	readonly checksum: string;
	readonly rowGroups: number;
	readonly rows: number;
	/**
	 * The block's range of each partition key and of the first sort key where
	 * that is a column; `min` is null where a value is null or unknown.
	 */
	readonly bounds: Readonly<Record<string, Bounds>>;
}

export interface Bounds {
	readonly min: string | null;
	readonly max: string | null;
	/** Whether some value may be null. */
	readonly hasNull: boolean;
}

/** About 256 row groups; a file's row groups are all in one block. */
export interface ManifestBlock {
	readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
	readonly path: string;
	readonly bytes: number;
	/** From the end of the last chunk to the end of the file: footer and indexes. */
	readonly tailStart: number;
	/** Null as that of a chunk is. */
	readonly tailChecksum: string | null;
	/** Value of each partition key, null for `__HIVE_DEFAULT_PARTITION__`. */
	readonly partition: Readonly<Record<string, string | null>>;
	readonly rowGroups: readonly ManifestRowGroup[];
	/** Of a file that is none of the lake's; it has no checksums. */
	readonly foreign?: ForeignFile;
}

/** A file that SQL names by its address, or that a visitor dropped. Never in a manifest. */
export interface ForeignFile {
	/** Names the file's content, for caches; null where nothing tells when it changes. */
	readonly state: string | null;
	/** It lies on this machine: to read it is no transfer. */
	readonly isLocal: boolean;
}

export interface ManifestRowGroup {
	readonly rows: number;
	/** One per column of the file: the table's columns less the partition keys. */
	readonly chunks: readonly ManifestChunk[];
}

/** A column chunk; `nullCount` is null where unknown, and `checksum` of a foreign file. */
export type ManifestChunk = readonly [
	startByte: number,
	byteLength: number,
	checksum: string | null,
	min: string | null,
	max: string | null,
	nullCount: number | null,
];

/** A small Parquet file that a page draws from before any engine is there. */
export interface CatalogRollup {
	readonly name: string;
	readonly dataset: string;
	readonly path: string;
	readonly bytes: number;
	readonly checksum: string;
	readonly rows: number;
	readonly columns: readonly Column[];
	/** The query over the lake's tables whose answer the roll-up is. */
	readonly sql: string;
}

/**
 * The roll-ups that pages know; a lake may hold others. What each holds:
 * - `rides_per_month`: month (VARCHAR `YYYY-MM`, null for undated), rides BIGINT, distance_m, moving_s DOUBLE (lakes of before lack the latter)
 * - `ride_map`: level, x, y INTEGER, rides BIGINT; cells of the start view and a margin, at most 30,000
 * - `ride_starts`: longitude, latitude DOUBLE, rides BIGINT, name VARCHAR (lakes of before lack it); places where at least two rides start, at most 200
 * - `post_funnel`: one row: all_posts, without_tags, outside, counted, tags BIGINT, window_start, window_end TIMESTAMP
 * - `post_top_tags`: tag VARCHAR, occurrences BIGINT, posts BIGINT; top 20 of the default window
 * - `posts_per_day`: day DATE, posts, tagged, tags BIGINT
 * - `readings_per_day`: station, module, measure, unit VARCHAR, day DATE, readings BIGINT, min, mean, max DOUBLE
 */
export const ROLLUP_NAMES = [
	"rides_per_month",
	"ride_map",
	"ride_starts",
	"post_funnel",
	"post_top_tags",
	"posts_per_day",
	"readings_per_day",
] as const;
export type RollupName = (typeof ROLLUP_NAMES)[number];

/** Reads a catalog's text. Throws where it is not one that this version reads. */
export function parseCatalog(text: string): Catalog {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw new Error(
			"the catalog is not JSON: was catalog.json replaced by a web page?",
			{ cause },
		);
	}
	const head = value as Partial<Catalog> | null;
	if (typeof head !== "object" || head?.format !== "lakeside-catalog")
		throw new Error(
			"catalog.json is not a Lakeside catalog: build the lake again with npm run data",
		);
	if (head.formatVersion !== 1)
		throw new Error(
			`the catalog has format version ${head.formatVersion}, this site reads 1: build lake and site with the same version`,
		);
	return value as Catalog;
}
