import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type {
	Catalog,
	CatalogRollup,
	CatalogTable,
} from "../../../src/lib/catalog/catalog.ts";
import { tableContract } from "../../../src/lib/catalog/tables.ts";
import { literal } from "../../../src/lib/sql/literal.ts";
import { posts } from "../../datasets/posts.ts";
import { writeRollup } from "../../steps/aggregate/aggregate.ts";
import { makeManifest } from "../../steps/write/manifest.ts";
import { openDatabase } from "../../storage/duckdb.ts";

const POSTS = 4_010_000;
const TAGS = 50_000;
const YEAR = 2024;
const ROW_GROUP_ROWS = 51_200;

/**
 * A year of posts with 10,000,000 tags, a few of them frequent and most rare, spread
 * evenly over time; in files of a month, as the pipeline writes them.
 */
const SOURCES = {
	posts: `
		SELECT (100000000000000000 + i * 7919)::VARCHAR AS post_id,
			'author' || hash(i) % 20000 AS author,
			TIMESTAMP '${YEAR}-01-01' + to_microseconds((i * (366 * 86400000000.0 / ${POSTS}))::BIGINT) AS created_at,
			hash(i + 7) % 5 = 0 AS is_repost, (hash(i + 3) % 6)::INTEGER AS tag_count,
			NULL::VARCHAR AS text, NULL::VARCHAR AS url
		FROM range(${POSTS}) AS numbers(i)`,
	post_tags: `
		WITH tagged AS (
			SELECT post_id, author, created_at, is_repost,
				list_transform(range(tag_count), n ->
					'tag' || (${TAGS} * pow((hash(post_id, n) % 1000000) / 1e6, 4))::INTEGER) AS list
			FROM posts
			WHERE tag_count > 0
		), occurrences AS (
			SELECT *, unnest(list) AS tag, generate_subscripts(list, 1) - 1 AS ordinal
			FROM tagged
		)
		SELECT tag, post_id, ordinal::INTEGER AS ordinal, author, created_at, is_repost,
			list_position(list, tag) = ordinal + 1 AS is_first
		FROM occurrences`,
} as const;

/** What the bench of posts reads. */
export interface PostsLake {
	/** Rows of `post_tags`. */
	readonly tags: number;
}

/** Writes the lake into a folder, with the pipeline's manifests and roll-ups. */
export async function buildPosts(lake: string): Promise<PostsLake> {
	await mkdir(lake, { recursive: true });
	const database = await openDatabase({
		memoryLimit: "1500MB",
		temporaryFolder: lake,
	});
	const { connection } = database;
	try {
		const tables: CatalogTable[] = [];
		for (const name of ["posts", "post_tags"] as const) {
			await connection.run(`CREATE TABLE ${name} AS ${SOURCES[name]}`);
			tables.push(await writeTable(connection, lake, name));
		}
		const rollups: CatalogRollup[] = [];
		for (const definition of posts.rollups) {
			const file = join(lake, `${definition.name}.parquet`);
			const rollup = await writeRollup(
				connection,
				posts,
				definition,
				null,
				file,
			);
			await mkdir(dirname(join(lake, rollup.path)), { recursive: true });
			await rename(file, join(lake, rollup.path));
			rollups.push(rollup);
		}
		const { name, title, description, licence } = posts;
		const catalog: Catalog = {
			format: "lakeside-catalog",
			formatVersion: 1,
			title: "Bench",
			datasets: [
				{
					...{ name, title, description, licence },
					source: "The bench",
					synthetic: true,
					startView: null,
				},
			],
			tables,
			rollups,
		};
		await writeFile(join(lake, "catalog.json"), JSON.stringify(catalog));
		return { tags: tables[1]?.rows ?? 0 };
	} finally {
		await database.close();
	}
}

async function writeTable(
	connection: DuckDBConnection,
	lake: string,
	name: "posts" | "post_tags",
): Promise<CatalogTable> {
	const contract = tableContract(name);
	await mkdir(join(lake, name), { recursive: true });
	const files = [];
	for (let month = 1; month <= 12; month += 1) {
		const path = `${name}/part-${String(month).padStart(2, "0")}.parquet`;
		await connection.run(
			`COPY (
				SELECT ${contract.columns.map((column) => column.name).join(", ")} FROM ${name}
				WHERE created_at >= make_timestamp(${YEAR}, ${month}, 1, 0, 0, 0)
					AND created_at < make_timestamp(${YEAR}, ${month}, 1, 0, 0, 0) + INTERVAL 1 MONTH
				ORDER BY ${contract.sortKeys.join(", ")}
			) TO ${literal(join(lake, path))} (
				COMPRESSION zstd, PARQUET_VERSION V2, WRITE_BLOOM_FILTER false,
				ROW_GROUP_SIZE ${ROW_GROUP_ROWS}
			)`,
		);
		files.push({ path, partition: {} });
	}
	const manifest = await makeManifest(connection, contract, files, lake);
	const path = `manifests/${name}.bin`;
	await mkdir(join(lake, "manifests"), { recursive: true });
	await writeFile(join(lake, path), manifest.bytes);
	return {
		...contract,
		rows: manifest.rows,
		files: files.length,
		rowGroups: manifest.rowGroups,
		bytes: manifest.fileBytes,
		manifest: { path, bytes: manifest.bytes.length, blocks: manifest.blocks },
	};
}
