import { aggregate } from "../steps/aggregate/aggregate.ts";
import { resolveClaims } from "../steps/compare/resolve-claims.ts";
import { parseBatch } from "../steps/read/parse-batch.ts";
import { writePieces } from "../steps/write/write-pieces.ts";
import { type Database, openDatabase } from "../storage/duckdb.ts";
import type { JobKind } from "./execute.ts";

/** All kinds of jobs, by name. Worker processes load this module. */
export const kinds: Readonly<Record<string, JobKind>> = {
	parse: parseBatch,
	resolve: resolveClaims,
	write: writePieces,
	aggregate,
};

let kept: Database | null = null;

/** Keeps an engine from job to job: to start and to end one takes a good part of a small job's time. */
export async function open(spill: string): Promise<void> {
	kept ??= await openDatabase({ temporaryFolder: spill });
}

export async function close(): Promise<void> {
	await kept?.close();
	kept = null;
}
