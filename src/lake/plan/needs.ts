import type { PlanCost, ScanSummary } from "../../../workers/engine-api.ts";
import type {
	BlockReference,
	CatalogTable,
	ManifestBlock,
	ManifestFile,
} from "../../lib/catalog.ts";
import type { RowGroupReference, TableNeed } from "../types.ts";
import { ROW_MARK, type Scan } from "./explain.ts";
import { readFilters, type ScanFilters } from "./filters.ts";
import { BoundsReader, mayMatch } from "./prune.ts";

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

/** Columns and filters of a table's scans; a table that is needed whole has none. */
interface TableScans {
	readonly table: CatalogTable;
	readonly columns: readonly string[];
	/** One per scan: a row group is needed where any of them may match. */
	readonly filters: readonly ScanFilters[];
	readonly printed: readonly string[];
	readonly inOrder: boolean;
}

/** The union of what a table's scans need; never less, sometimes more. */
export async function needOfScans(
	table: CatalogTable,
	scans: readonly Scan[],
	loadBlock: LoadBlock,
	signal: AbortSignal,
): Promise<PricedNeed> {
	const filters = scans.map((scan) => readFilters(scan.filters, table));
	const needed = new Set(
		scans.flatMap((scan, index) => [
			...projectedColumns(scan, table),
			...(filters[index]?.columns ?? []),
		]),
	);
	return priced(
		{
			table,
			columns: table.columns
				.map(({ name }) => name)
				.filter((name) => needed.has(name)),
			filters,
			printed: scans.flatMap((scan) => scan.filters),
			inOrder: false,
		},
		loadBlock,
		signal,
	);
}

/** All columns of all row groups, in their order. */
export async function needOfWhole(
	table: CatalogTable,
	loadBlock: LoadBlock,
	signal: AbortSignal,
): Promise<PricedNeed> {
	const everything: ScanFilters = {
		predicate: { kind: "unknown" },
		columns: new Set(),
		prunes: [],
	};
	return priced(
		{
			table,
			columns: table.columns.map(({ name }) => name),
			filters: [everything],
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
	const { table, columns, filters, printed, inOrder } = scans;
	const reader = new BoundsReader(table);
	const blocks = await Promise.all(
		table.manifest.blocks
			.filter((block) => {
				const bounds = reader.ofBlock(block);
				return filters.some(({ predicate }) => mayMatch(predicate, bounds));
			})
			.map((block) => loadBlock(table, block, signal)),
	);
	const rowGroups: RowGroupReference[] = [];
	for (const file of blocks.flatMap((block) => block.files))
		for (const [index, rowGroup] of file.rowGroups.entries()) {
			const bounds = reader.ofRowGroup(file, rowGroup);
			if (filters.some(({ predicate }) => mayMatch(predicate, bounds)))
				rowGroups.push({ file, index });
		}
	const cost = costOf(reader, columns, rowGroups);
	const prunes = filters.flatMap((scan) => scan.prunes);
	return {
		need: { table: table.name, columns, rowGroups, inOrder },
		summary: {
			table: table.name,
			columns,
			filters: printed.map((text, index) => ({
				text,
				prunes: prunes[index] ?? false,
			})),
			rowGroups: rowGroups.length,
			rowGroupsTotal: table.rowGroups,
			bytes: cost.bytes,
		},
		cost,
	};
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
		if (!files.has(file)) bytes += file.bytes - file.tailStart;
		files.add(file);
		for (const chunk of chunks)
			bytes += file.rowGroups[index]?.chunks[chunk]?.[1] ?? 0;
	}
	return { files: files.size, rowGroups: rowGroups.length, bytes };
}
