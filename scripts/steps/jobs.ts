import { createHash } from "node:crypto";
import type { ManifestFile, StartView } from "../../src/lib/catalog/catalog.ts";
import type {
	DatasetDefinition,
	ParseOptions,
	TableDefinition,
} from "../datasets/dataset.ts";
import type { Job, JobInput, JobRecord, Json } from "../jobs/job.ts";
import type { AggregateParams } from "./aggregate/aggregate.ts";
import type { LakeFile } from "./aggregate/lake-views.ts";
import type { ResolveParams } from "./compare/resolve-claims.ts";
import type { WorkFile } from "./dataset-build.ts";
import { bytesOf } from "./read/batches.ts";
import { hiveFolder } from "./read/buckets.ts";
import { inputName, type ParseParams } from "./read/parse-batch.ts";
import type { ScannedFile } from "./read/scan.ts";
import type { Piece } from "./write/pieces.ts";
import {
	LOSERS_INPUT,
	rowsInput,
	type WriteParams,
} from "./write/write-pieces.ts";

/**
 * Pieces are written by one job while they hold no more rows than this together, and no
 * more than half of all that are to be written: else one worker would wait for another.
 */
const JOB_ROWS = 2 ** 19;

/** So few rows are written by one job in any case: another would take longer to begin than to write them. */
const FEW_ROWS = 2 ** 16;

/** What a core does in a second, roughly: enough to tell a moment's work from more. */
const PARSED_BYTES_A_SECOND = 10e6;
const ROWS_A_SECOND = 5e5;
const AGGREGATED_BYTES_A_SECOND = 50e6;

/** Nobody knows what such a file holds before it is unpacked. */
const PACKED = /\.(?:gz|tgz|zip|kmz|tar)$/i;

/** What any job takes, in seconds: a database is opened, files are synced to the disk. */
const JOB_SECONDS = 0.05;

/** A batch that was parsed, with the files that it holds. */
export interface Batch {
	readonly files: readonly ScannedFile[];
	readonly record: JobRecord;
}

/** A piece that is to be written: where it lies, and what its rows come from. */
export interface PlannedPiece extends Piece {
	readonly id: string;
	readonly dataset: DatasetDefinition;
	readonly table: TableDefinition;
	/** Where it has only got new rows, the files of the lake that hold all others; else none. */
	readonly former: readonly Pick<ManifestFile, "path" | "bytes">[];
	/** The files that hold its rows, without those that `former` holds. */
	readonly inputs: readonly WorkFile[];
}

/** Hash of what a thing is made of, as 32 hexadecimal digits. */
export function identityOf(...parts: readonly Json[]): string {
	return createHash("sha256")
		.update(JSON.stringify(parts))
		.digest("hex")
		.slice(0, 32);
}

/**
 * It says what time it takes only where that is known and no file can end its process.
 * `faults` says of files why they are rejected unread, by path.
 */
export function parseJob(
	version: string,
	dataset: DatasetDefinition,
	files: readonly ScannedFile[],
	options: ParseOptions,
	faults: ReadonlyMap<string, string>,
): Job {
	const params: ParseParams = {
		dataset: dataset.name,
		options,
		files: files.map(({ path, bytes, about }) => ({
			path,
			bytes,
			fault: faults.get(path) ?? null,
			...(about !== undefined && { about }),
		})),
	};
	const [first] = files as [ScannedFile];
	return job(
		"parse",
		files.length === 1
			? `read ${first.path}`
			: `read ${first.path} and ${files.length - 1} more`,
		params,
		files.map((file, index) => ({
			name: inputName(index, file.path),
			from: { file: file.absolutePath },
			bytes: file.bytes,
		})),
		identityOf(
			version,
			params as unknown as Json,
			files.map(({ content }) => content),
		),
		dataset.isReadByUs && !files.some(({ path }) => PACKED.test(path))
			? bytesOf(files) / PARSED_BYTES_A_SECOND
			: null,
	);
}

export function resolveJob(
	version: string,
	dataset: DatasetDefinition,
	claims: readonly { key: string; bytes: number; rows: number; job: string }[],
	alike: boolean,
): Job {
	const params: ResolveParams = {
		alike,
		dataset: dataset.name,
		claims: sumOf(claims, ({ rows }) => rows),
	};
	return job(
		"resolve",
		`compare ${dataset.name}`,
		params,
		claims.map(({ key, bytes }, index) => ({
			name: `${index}.parquet`,
			from: { store: "work", key },
			bytes,
		})),
		identityOf(
			version,
			params as unknown as Json,
			claims.map((claim) => claim.job),
		),
		params.claims / ROWS_A_SECOND,
	);
}

/**
 * Jobs that write pieces: neighbours of one table together, while they are small. Whole
 * partitions are apart from parts of some: to read their rows no bucket is looked at. And
 * what has only got new rows is apart from what has not: it needs fewer inputs.
 */
export function writeJobs(
	version: string,
	pieces: readonly PlannedPiece[],
	losers: ReadonlyMap<string, WorkFile>,
): Job[] {
	const half = sumOf(pieces, ({ rows }) => rows) / 2;
	const mostRows = Math.min(JOB_ROWS, Math.max(FEW_ROWS, half));
	const kindOf = ({ buckets, former }: PlannedPiece) =>
		`${buckets.length > 0} ${former.length > 0}`;
	const groups: PlannedPiece[][] = [];
	for (const piece of [...Map.groupBy(pieces, kindOf).values()].flat()) {
		const last = groups.at(-1);
		const rows = sumOf(last ?? [], (entry) => entry.rows);
		if (
			last?.[0]?.table === piece.table &&
			kindOf(last[0]) === kindOf(piece) &&
			rows + piece.rows <= mostRows
		)
			last.push(piece);
		else groups.push([piece]);
	}
	return groups.map((group) => {
		const [first] = group as [PlannedPiece];
		const own = losers.get(first.dataset.name);
		const former = group.flatMap((piece) => piece.former);
		const inputs = [
			...new Map(
				group.flatMap((piece) =>
					piece.inputs.map((input) => [input.key, input]),
				),
			).values(),
		];
		const indexOf = new Map(inputs.map(({ key }, index) => [key, index]));
		const params: WriteParams = {
			dataset: first.dataset.name,
			table: first.table.name,
			hasLosers: own !== undefined,
			pieces: group.map((piece) => ({
				id: piece.id,
				partition: piece.partition,
				buckets: piece.buckets,
				rows: piece.rows,
				former: piece.former.map(({ path }) => decodeURIComponent(path)),
				inputs: piece.inputs.map(({ key }) => indexOf.get(key) as number),
			})),
		};
		return job(
			"write",
			`write ${placeOf(first)}${group.length > 1 ? ` and ${group.length - 1} more` : ""}`,
			params,
			[
				...inputs.map(({ key, bytes }, index) => ({
					name: rowsInput(index),
					from: { store: "work", key } as const,
					bytes,
				})),
				...former.map(({ path, bytes }) => {
					const key = decodeURIComponent(path);
					return { name: key, from: { store: "lake", key } as const, bytes };
				}),
				...(own === undefined
					? []
					: [
							{
								name: LOSERS_INPUT,
								from: { store: "work", key: own.key } as const,
								bytes: own.bytes,
							},
						]),
			],
			identityOf(
				version,
				group.map(({ id }) => id),
			),
			sumOf(group, ({ rows }) => rows) / ROWS_A_SECOND,
		);
	});
}

/** The job that writes the table of rejects from the files that hold so many rows of them. */
export function rejectsJob(
	version: string,
	rejects: readonly { readonly key: string; readonly bytes: number }[],
	rows: number,
): Job {
	const id = identityOf(
		version,
		"rejects",
		rejects.map(({ key }) => key),
	);
	const params: WriteParams = {
		dataset: null,
		table: "rejects",
		hasLosers: false,
		pieces: [
			{
				id,
				partition: {},
				buckets: [],
				rows,
				former: [],
				inputs: rejects.map((_, index) => index),
			},
		],
	};
	return job(
		"write",
		"write rejects",
		params,
		rejects.map(({ key, bytes }, index) => ({
			name: rowsInput(index),
			from: { store: "work", key },
			bytes,
		})),
		id,
		bytesOf(rejects) / AGGREGATED_BYTES_A_SECOND,
	);
}

export function aggregateJob(
	version: string,
	dataset: DatasetDefinition,
	startView: StartView | null | undefined,
	tables: Readonly<Record<string, readonly (LakeFile & { bytes: number })[]>>,
): Job {
	const files = Object.values(tables).flat();
	const params: AggregateParams = {
		dataset: dataset.name,
		...(startView !== undefined && { startView }),
		tables: Object.fromEntries(
			Object.entries(tables).map(([name, list]) => [
				name,
				list.map(({ path, partition }) => ({ path, partition })),
			]),
		),
	};
	return job(
		"aggregate",
		`aggregate ${dataset.name}`,
		params,
		files.map(({ path, bytes }) => ({
			name: path,
			from: { store: "lake", key: path },
			bytes,
		})),
		identityOf(version, params as unknown as Json),
		bytesOf(files) / AGGREGATED_BYTES_A_SECOND,
	);
}

function placeOf({ table, partition, buckets }: PlannedPiece): string {
	return [table.name, hiveFolder(partition), buckets.at(-1) ?? ""]
		.filter((part) => part !== "")
		.join("/");
}

function job(
	kind: string,
	label: string,
	params: object,
	inputs: readonly JobInput[],
	id: string,
	seconds: number | null,
): Job {
	return {
		id,
		kind,
		label,
		params: params as Json,
		inputs,
		...(seconds !== null && { seconds: JOB_SECONDS + seconds }),
	};
}

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
	return items.reduce((sum, item) => sum + value(item), 0);
}
