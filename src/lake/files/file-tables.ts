import type {
	BlockReference,
	CatalogTable,
	ManifestBlock,
	ManifestFile,
} from "../../lib/catalog/catalog.ts";
import type { Column } from "../../lib/catalog/tables.ts";
import { FileError } from "../../lib/formats/file-error.ts";
import { LakeError } from "../errors.ts";
import type { Connection, Database, WholeLimits } from "../types.ts";
import { readCsv } from "./csv-table.ts";
import type { FileStore, FoundFile } from "./file-store.ts";
import { readGpx } from "./gpx-table.ts";
import { readJson } from "./json-table.ts";
import { openParquet, type ParquetFile } from "./parquet-file.ts";
import type { FileSelection } from "./references.ts";
import type { ArrowColumns } from "./text-file.ts";
import { unpacked, type WholeFile } from "./unpacked.ts";

/** The end of a file that is read first; most footers are in it. */
const END_BYTES = 64 * 1024;

/** Files as a table of the session. */
export interface FileTable {
	readonly table: CatalogTable;
	readonly block: BlockReference;
	readonly manifest: ManifestBlock;
	readonly paths: readonly string[];
	/** What people call the files. */
	readonly names: readonly string[];
	readonly notes: readonly string[];
	/** No network brought them. */
	readonly isLocal: boolean;
}

/** Parquet: finds the files, reads their footers, and makes a table of them; nothing else of them is read. */
export async function openParquetTable(
	name: string,
	{ paths, options }: FileSelection,
	store: FileStore,
	limits: WholeLimits,
): Promise<FileTable> {
	const [option] = options;
	if (option !== undefined)
		throw new LakeError(
			"UnsupportedError",
			`read_parquet takes no options here: leave out ${option.name}`,
		);
	const found = await foundAll(store, limits, (limits) =>
		paths.map((path) => store.find(path, limits)),
	);
	try {
		const opened = await Promise.all(
			found.map((file) => openFound(file, store, limits)),
		);
		return tableOf(name, found, opened, new Map());
	} catch (error) {
		store.forget(found.map(({ path }) => path));
		throw error;
	}
}

/** CSV, JSON and GPX: reads the files whole, and makes a Parquet file of them that is kept in memory. */
export async function openTextTable(
	name: string,
	{ format, paths, options }: FileSelection,
	store: FileStore,
	limits: WholeLimits,
	engine: { readonly database: Database; readonly connection: Connection },
	encode: (ipc: Uint8Array) => Promise<Uint8Array>,
): Promise<FileTable> {
	const found = await foundAll(store, limits, (limits) =>
		paths.map((path) => store.fetch(path, limits)),
	);
	store.forget(found.map(({ path }) => path));
	const read = async (): Promise<ArrowColumns> => {
		const files = found.map((file) => wholeFile(file, limits));
		if (format === "csv") return readCsv(engine, files, options);
		const [option] = options;
		const [only, ...others] = files;
		if (option !== undefined || only === undefined || others.length > 0)
			throw new LakeError(
				"UnsupportedError",
				`read_${format} takes one file and no options here`,
			);
		return readOne(format, only, limits.signal);
	};
	const { ipc, types } = await read();
	const label = found.map((file) => file.name).join(", ");
	const made = store.made(label, await encode(ipc));
	const opened = await openFound(made, store, limits);
	const all = tableOf(name, [made], [opened], types);
	return {
		...all,
		names: found.map((file) => file.name),
		isLocal: found.every((file) => store.dropped.has(file.name)),
	};
}

/** Files that are looked for at the same time: where one fails, the others are given up, and nothing of them stays. */
async function foundAll(
	store: FileStore,
	limits: WholeLimits,
	find: (limits: WholeLimits) => readonly Promise<FoundFile>[],
): Promise<FoundFile[]> {
	const failing = new AbortController();
	const signal = AbortSignal.any([limits.signal, failing.signal]);
	const finding = find({ ...limits, signal });
	try {
		return await Promise.all(finding);
	} catch (error) {
		failing.abort();
		for (const ended of await Promise.allSettled(finding))
			if (ended.status === "fulfilled") store.forget([ended.value.path]);
		throw error;
	}
}

async function readOne(
	format: FileSelection["format"],
	file: WholeFile,
	signal: AbortSignal,
): Promise<ArrowColumns> {
	try {
		if (file.blob.size === 0) throw new FileError("the file is empty");
		return format === "gpx"
			? await readGpx(() => unpacked(file), signal)
			: await readJson(unpacked(file), signal);
	} catch (cause) {
		if (!(cause instanceof FileError)) throw cause;
		const place = cause.line === null ? "" : `, line ${cause.line}`;
		const sample = cause.sample === "" ? "" : ` (${cause.sample})`;
		throw new LakeError(
			"UnsupportedError",
			`${file.name}${place}: ${cause.message}${sample}`,
			{ cause },
		);
	}
}

function wholeFile(
	{ name, blob }: FoundFile,
	{ maxBytes }: WholeLimits,
): WholeFile {
	if (blob === null) throw new Error(`${name} was not fetched whole`);
	return { name, blob, maxBytes };
}

async function openFound(
	file: FoundFile,
	store: FileStore,
	{ maxBytes, signal, onBytes }: WholeLimits,
): Promise<ParquetFile> {
	const read = async (startByte: number, endByte: number) => {
		if (endByte - startByte > Math.max(maxBytes, END_BYTES))
			throw new LakeError(
				"OverBudgetError",
				`${file.name}: what its end says of it is larger than the memory budget allows`,
			);
		return (
			(await store.here(file.path, startByte, endByte)) ??
			store.read(file.path, startByte, endByte, signal, (bytes) =>
				onBytes(bytes, 0),
			)
		);
	};
	const start = Math.max(0, file.bytes - END_BYTES);
	const end = await read(start, file.bytes);
	const opened = await openParquet(file, end, read);
	store.keepTail(file.path, opened.manifest.tailStart, opened.tail);
	return opened;
}

/** One table of files that have the same columns; those in `types` are cast. */
function tableOf(
	name: string,
	found: readonly FoundFile[],
	opened: readonly ParquetFile[],
	types: ReadonlyMap<string, string>,
): FileTable {
	const [first, ...others] = opened;
	if (first === undefined) throw new Error("a table without files");
	for (const [index, other] of others.entries())
		requireSameColumns(
			found[index + 1]?.name ?? "",
			first.columns,
			other.columns,
		);
	const columns = first.columns.map((column) => ({
		...column,
		type: types.get(column.name) ?? column.type,
	}));
	const files = opened.map(({ manifest }) =>
		withoutBoundsOf(manifest, columns, types),
	);
	const rowGroups = files.flatMap((file) => file.rowGroups);
	const rows = rowGroups.reduce((sum, group) => sum + group.rows, 0);
	const block: BlockReference = {
		startByte: 0,
		byteLength: 0,
		checksum: "",
		rowGroups: rowGroups.length,
		rows,
		bounds: {},
	};
	const names = found.map((file) => file.name);
	return {
		block,
		manifest: { files },
		paths: found.map(({ path }) => path),
		names,
		notes: found.flatMap((file) =>
			file.note === null ? [] : [`${file.name}: ${file.note}`],
		),
		isLocal: found.every(({ foreign }) => foreign.isLocal),
		table: {
			name,
			dataset: "",
			description: names.join(", "),
			columns,
			partitionKeys: [],
			sortKeys: [],
			rows,
			files: files.length,
			rowGroups: rowGroups.length,
			bytes: files.reduce((sum, file) => sum + file.bytes, 0),
			manifest: { path: names.join(", "), bytes: 0, blocks: [block] },
		},
	};
}

function requireSameColumns(
	name: string,
	expected: readonly Column[],
	columns: readonly Column[],
): void {
	const isSame =
		columns.length === expected.length &&
		columns.every(
			(column, index) =>
				column.name === expected[index]?.name &&
				column.type === expected[index]?.type,
		);
	if (!isSame)
		throw new LakeError(
			"UnsupportedError",
			`${name} has other columns than the file before it: read them apart, and put them together with UNION ALL BY NAME`,
		);
}

/** Bounds of a column that is cast are bounds of something else. */
function withoutBoundsOf(
	file: ManifestFile,
	columns: readonly Column[],
	types: ReadonlyMap<string, string>,
): ManifestFile {
	if (types.size === 0) return file;
	return {
		...file,
		rowGroups: file.rowGroups.map(({ rows, chunks }) => ({
			rows,
			chunks: chunks.map((chunk, index) => {
				const { name } = columns[index] as Column;
				if (!types.has(name)) return chunk;
				const [startByte, byteLength, checksum, , , nullCount] = chunk;
				return [startByte, byteLength, checksum, null, null, nullCount];
			}),
		})),
	};
}
