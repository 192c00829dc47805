import type { Progress } from "../../../workers/engine-api.ts";
import type { Query } from "../../queries/sql.ts";
import { openEngine, queryLake } from "../shared/engine/engine.ts";

/** The rows of a small answer, and what it took. */
export interface TimedRows {
	/** BIGINT as bigint, TIMESTAMP and DATE as `Date` in UTC. */
	readonly rows: readonly Readonly<Record<string, unknown>>[];
	/** Bytes of the lake that the answer needs, also those that were there already. */
	readonly bytes: number;
	/** From asking, with the engine there, to the answer. */
	readonly milliseconds: number;
}

/** Runs a query whose answer is at most some thousand rows. Rejects as `queryLake` does. */
export async function timedQuery(
	query: Query,
	signal: AbortSignal,
	onProgress: (progress: Progress) => void,
): Promise<TimedRows> {
	await openEngine();
	const start = performance.now();
	const { table, answer } = await queryLake(query, { signal, onProgress });
	const milliseconds = performance.now() - start;
	const isTime = new Set(
		answer.columns
			.filter(({ type }) => type === "TIMESTAMP" || type === "DATE")
			.map(({ name }) => name),
	);
	const rows = table.toArray().map((row) => {
		const object: Record<string, unknown> = row.toJSON();
		for (const [name, value] of Object.entries(object))
			if (isTime.has(name) && typeof value === "number")
				object[name] = new Date(value);
		return object;
	});
	return { rows, bytes: answer.plan.estimated.bytes, milliseconds };
}
