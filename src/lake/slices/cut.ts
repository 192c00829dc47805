import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import type { RowGroupReference, TableNeed } from "../types.ts";
import { DoesNotSplit } from "./does-not-split.ts";

/** Row groups that have to be in one slice. */
export type Unit = readonly [RowGroupReference, ...RowGroupReference[]];

/** One row group each, or all of those with one value of a partition key; in the lake's order. */
export function unitsOf(
	{ rowGroups }: TableNeed,
	table: CatalogTable,
	wholePartitionsOf: string | null,
): Unit[] {
	if (wholePartitionsOf === null) return rowGroups.map((one) => [one]);
	const units = new Map<
		string | null,
		[RowGroupReference, ...RowGroupReference[]]
	>();
	const type = table.columns.find(
		({ name }) => name === wholePartitionsOf,
	)?.type;
	for (const rowGroup of rowGroups) {
		const value = rowGroup.file.partition[wholePartitionsOf] ?? null;
		if (value !== null && !isOneOfAKind(value, type))
			throw new DoesNotSplit(
				`values of ${wholePartitionsOf} may be written in several ways`,
			);
		const unit = units.get(value);
		if (unit === undefined) units.set(value, [rowGroup]);
		else unit.push(rowGroup);
	}
	return [...units.values()];
}

/** Whether no other text in a path stands for the same value. */
function isOneOfAKind(text: string, type: string | undefined): boolean {
	switch (type) {
		case "VARCHAR":
			return true;
		case "TINYINT":
		case "SMALLINT":
		case "INTEGER":
		case "BIGINT":
		case "UTINYINT":
		case "USMALLINT":
		case "UINTEGER":
		case "UBIGINT":
			return /^(?:0|-?[1-9]\d*)$/.test(text);
		case "DATE":
			return /^\d{4}-\d\d-\d\d$/.test(text);
		case "BOOLEAN":
			return /^(?:true|false)$/.test(text);
		default:
			return false;
	}
}

export interface CutOptions {
	readonly units: readonly Unit[];
	/** Memory that row groups take, as far as that is known before they are there. */
	readonly bytesOf: (rowGroups: readonly RowGroupReference[]) => number;
	/** Memory that a slice may take; each unit fits in. */
	readonly sliceBytes: number;
}

/**
 * Cuts units into slices of consecutive ones. The first slice is small: what it
 * takes beside what was thought tells how large the others may be.
 */
export class SliceCutter {
	readonly #options: CutOptions;
	#next = 0;
	#growth = 1;

	constructor(options: CutOptions) {
		this.#options = options;
	}

	/** Null after the last. */
	next(): RowGroupReference[] | null {
		const { units, sliceBytes } = this.#options;
		const roomBytes = this.#next === 0 ? sliceBytes / 4 : sliceBytes;
		const end = this.#endOf(this.#next, roomBytes);
		if (end === this.#next) return null;
		const slice = units.slice(this.#next, end).flat();
		this.#next = end;
		return slice;
	}

	/** Tells what a slice took, once it is there. */
	took(slice: readonly RowGroupReference[], bytes: number): void {
		const thought = this.#options.bytesOf(slice);
		if (thought > 0) this.#growth = Math.max(this.#growth, bytes / thought);
	}

	/** Slices that are still to come, as far as that is known. */
	get left(): number {
		const { units, sliceBytes } = this.#options;
		let slices = 0;
		for (let at = this.#next; at < units.length; slices += 1)
			at = this.#endOf(at, at === 0 ? sliceBytes / 4 : sliceBytes);
		return slices;
	}

	/** At least one unit on, where there is one. */
	#endOf(start: number, roomBytes: number): number {
		const { units, bytesOf } = this.#options;
		let bytes = 0;
		let end = start;
		while (end < units.length) {
			bytes += bytesOf(units[end] as Unit) * this.#growth;
			if (end > start && bytes > roomBytes) break;
			end += 1;
		}
		return end;
	}
}
