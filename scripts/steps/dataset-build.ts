import type { DatasetDefinition } from "../datasets/dataset.ts";
import type { JobOutput, JobRecord } from "../jobs/job.ts";
import type { ResolvedClaims } from "./compare/resolve-claims.ts";
import type { Batch } from "./jobs.ts";
import type { ParsedBatch } from "./read/parse-batch.ts";
import type { FoundDataset } from "./read/scan.ts";
import type { BalanceReport, DatasetReport } from "./report.ts";
import type { KeptPiece, WrittenPiece } from "./write/write-pieces.ts";

/** A dataset of fewer records is published whatever their share. */
const FEW_RECORDS = 100;

/** A file in the work store. */
export type WorkFile = Pick<JobOutput, "key" | "bytes">;

/** A dataset on its way through the steps. */
export class DatasetBuild {
	readonly found: FoundDataset;
	readonly batches: Batch[] = [];
	readonly counts: Record<string, number> = {};
	readonly notes = new Map<string, { path: string; files: number }>();
	rejectedFiles: number;
	resolved: { value: ResolvedClaims; record: JobRecord } | null = null;
	/** Why it is left as it was; null where it is not. */
	stopped: string | null = null;
	/** By table, in the order of the table. */
	readonly pieces = new Map<string, KeptPiece[]>();

	constructor(found: FoundDataset) {
		this.found = found;
		this.rejectedFiles = found.duplicates.length;
	}

	get dataset(): DatasetDefinition {
		return this.found.dataset;
	}

	/** Rows of all its tables. */
	get rows(): number {
		return [...this.pieces.values()]
			.flat()
			.reduce((sum, { rows }) => sum + rows, 0);
	}

	/** Takes what a job has read of a batch. */
	addBatch(batch: Batch): void {
		this.batches.push(batch);
		const value = parsed(batch.record);
		this.#count(value.counts);
		this.rejectedFiles += value.rejectedFiles;
		for (const { text, ...note } of value.notes) {
			const known = this.notes.get(text);
			this.notes.set(text, {
				path:
					known !== undefined && known.path < note.path
						? known.path
						: note.path,
				files: (known?.files ?? 0) + note.files,
			});
		}
	}

	/** Takes what a job has found of its copies. */
	resolve(record: JobRecord, value: ResolvedClaims): void {
		this.resolved = { value, record };
		this.#count(value.counts);
		this.rejectedFiles += value.rejectedFiles;
	}

	/** Takes a finished piece of a table; they come in the table's order. */
	addPiece(table: string, piece: WrittenPiece): void {
		const pieces = this.pieces.get(table) ?? [];
		pieces.push({ ...piece, dataset: this.dataset.name });
		this.pieces.set(table, pieces);
		this.#count(piece.counts);
	}

	#count(counts: Readonly<Record<string, number>>): void {
		for (const [name, count] of Object.entries(counts))
			this.counts[name] = (this.counts[name] ?? 0) + count;
	}

	balance(): BalanceReport {
		const { unit, ...terms } = this.dataset.balance;
		return {
			unit,
			read: this.#total(terms.read),
			kept: this.#total(terms.kept),
			rejected: this.#total(terms.rejected),
			duplicates: this.#total(terms.duplicates),
		};
	}

	#total(names: readonly string[]): number {
		return names.reduce((sum, name) => sum + (this.counts[name] ?? 0), 0);
	}

	/**
	 * Stops it where more than a share of its records, from 0 to 1, was rejected. Older
	 * versions are no faults, however often the rest was revised.
	 */
	stopAbove(maxRejected: number): void {
		const { unit, ...all } = this.balance();
		const { replaced = [] } = this.dataset.balance;
		const older = this.#total(replaced);
		const [read, rejected] = [all.read - older, all.rejected - older];
		if (read < FEW_RECORDS || rejected <= maxRejected * read) return;
		this.stopped = `${rejected} of ${read} ${unit} were rejected, more than ${Math.round(maxRejected * 100)} %: its tables are left as they were; see the rejects, or allow more with --max-rejected`;
	}

	/** Throws where records were lost or made up between the files and the lake. */
	checkBalance(): void {
		const { unit, read, kept, rejected, duplicates } = this.balance();
		if (read !== kept + rejected + duplicates)
			throw new Error(
				`${this.dataset.name} does not balance: ${read} ${unit} read are not ${kept} kept, ${rejected} rejected and ${duplicates} duplicates`,
			);
	}

	report(): DatasetReport {
		const { files, duplicates, dataset } = this.found;
		return {
			name: dataset.name,
			files: files.length + duplicates.length,
			bytes: [...files, ...duplicates.map(({ file }) => file)].reduce(
				(sum, file) => sum + file.bytes,
				0,
			),
			rejectedFiles: this.rejectedFiles,
			stopped: this.stopped,
			balance: this.balance(),
			counts: this.counts,
			notes: [...this.notes]
				.map(([text, note]) => ({ text, ...note }))
				.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
		};
	}
}

/** What a parse job says of its batch. */
export function parsed(record: JobRecord): ParsedBatch {
	return record.value as unknown as ParsedBatch;
}

/** The file that a job hands back under an index. */
export function output(record: JobRecord, index: number): WorkFile {
	const found = record.outputs[index];
	if (found === undefined)
		throw new Error(`${record.label} has no output ${index}`);
	return { key: found.key, bytes: found.bytes };
}
