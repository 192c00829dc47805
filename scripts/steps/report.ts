import type { FetchedSource } from "../sources/fetch-source.ts";
import type { Row } from "../storage/duckdb.ts";

/** What `npm run data --json` prints: one JSON object on stdout. */
export interface BuildReport {
	readonly format: "lakeside-build-report";
	/** The process's exit code: 0 nothing rejected, 1 something was, 2 nothing published. */
	readonly exitCode: 0 | 1 | 2;
	/** Nothing was new since the last build: what follows is of that one. */
	readonly unchanged: boolean;
	/** The folders, as absolute paths. */
	readonly input: string;
	readonly out: string;
	/** XXH64 of the published catalog; null where nothing was published. */
	readonly version: string | null;
	/** What was fetched from elsewhere. */
	readonly sources: readonly FetchedSource[];
	readonly datasets: readonly DatasetReport[];
	/** Files that belong to no dataset or are of another kind, by path. */
	readonly ignored: readonly {
		readonly path: string;
		readonly reason: string;
	}[];
	readonly tables: readonly {
		readonly name: string;
		readonly dataset: string;
		readonly rows: number;
		readonly files: number;
		readonly bytes: number;
	}[];
	readonly rollups: readonly {
		readonly name: string;
		readonly rows: number;
		readonly bytes: number;
	}[];
	/** Jobs of this build, and those that an earlier one had done. */
	readonly jobs: { readonly done: number; readonly reused: number };
	/** Wall-clock seconds, whole and by step. */
	readonly seconds: number;
	readonly stepSeconds: Readonly<Record<string, number>>;
	/** Largest VmHWM of any process of the build, in bytes. */
	readonly peakProcessBytes: number;
	/** Number of `rejects`. */
	readonly rejected: number;
	/** Sorted by dataset, file, line and reason. */
	readonly rejects: readonly RejectReport[];
}

export interface DatasetReport {
	readonly name: string;
	/** Files of the dataset, duplicates included, and their bytes. */
	readonly files: number;
	readonly bytes: number;
	/** Files that were rejected whole, duplicates included. */
	readonly rejectedFiles: number;
	/** Why its tables are left as they were before; null where they are not. */
	readonly stopped: string | null;
	readonly balance: BalanceReport;
	/** Named counts, for example `points read`. */
	readonly counts: Readonly<Record<string, number>>;
	/** Remarks with the file that they are about (the first) and how many there are. */
	readonly notes: readonly {
		readonly text: string;
		readonly path: string;
		readonly files: number;
	}[];
}

/** Where the records of a dataset went: read = kept + rejected + duplicates. */
export interface BalanceReport {
	/** What is counted: `points`. */
	readonly unit: string;
	readonly read: number;
	readonly kept: number;
	readonly rejected: number;
	readonly duplicates: number;
}

export interface RejectReport {
	readonly dataset: string;
	readonly file: string;
	/** From 1, null for a whole file. */
	readonly line: number | null;
	readonly reason: string;
	readonly sample: string;
}

/** A report whose rejects, of which there may be millions, come one at a time. */
export interface StreamedReport extends Omit<BuildReport, "rejects"> {
	rejects(): AsyncIterable<RejectReport>;
}

/** A row of the `rejects` table as the report gives it. */
export function rejectReport(row: Row): RejectReport {
	return {
		dataset: String(row.dataset),
		file: String(row.source_file),
		line: row.line === null ? null : Number(row.line),
		reason: String(row.reason),
		sample: String(row.sample ?? ""),
	};
}

/** The report as JSON, in pieces. */
export async function* reportJson(
	report: StreamedReport,
): AsyncGenerator<string> {
	const { rejects, ...head } = report;
	yield `${JSON.stringify(head, null, "\t").slice(0, -2)},\n\t"rejects": [`;
	let first = true;
	for await (const reject of rejects()) {
		yield `${first ? "" : ","}\n\t\t${JSON.stringify(reject)}`;
		first = false;
	}
	yield first ? "]\n}\n" : "\n\t]\n}\n";
}
