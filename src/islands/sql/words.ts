import type {
	OwnChange,
	Price,
	Progress,
	ScanSummary,
} from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import {
	formatBytes,
	formatCount,
	formatCounted,
	formatMilliseconds,
} from "../../lib/text/format.ts";

/** What a live region says of an answer: `1,234 rows in 420 ms`. */
export function outcome(rows: number, milliseconds: number): string {
	return `${formatCounted(rows, "row")} in ${formatMilliseconds(milliseconds)}`;
}

/** The price of a query before it runs, as a sentence: were nothing here yet. */
export function priceSentence({
	cost,
	scans,
	slices,
	refusal,
	unopened = [],
}: Price): string {
	if (unopened.length > 0 && refusal !== null) return "Nothing was read";
	if (unopened.length > 0)
		return `What ${unopened.join(", ")} costs shows once it has been read: Run reads it`;
	if (cost.bytes === 0 && scans.some(({ unverified }) => unverified?.isLocal))
		return "Reads files of this machine, and fetches nothing";
	if (cost.bytes === 0)
		return scans.length === 0
			? "Reads nothing of the lake"
			: "Reads nothing more: what it needs is here";
	const total = scans.reduce((sum, scan) => sum + scan.rowGroupsTotal, 0);
	const reads =
		slices === null
			? "Reads up to"
			: `Larger than memory may hold, so in about ${formatCounted(slices, "slice")}: reads up to`;
	return (
		`${reads} ${formatBytes(cost.bytes)}: ${formatCount(cost.rowGroups)} of ${formatCounted(total, "row group")} ` +
		`in ${formatCounted(cost.files, "file")}, ${formatCounted(cost.requests, "request")}`
	);
}

/** What a statement did to something of the visitor's own: `Table x made: 100 rows`. */
export function changeSentence(change: OwnChange): string {
	const { action, kind, name, rows } = change;
	const what = `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${name}`;
	const many = formatCounted(rows ?? 0, "row");
	switch (action) {
		case "made":
		case "replaced":
			return rows === null ? `${what} ${action}` : `${what} ${action}: ${many}`;
		case "filled":
			return `${many} inserted into table ${name}`;
		case "updated":
			return `${many} of table ${name} updated`;
		case "deleted from":
			return `${many} of table ${name} deleted`;
		case "dropped":
			return `${what} dropped`;
		case "kept":
			return `Nothing to do for ${kind} ${name}`;
	}
}

/** What is happening, and how far it is: `done` from 0 to 1, null where it cannot be told. */
export function progressWords(progress: Progress | null): {
	readonly text: string;
	readonly done: number | null;
} {
	switch (progress?.stage) {
		case undefined:
			return { text: "Starting", done: null };
		case "engine":
			return progress.totalBytes > 0 && progress.bytes >= progress.totalBytes
				? { text: "Starting the engine", done: null }
				: {
						text: `Fetching the engine: ${ofBytes(progress.bytes, progress.totalBytes)}`,
						done: share(progress.bytes, progress.totalBytes),
					};
		case "plan":
			return { text: "Planning", done: null };
		case "fetch":
			return {
				text: `Fetching ${ofBytes(progress.bytes, progress.totalBytes)}`,
				done: share(progress.bytes, progress.totalBytes),
			};
		case "load":
			return {
				text: `Loading ${formatCount(progress.rows)} of ${formatCounted(progress.totalRows, "row")}`,
				done: share(progress.rows, progress.totalRows),
			};
		case "slice":
			return {
				text: `Slice ${formatCount(progress.slice)} of ${formatCount(progress.slices)}: ${formatCount(progress.rows)} of ${formatCounted(progress.totalRows, "row")}`,
				done: share(progress.rows, progress.totalRows),
			};
		case "run":
			return { text: "Running", done: null };
	}
}

/** Ways to make a query read less, from what it would read; the largest scan first. */
export function narrowings(
	scans: readonly ScanSummary[],
	tables: readonly CatalogTable[],
): readonly string[] {
	return [...scans]
		.sort((a, b) => b.bytes - a.bytes)
		.slice(0, 3)
		.flatMap((scan) => {
			const table = tables.find(({ name }) => name === scan.table);
			if (table === undefined) return [];
			const advice: string[] = [];
			const keys = [...table.partitionKeys, ...table.sortKeys].filter((key) =>
				table.columns.some((column) => column.name === key),
			);
			const best = keys[0];
			if (best !== undefined && scan.rowGroups === scan.rowGroupsTotal)
				advice.push(
					`Compare ${best} of ${table.name} with a literal: the table is kept in its order, so that whole row groups fall away.`,
				);
			if (
				scan.columns.length === table.columns.length &&
				table.columns.length > 2
			)
				advice.push(
					`Name the columns of ${table.name} that you need: all ${table.columns.length} are read.`,
				);
			return advice;
		});
}

function ofBytes(bytes: number, totalBytes: number): string {
	return totalBytes > 0
		? `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`
		: formatBytes(bytes);
}

function share(part: number, whole: number): number | null {
	return whole > 0 ? Math.min(1, part / whole) : null;
}
