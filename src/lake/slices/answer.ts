import type { SqlValue } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { formatBytes } from "../../lib/text/format.ts";
import type { Statement } from "../plan/statement.ts";
import { type LoadOptions, startLoading } from "../resident/load.ts";
import { largestOf, type Residency } from "../resident/residency.ts";
import type { Store } from "../resident/store.ts";
import type { Connection, RowGroupReference, TableNeed } from "../types.ts";
import { SliceCutter, type Unit, unitsOf } from "./cut.ts";
import { DoesNotSplit } from "./does-not-split.ts";
import { runSlices } from "./run-slices.ts";
import { type Split, splitStatement } from "./split.ts";

/** How a query that is larger than memory runs. */
export interface SlicePlan {
	readonly split: Split;
	/** Of the table that is read in slices. */
	readonly need: TableNeed;
	/** Of the other tables, which are there the whole time. */
	readonly others: readonly TableNeed[];
	readonly units: readonly Unit[];
	readonly room: SliceRoom;
	/** As far as that is known before the run. */
	readonly slices: number;
}

export interface PlanSlicesOptions {
	readonly connection: Connection;
	readonly residency: Residency;
	/** All that SQL may name. */
	readonly tables: readonly CatalogTable[];
	readonly statement: Statement;
	readonly params: readonly SqlValue[];
	readonly needs: readonly TableNeed[];
}

/** Memory beside the other tables, and what it is for. */
export interface SliceRoom {
	readonly sliceBytes: number;
	/** Whether the next slice comes while one runs: it takes as much again. */
	readonly comesAhead: boolean;
	/** For the partial answers. */
	readonly partsBytes: number;
}

/**
 * Null where the needs are within the budget. Throws `OverBudgetError`, with the reason, where the statement does not split.
 */
export async function planSlices({
	connection,
	residency,
	tables,
	statement,
	params,
	needs,
}: PlanSlicesOptions): Promise<SlicePlan | null> {
	if (residency.bytesOf(needs) <= residency.roomBytes) return null;
	const need = largestOf(needs, (one) => residency.bytesOf([one]));
	const table = tables.find(({ name }) => name === need?.table);
	if (need === undefined || table === undefined)
		throw new Error(`unknown table: ${need?.table}`);
	try {
		if (statement.change !== null) throw new DoesNotSplit("only queries do");
		if (statement.explains !== null)
			throw new DoesNotSplit("EXPLAIN needs all that the query reads at once");
		const others = needs.filter((other) => other !== need);
		const roomBytes = residency.roomBytes - residency.bytesOf(others);
		if (roomBytes <= 0)
			throw new DoesNotSplit(`the tables beside ${table.name} are too large`);
		const split = await splitStatement({
			connection,
			sql: statement.sql,
			params,
			table,
		});
		const units = unitsOf(need, table, split.wholePartitionsOf);
		const bytesOf = (rowGroups: readonly RowGroupReference[]) =>
			residency.bytesOf([{ ...need, rowGroups }]);
		const largestBytes = Math.max(...units.map(bytesOf));
		const room = shareRoom(roomBytes, largestBytes);
		if (room === null)
			throw new DoesNotSplit(
				split.wholePartitionsOf === null
					? `a row group of ${table.name} alone takes about ${formatBytes(largestBytes)}`
					: `all rows of one ${split.wholePartitionsOf} have to be there at once, which takes about ${formatBytes(largestBytes)}`,
			);
		const { sliceBytes } = room;
		const cutter = new SliceCutter({ units, bytesOf, sliceBytes });
		return { split, need, others, units, room, slices: cutter.left };
	} catch (error) {
		if (error instanceof DoesNotSplit)
			throw residency.overBudget(needs, error.message);
		throw error;
	}
}

/**
 * A third each for a slice, the one that comes next, and the partial answers; other
 * shares where row groups are large. Null where the largest unit leaves no room.
 */
function shareRoom(roomBytes: number, largestBytes: number): SliceRoom | null {
	if (largestBytes > roomBytes * 0.75) return null;
	const comesAhead = largestBytes <= roomBytes * 0.4;
	const sliceBytes = Math.max(Math.floor(roomBytes / 3), largestBytes);
	const leftBytes = roomBytes - (comesAhead ? 2 : 1) * sliceBytes;
	// To put them together takes as much again.
	return { sliceBytes, comesAhead, partsBytes: Math.floor(leftBytes / 2) };
}

export interface SlicedOptions extends LoadOptions {
	readonly connection: Connection;
	readonly plan: SlicePlan;
}

interface LoadedSlice {
	readonly store: Store;
	readonly rows: number;
}

/**
 * Runs a statement slice by slice, the other tables being there, and gives the
 * merged answer as an Arrow IPC stream, with the number of slices. The next slice
 * is fetched and decoded while one runs, and loaded once that one is dropped.
 */
export async function answerInSlices(
	options: SlicedOptions,
): Promise<{ readonly ipc: Uint8Array; readonly slices: number }> {
	const { connection, residency, plan, stagesMs, onProgress } = options;
	const { split, need, units, room } = plan;
	const { sliceBytes, comesAhead, partsBytes } = room;
	const bytesOf = (rowGroups: readonly RowGroupReference[]) =>
		residency.bytesOf([{ ...need, rowGroups }]);
	const cutter = new SliceCutter({ units, bytesOf, sliceBytes });
	const totalRows = rowsOf(need.rowGroups);
	const leaving = new AbortController();
	const signal = AbortSignal.any([options.signal, leaving.signal]);
	const stores = new Set<Store>();
	let started = 0;
	let slices = 0;
	let rows = 0;

	const report = (loadedRows: number) =>
		onProgress({
			stage: "slice",
			slice: slices,
			slices: started + cutter.left,
			rows: loadedRows,
			totalRows,
		});
	const start = async () => {
		const rowGroups = cutter.next();
		if (rowGroups === null) return null;
		started += 1;
		const { store, loads } = await residency.addSlice({ ...need, rowGroups });
		stores.add(store);
		const loading = await startLoading(loads, {
			...options,
			signal,
			onProgress: (progress) => {
				if (progress.stage === "load") report(rows + progress.rows);
			},
		});
		return { store, rowGroups, loading };
	};
	const drop = async (store: Store) => {
		await residency.dropSlice(store);
		stores.delete(store);
	};

	async function* load(): AsyncGenerator<LoadedSlice> {
		for (let next = await start(); next !== null; ) {
			const { store, rowGroups, loading } = next;
			slices += 1;
			await loading.finish();
			cutter.took(rowGroups, store.bytes);
			if (comesAhead) next = await start();
			rows += rowsOf(rowGroups);
			yield { store, rows };
			if (!comesAhead) next = await start();
		}
	}

	try {
		await residency.makeRoom(
			(comesAhead ? 2 : 1) * sliceBytes + 2 * partsBytes,
		);
		let since = performance.now();
		return await runSlices(
			{
				connection,
				split,
				slices: load(),
				show: async ({ store }) => {
					since = performance.now();
					await residency.showSlice(store);
				},
				done: async ({ store }) => {
					stagesMs.run += performance.now() - since;
					await drop(store);
					report(rows);
				},
				partsBytes,
			},
			async () => {
				onProgress({ stage: "run" });
				since = performance.now();
				const { sql, params } = split.merge;
				const ipc = await connection.run(sql, params);
				stagesMs.run += performance.now() - since;
				return { ipc, slices };
			},
		);
	} finally {
		leaving.abort();
		for (const store of stores) await drop(store).catch(() => {});
	}
}

function rowsOf(rowGroups: readonly RowGroupReference[]): number {
	return rowGroups.reduce(
		(sum, { file, index }) => sum + (file.rowGroups[index]?.rows ?? 0),
		0,
	);
}
