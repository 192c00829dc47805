import type { CatalogRollup } from "../../src/lib/catalog/catalog.ts";
import {
	formatBytes,
	formatCount,
	formatCounted,
} from "../../src/lib/text/format.ts";
import type {
	DatasetDefinition,
	TableDefinition,
} from "../datasets/dataset.ts";
import { DATASETS } from "../datasets/registry.ts";
import type { JobRecord } from "../jobs/job.ts";
import { publicationOf } from "../publish/publication.ts";
import { placesOf } from "../steps/places.ts";
import type { BuildOptions } from "../steps/settings/build-options.ts";
import { type BuildState, readState } from "../steps/state.ts";
import { PIECE_ROWS } from "../steps/write/pieces.ts";
import type { KeptPiece } from "../steps/write/write-pieces.ts";
import { openStore } from "../storage/open-store.ts";
import { recordsOf, rowsOfJob } from "./job-log.ts";

/** A dataset's way through the steps, as `explain DATASET --json` prints it. */
export interface Explanation {
	readonly format: "lakeside-explanation";
	readonly dataset: string;
	readonly title: string;
	/** Below the input. */
	readonly folder: string;
	/** Null where no build has left a trace. */
	readonly version: string | null;
	readonly read: {
		/** What its parser fills, with the types of the columns. */
		readonly staging: Readonly<
			Record<string, Readonly<Record<string, string>>>
		>;
		readonly batches: readonly ExplainedBatch[];
	};
	/** Null where nothing of it counts once only. */
	readonly compare: {
		readonly noun: string;
		readonly claims: string;
		/** Winner first; then the greater content, the first by path and record. */
		readonly winner: string | null;
		/** Pairs that count once too, where the settings ask for it; null where none can. */
		readonly alike: string | null;
	} | null;
	readonly write: readonly ExplainedTable[];
	readonly aggregate: readonly ExplainedRollup[];
}

export interface ExplainedBatch {
	readonly label: string;
	/** Null where the record of its job is gone. */
	readonly rows: number | null;
	readonly seconds: number | null;
	readonly files: readonly string[];
	/** In the work store. */
	readonly outputs: readonly { key: string; bytes: number }[];
}

export interface ExplainedTable {
	readonly name: string;
	readonly partitionKeys: readonly string[];
	readonly rows: string;
	readonly buckets: readonly string[];
	/** A piece of more rows is cut by the next bucket. */
	readonly pieceRows: number;
	readonly merge: string | null;
	readonly conflicts: string | null;
	readonly counts: string | null;
	/** What adds to the rows what `orderBy` names besides their columns. */
	readonly keyed: string | null;
	readonly orderBy: string;
	readonly pieces: readonly ExplainedPiece[];
}

export interface ExplainedPiece {
	readonly rows: number;
	/** In the lake. */
	readonly files: readonly { path: string; bytes: number }[];
}

export interface ExplainedRollup {
	readonly name: string;
	/** Null where it is made from the data, and no build has. */
	readonly sql: string | null;
	readonly orderBy: string;
	readonly file: { path: string; rows: number; bytes: number } | null;
}

/** Explains datasets by their declarations and by what the last build has left. */
export async function explain(
	options: Pick<BuildOptions, "out" | "work" | "endpoint">,
	datasets: readonly DatasetDefinition[] = DATASETS,
): Promise<Explanation[]> {
	const places = placesOf(options);
	const { endpoint } = options;
	const lake = await openStore(places.lake, { endpoint });
	const work = await openStore(places.work, { endpoint });
	try {
		const state = await readState(work);
		const records = state === null ? [] : await recordsOf(state, work);
		const publication = await publicationOf(lake);
		return datasets.map((dataset) =>
			explained(dataset, state, records, publication?.catalog?.rollups ?? []),
		);
	} finally {
		lake.close();
		work.close();
	}
}

export function explained(
	dataset: DatasetDefinition,
	state: BuildState | null,
	records: readonly JobRecord[],
	rollups: readonly CatalogRollup[],
): Explanation {
	const byId = new Map(records.map((record) => [record.id, record]));
	const batches = (state?.batches ?? [])
		.filter((batch) => batch.dataset === dataset.name)
		.map(({ job, files }): ExplainedBatch => {
			const record = byId.get(job) ?? null;
			return {
				label: record?.label ?? `read ${files[0]}`,
				rows: record && rowsOfJob(record),
				seconds: record?.seconds ?? null,
				files,
				outputs: (record?.outputs ?? []).map(({ key, bytes }) => ({
					key,
					bytes,
				})),
			};
		});
	const pieces = Object.values(state?.pieces ?? {}).filter(
		(piece) => piece.dataset === dataset.name,
	);
	const { unique } = dataset;
	return {
		format: "lakeside-explanation",
		dataset: dataset.name,
		title: dataset.title,
		folder: dataset.folder,
		version: state?.report.version ?? null,
		read: {
			staging: Object.fromEntries(
				dataset.staging.map(({ name, columns }) => [
					name,
					Object.fromEntries(
						columns.map((column) => [column.name, column.type]),
					),
				]),
			),
			batches,
		},
		compare:
			unique === undefined
				? null
				: {
						noun: unique.noun,
						claims: tidy(unique.claims),
						winner: unique.winner,
						alike: unique.alike === undefined ? null : tidy(unique.alike),
					},
		write: dataset.tables.map((table) => explainedTable(table, pieces)),
		aggregate: dataset.rollups.map(({ name, sql, orderBy }) => {
			const made = rollups.find((rollup) => rollup.name === name);
			const text = typeof sql === "string" ? sql : (made?.sql ?? null);
			return {
				name,
				sql: text && tidy(text),
				orderBy,
				file: made
					? { path: made.path, rows: made.rows, bytes: made.bytes }
					: null,
			};
		}),
	};
}

function explainedTable(
	table: TableDefinition,
	pieces: readonly KeptPiece[],
): ExplainedTable {
	const { name, merge, conflicts, counts, keyed } = table;
	return {
		name,
		partitionKeys: table.contract.partitionKeys,
		rows: tidy(table.rows),
		buckets: table.buckets,
		pieceRows: table.pieceRows ?? PIECE_ROWS,
		merge: merge === undefined ? null : tidy(merge),
		conflicts: conflicts === undefined ? null : tidy(conflicts),
		counts: counts === undefined ? null : tidy(counts),
		keyed: keyed === undefined ? null : tidy(keyed("FROM rows")),
		orderBy: table.orderBy,
		pieces: pieces
			.filter(({ files }) => files[0]?.path.startsWith(`${name}/`))
			.map(({ rows, files }) => ({
				rows,
				files: files.map(({ path, bytes }) => ({
					path: decodeURIComponent(path),
					bytes,
				})),
			})),
	};
}

/** SQL without the indentation that it has in the code. */
function tidy(sql: string): string {
	const lines = sql.replace(/^\s*\n|\s+$/g, "").split("\n");
	const own = /^\t*/.exec(lines[0] as string)?.[0].length ?? 0;
	const indentation = new RegExp(`^\t{0,${own}}`);
	return lines
		.map((line) => line.replace(indentation, "").replaceAll("\t", "  "))
		.join("\n");
}

/** A dataset's steps, their SQL and their files for people. */
export function explanationLines(explanation: Explanation): string[] {
	const { dataset, title, folder, version, read, compare } = explanation;
	return [
		`${dataset}: ${title}`,
		version === null
			? `  no build has published it from ${folder}/ yet`
			: `  from ${folder}/, as of version ${version}`,
		"",
		"1 read: each batch of files by one job, into staging tables, whose rows are put in the order of partitions and buckets",
		...Object.entries(read.staging).map(
			([name, columns]) =>
				`  staging ${name} (${Object.entries(columns)
					.map(([column, type]) => `${column} ${type}`)
					.join(", ")})`,
		),
		...explanation.write.flatMap((table) => [
			`  rows of ${table.name}`,
			...sqlLines(table.rows),
			`  its partitions: ${table.partitionKeys.join(", ") || "one"}; buckets: ${table.buckets.join(", then ") || "none"}`,
		]),
		...read.batches.flatMap((batch) => [
			`  batch ${batch.label}: ${formatCounted(batch.files.length, "file")}${batch.rows === null ? "" : `, ${formatCounted(batch.rows, "row")}`}${batch.seconds === null ? "" : `, ${batch.seconds.toFixed(1)} s`}`,
			...batch.files.map((file) => `    ${file}`),
			...batch.outputs.map(
				({ key, bytes }) => `    → ${key}, ${formatBytes(bytes)}`,
			),
		]),
		"",
		...(compare === null
			? ["2 compare: nothing, all of it counts"]
			: [
					`2 compare: each ${compare.noun} counts once`,
					"  claims",
					...sqlLines(compare.claims),
					`  winner: ${compare.winner === null ? "" : `${compare.winner}, then `}the greater content, the first by path`,
					...(compare.alike === null
						? []
						: [
								"  and pairs that count once, where the settings ask for it",
								...sqlLines(compare.alike),
							]),
				]),
		"",
		"3 write: each piece sorted by itself",
		...explanation.write.flatMap(tableLines),
		"",
		"4 aggregate: roll-ups of the finished tables",
		...explanation.aggregate.flatMap(({ name, sql, orderBy, file }) => [
			`  roll-up ${name}, ordered by ${orderBy}`,
			...(sql === null ? ["    its SQL depends on the data"] : sqlLines(sql)),
			...(file === null
				? []
				: [
						`    → ${file.path}, ${formatCounted(file.rows, "row")}, ${formatBytes(file.bytes)}`,
					]),
		]),
	];
}

function tableLines(table: ExplainedTable): string[] {
	const parts = [
		["merge", table.merge],
		["conflicts", table.conflicts],
		["counts", table.counts],
		["keyed", table.keyed],
	] as const;
	return [
		`  table ${table.name}, ordered by ${table.orderBy}, in pieces of at most ${formatCount(table.pieceRows)} rows where its buckets allow`,
		...parts.flatMap(([name, sql]) =>
			sql === null ? [] : [`  ${name}`, ...sqlLines(sql)],
		),
		...table.pieces.flatMap(({ rows, files }) => [
			`    piece of ${formatCounted(rows, "row")}`,
			...files.map(
				({ path, bytes }) => `      → ${path}, ${formatBytes(bytes)}`,
			),
		]),
	];
}

function sqlLines(sql: string): string[] {
	return sql.split("\n").map((line) => `    ${line}`);
}

/** All datasets in short, for people. */
export function overviewLines(explanations: readonly Explanation[]): string[] {
	return explanations.flatMap(
		({ dataset, read, compare, write, aggregate }) => {
			const files = read.batches.reduce(
				(sum, batch) => sum + batch.files.length,
				0,
			);
			if (files === 0 && write.every(({ pieces }) => pieces.length === 0))
				return [`${dataset}: nothing`];
			return [
				dataset,
				`  read       ${formatCounted(files, "file")} in ${formatCounted(read.batches.length, "batch", "batches")}`,
				...(compare === null
					? []
					: [`  compare    each ${compare.noun} counts once`]),
				...write.map(({ name, pieces }) => {
					const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0);
					const made = pieces.reduce(
						(sum, piece) => sum + piece.files.length,
						0,
					);
					return `  write      ${name}: ${formatCounted(rows, "row")}, ${formatCounted(pieces.length, "piece")}, ${formatCounted(made, "file")}`;
				}),
				...aggregate.map(
					({ name, file }) =>
						`  aggregate  ${name}${file === null ? "" : `: ${formatCounted(file.rows, "row")}`}`,
				),
			];
		},
	);
}
