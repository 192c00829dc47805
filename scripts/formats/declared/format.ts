import { join } from "node:path";
import type { DatasetDefinition, ParseOutput } from "../../datasets/dataset.ts";

/**
 * What a format gives a dataset's definition: spread it into one. Its counts are
 * `rows read`, `rows kept` and `rows rejected`; a dataset that merges rows has to
 * balance them against its own.
 */
export type Format = Pick<
	DatasetDefinition,
	"accepts" | "staging" | "parse" | "balance"
>;

export const BALANCE: DatasetDefinition["balance"] = {
	unit: "rows",
	read: ["rows read"],
	kept: ["rows kept"],
	rejected: ["rows rejected"],
	duplicates: [],
};

let paths = 0;

/** A path for a file that is needed while a file is read. */
export function scratchPath(out: ParseOutput): string {
	return join(out.scratch(), `text-${process.pid}-${paths++}`);
}
