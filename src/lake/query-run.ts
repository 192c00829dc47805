import type {
	Plan,
	Progress,
	SqlValue,
	Stage,
} from "../../workers/engine-api.ts";
import type { TransferTally } from "./fetch/transfer.ts";
import type { QueryPlan } from "./plan/plan.ts";

export interface SessionRequest {
	readonly sql: string;
	readonly params?: readonly SqlValue[];
}

/** A query on its way through the stages, and what it has come to so far. */
export interface QueryRun {
	readonly request: SessionRequest;
	readonly signal: AbortSignal;
	readonly onProgress: (progress: Progress) => void;
	readonly stagesMs: Record<Stage, number>;
	/** Chunks and tails. */
	readonly tally: TransferTally;
	/** What was fetched and decoded. */
	readonly loaded: { readonly files: Set<string>; rowGroups: number };
}

export function newRun(
	request: SessionRequest,
	signal: AbortSignal,
	onProgress: (progress: Progress) => void = () => {},
): QueryRun {
	const { sql, params = [] } = request;
	return {
		// With values, even none, a statement is prepared, which a PIVOT that looks for its columns cannot be.
		request: params.length === 0 ? { sql } : request,
		signal,
		onProgress,
		stagesMs: { plan: 0, blocks: 0, fetch: 0, decode: 0, load: 0, run: 0 },
		tally: { requests: 0, bytes: 0, cachedBytes: 0 },
		loaded: { files: new Set(), rowGroups: 0 },
	};
}

/** What was thought before the run beside what it came to; `requests` are those of a fresh query. */
export function reportOf(
	run: QueryRun,
	plan: Pick<QueryPlan, "cost" | "scans">,
	requests: number,
	rows: number,
	slices: number | null,
): Plan {
	return {
		estimated: { ...plan.cost, requests },
		actual: {
			files: run.loaded.files.size,
			rowGroups: run.loaded.rowGroups,
			...run.tally,
			rows,
		},
		stagesMs: run.stagesMs,
		scans: plan.scans,
		slices,
	};
}
