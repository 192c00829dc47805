import type { PlanCost, ScanSummary } from "../../../workers/engine-api.ts";
import type {
	BlockReference,
	Bounds,
	CatalogTable,
	ManifestBlock,
	ManifestFile,
} from "../../lib/catalog/catalog.ts";
import type { RowGroupReference, TableNeed } from "../types.ts";
import { ROW_MARK, type Scan } from "./explain.ts";
import { readFilters, type ScanFilters } from "./filters.ts";
import { type Extent, holding, type Wanted } from "./narrow.ts";
import type { Predicate } from "./predicate.ts";
import { type BoundsOf, BoundsReader, mayMatch, mustMatch } from "./prune.ts";

import type { SimpleAggregates } from "./simple-aggregates.ts";
import { type KnownRows, standInOf } from "./stand-in.ts";

/** Fetches a block of a table's manifest, or gives the one that is there already. */
export type LoadBlock = (
	table: CatalogTable,
	block: BlockReference,
	signal: AbortSignal,
) => Promise<ManifestBlock>;

/** What one table's scans need together, with what it costs. */
export interface PricedNeed {
	readonly need: TableNeed;
	readonly summary: ScanSummary;
	readonly cost: Omit<PlanCost, "requests">;
}

/** A scan with what its filters and the plan above it tell of the rows it needs. */
export interface ReadScan {
	readonly scan: Scan;
	readonly filters: ScanFilters;
	readonly selection: Selection;
}

/** Rows of a table: those that pass a predicate, or some of them. */
export interface Selection {
	readonly predicate: Predicate;
	/** Whether all rows for which the predicate surely holds are selected, so that they can be counted. */
	readonly exact: boolean;
	/** Null where all that pass are wanted; of several, all are. */
	readonly wanted: readonly Wanted[] | null;
}

/** Columns and filters of a table's scans; a table that is needed whole has none. */
interface TableScans {
	readonly table: CatalogTable;
	readonly columns: readonly string[];
	/** One per scan: a row group is needed where any of them needs it. */
	readonly selections: readonly Selection[];
	readonly printed: ScanSummary["filters"];
	readonly inOrder: boolean;
}

/**
 * Reads a scan's filters. `implied` holds for all rows that show in the answer;
 * `wantedOf` tells which of the rows that pass are wanted.
 */
export function readScan(
	scan: Scan,
	table: CatalogTable,
	implied: readonly Predicate[],
	wantedOf: (filters: ScanFilters) => readonly Wanted[] | null,
): ReadScan {
	const filters = readFilters(scan.filters, table);
	const parts = [filters.predicate, ...implied];
	return {
		scan,
		filters,
		selection: {
			predicate: { kind: "and", parts },
			exact: filters.exact && implied.length === 0,
			wanted: wantedOf(filters),
		},
	};
}

/** The union of what a table's scans need; never less, sometimes more. */
export async function needOfScans(
	table: CatalogTable,
	scans: readonly ReadScan[],
	loadBlock: LoadBlock,
	signal: AbortSignal,
): Promise<PricedNeed> {
	const needed = new Set(
		scans.flatMap(({ scan, filters }) => [
			...projectedColumns(scan, table),
			...filters.columns,
		]),
	);
	return priced(
		{
			table,
			columns: table.columns
				.map(({ name }) => name)
				.filter((name) => needed.has(name)),
			selections: scans.map(({ selection }) => selection),
			printed: scans.flatMap(({ filters }) => filters.printed),
			inOrder: false,
		},
		loadBlock,
		signal,
	);
}

/**
 * The need of nothing, where what the catalog knows of the rows that a scan selects
 * answers the statement: each block or row group has only such rows, or none. Else null.
 */
export async function needOfStatistics(
	table: CatalogTable,
	{ filters, selection: { predicate, exact } }: ReadScan,
	aggregates: SimpleAggregates,
	loadBlock: LoadBlock,
	signal: AbortSignal,
): Promise<PricedNeed | null> {
	if (!exact) return null;
	const reader = new BoundsReader(table);
	const standIn = (known: readonly (KnownRows & { bounds: BoundsOf })[]) =>
		known.every(({ bounds }) => mustMatch(predicate, bounds))
			? standInOf(table, aggregates, filters.columns, known)
			: null;
	const blocks = table.manifest.blocks
		.map((block) => ({ block, bounds: reader.ofBlock(block) }))
		.filter(({ bounds }) => mayMatch(predicate, bounds));
	let made = standIn(
		blocks.map(({ block, bounds }) => ({
			rows: block.rows,
			bounds,
			statistics: (name) => {
				const { min, max, hasNull } = Object.hasOwn(block.bounds, name)
					? (block.bounds[name] ?? UNKNOWN_BOUNDS)
					: UNKNOWN_BOUNDS;
				return { min, max, nulls: hasNull ? null : 0 };
			},
		})),
	);
	if (made === null) {
		const loaded = await Promise.all(
			blocks.map(({ block }) => loadBlock(table, block, signal)),
		);
		made = standIn(
			loaded
				.flatMap(({ files }) => files.flatMap(rowGroupsOf))
				.map(({ file, rowGroup }) => ({
					rows: rowGroup.rows,
					bounds: reader.ofRowGroup(file, rowGroup),
					statistics: (name: string) =>
						reader.statisticsOf(file, rowGroup, name),
				}))
				.filter(({ bounds }) => mayMatch(predicate, bounds)),
		);
	}
	if (made === null) return null;
	const columns = table.columns
		.map(({ name }) => name)
		.filter((name) => made.columns.has(name));
	return {
		need: {
			table: table.name,
			columns,
			rowGroups: [],
			inOrder: false,
			standIn: made,
		},
		summary: {
			table: table.name,
			columns,
			filters: filters.printed,
			rowGroups: 0,
			rowGroupsTotal: table.rowGroups,
			bytes: 0,
		},
		cost: { files: 0, rowGroups: 0, bytes: 0 },
	};
}

/** All columns of all row groups, in their order. */
export async function needOfWhole(
	table: CatalogTable,
	loadBlock: LoadBlock,
	signal: AbortSignal,
): Promise<PricedNeed> {
	const everything: Selection = {
		predicate: { kind: "unknown" },
		exact: false,
		wanted: null,
	};
	return priced(
		{
			table,
			columns: table.columns.map(({ name }) => name),
			selections: [everything],
			printed: [],
			inOrder: true,
		},
		loadBlock,
		signal,
	);
}

/** All columns where one of the printed names is none of the table's, or may be a piece of one. */
function projectedColumns(
	{ projections }: Scan,
	table: CatalogTable,
): readonly string[] {
	const all = table.columns.map(({ name }) => name);
	if (projections === "none" && !all.includes(ROW_MARK)) return [];
	if (
		typeof projections === "string" ||
		all.some((name) => name.includes("\n"))
	)
		return all;
	const columns: string[] = [];
	for (const printed of projections) {
		const owners = all.filter(
			(name) => printed === name || printed.startsWith(`${name}.`),
		);
		if (owners.length === 0) return all;
		columns.push(...owners);
	}
	return columns;
}

async function priced(
	scans: TableScans,
	loadBlock: LoadBlock,
	signal: AbortSignal,
): Promise<PricedNeed> {
	const { table, columns, selections, printed, inOrder } = scans;
	const reader = new BoundsReader(table);
	const blocks = await Promise.all(
		needed(
			table.manifest.blocks,
			(block) => ({ rows: block.rows, bounds: reader.ofBlock(block) }),
			selections,
		).map((block) => loadBlock(table, block, signal)),
	);
	const rowGroups = needed(
		blocks.flatMap(({ files }) => files.flatMap(rowGroupsOf)),
		({ file, rowGroup }) => ({
			rows: rowGroup.rows,
			bounds: reader.ofRowGroup(file, rowGroup),
		}),
		selections,
	).map(({ file, index }) => ({ file, index }));
	const cost = costOf(reader, columns, rowGroups);
	return {
		need: { table: table.name, columns, rowGroups, inOrder },
		summary: {
			table: table.name,
			columns,
			filters: printed,
			rowGroups: rowGroups.length,
			rowGroupsTotal: table.rowGroups,
			bytes: cost.bytes,
		},
		cost,
	};
}

const UNKNOWN_BOUNDS: Bounds = { min: null, max: null, hasNull: true };

function rowGroupsOf(file: ManifestFile) {
	return file.rowGroups.map((rowGroup, index) => ({ file, rowGroup, index }));
}

/** Of row groups or blocks, in their order, those that some selection needs. */
function needed<T>(
	parts: readonly T[],
	extentOf: (part: T) => Omit<Extent, "isSure">,
	selections: readonly Selection[],
): T[] {
	const extents = parts.map((part) => ({ part, ...extentOf(part) }));
	const kept = new Set<T>();
	for (const { predicate, exact, wanted } of selections) {
		const matching = extents.filter(({ bounds }) =>
			mayMatch(predicate, bounds),
		);
		const held =
			wanted === null
				? matching
				: heldBy(
						matching,
						wanted,
						(bounds) => exact && mustMatch(predicate, bounds),
					);
		for (const { part } of held) kept.add(part);
	}
	return parts.filter((part) => kept.has(part));
}

function heldBy<T extends Omit<Extent, "isSure">>(
	matching: readonly T[],
	wanted: readonly Wanted[],
	isSure: (bounds: BoundsOf) => boolean,
): readonly T[] {
	const extents = matching.map((extent) => ({
		...extent,
		isSure: isSure(extent.bounds),
	}));
	return wanted.flatMap((rows) => holding(extents, rows));
}

/**
 * Chunks of the columns and the tail of each file. Partition keys and the number
 * of rows are in the catalog: where nothing else is needed no file is touched.
 */
function costOf(
	reader: BoundsReader,
	columns: readonly string[],
	rowGroups: readonly RowGroupReference[],
): Omit<PlanCost, "requests"> {
	const chunks = columns
		.map((name) => reader.chunkOf(name))
		.filter((chunk) => chunk !== null);
	if (chunks.length === 0)
		return { files: 0, rowGroups: rowGroups.length, bytes: 0 };
	const files = new Set<ManifestFile>();
	let bytes = 0;
	for (const { file, index } of rowGroups) {
		if (file.foreign?.isLocal) continue;
		if (!files.has(file)) bytes += file.bytes - file.tailStart;
		files.add(file);
		for (const chunk of chunks)
			bytes += file.rowGroups[index]?.chunks[chunk]?.[1] ?? 0;
	}
	return { files: files.size, rowGroups: rowGroups.length, bytes };
}
