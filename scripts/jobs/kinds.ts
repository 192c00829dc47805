import { aggregate } from "../steps/aggregate.ts";
import { parseBatch } from "../steps/parse-batch.ts";
import { resolveClaims } from "../steps/resolve-claims.ts";
import { writePieces } from "../steps/write-pieces.ts";
import type { JobKind } from "./execute.ts";

/** All kinds of jobs, by name. Worker processes load this module. */
export const kinds: Readonly<Record<string, JobKind>> = {
	parse: parseBatch,
	resolve: resolveClaims,
	write: writePieces,
	aggregate,
};
