import { formatBytes } from "../../lib/text/format.ts";
import { hasDied, LakeError } from "../errors.ts";
import type { Connection } from "../types.ts";
import type { Split } from "./draft.ts";
import {
	addParts,
	bytesOfParts,
	combineParts,
	dropParts,
	layParts,
} from "./part-table.ts";

export interface SliceRun<Slice> {
	readonly connection: Connection;
	readonly split: Split;
	/** Together all rows of the table that the statement needs, each once. */
	readonly slices: AsyncIterable<Slice>;
	/** Lets SQL see exactly the rows of a slice. */
	readonly show: (slice: Slice) => Promise<void>;
	/** After a slice's partial answer is there. */
	readonly done: (slice: Slice) => Promise<void>;
	/** Memory for the partial answers; to put them together takes as much again. */
	readonly partsBytes: number;
}

/**
 * Runs the partial statement over slice after slice, and hands the partial answers
 * to `merge`. Throws `OverBudgetError` where they alone are too many.
 */
export async function runSlices<Slice, T>(
	{ connection, split, slices, show, done, partsBytes }: SliceRun<Slice>,
	merge: () => Promise<T>,
): Promise<T> {
	try {
		await layParts(connection, split.partial);
		for await (const slice of slices) {
			await show(slice);
			await addParts(connection, split.partial);
			await done(slice);
			await keepWithin(connection, split, partsBytes);
		}
		return await merge();
	} catch (error) {
		throw withoutPlace(error);
	} finally {
		// An engine that died has no tables to drop.
		await dropParts(connection).catch(() => {});
	}
}

/** DuckDB points into the SQL that ran, which is not what was given. */
function withoutPlace(error: unknown): unknown {
	if (hasDied(error) || error instanceof LakeError) return error;
	if (!(error instanceof Error)) return error;
	const [message] = error.message.split(/\n+LINE \d+: /);
	return new Error(message, { cause: error });
}

async function keepWithin(
	connection: Connection,
	{ combine }: Split,
	partsBytes: number,
): Promise<void> {
	if ((await bytesOfParts(connection)) <= partsBytes) return;
	if (combine !== null) await combineParts(connection, combine);
	const bytes = await bytesOfParts(connection);
	// Nearly full after it was put together, it would be put together at each slice.
	if (bytes > partsBytes * 0.75)
		throw new LakeError(
			"OverBudgetError",
			`the groups of the answer alone take about ${formatBytes(bytes)} of memory, too much to put them together slice by slice: group by less, or filter`,
		);
}
