import type { Bucket } from "./buckets.ts";

/** A piece holds no more rows than this unless its table says otherwise or it cannot be cut. */
export const PIECE_ROWS = 2 ** 20;

/** What a batch has put into a bucket of a table: the finest, or a coarser one that stays together. */
export interface BucketRows extends Bucket {
	readonly rows: number;
	/** Tells these rows from any others: a sum of hashes in digits, or a name for them all. */
	readonly content: string;
	readonly batch: string;
	/** Index of the batch's file that holds them. */
	readonly file: number;
}

/** A part of a table that is sorted and written on its own. */
export interface Piece extends Bucket {
	readonly rows: number;
	/** What its rows come from, one for each of its {@link BucketRows}. */
	readonly sources: readonly Pick<BucketRows, "content" | "batch" | "file">[];
}

/**
 * Cuts a table into pieces: a partition is one, unless it has more than `pieceRows`
 * rows; then each of its coarsest buckets is one, and so on. So it depends on a
 * piece's own rows, and not on its neighbours', where it begins and ends. `sorted` is
 * in the order of the table.
 */
export function piecesOf(
	sorted: readonly BucketRows[],
	pieceRows: number = PIECE_ROWS,
): Piece[] {
	return [
		...groups(sorted, (entry) =>
			JSON.stringify(Object.values(entry.partition)),
		),
	].flatMap((entries) => cut(entries, 0, pieceRows));
}

/**
 * Tells the rows of a piece from any others. Where they have hashes, it does not matter
 * in which batches they came: a file that comes or goes may cut these elsewhere.
 */
export function contentOf(sources: Piece["sources"]): readonly string[] {
	let sum = 0n;
	const names: string[] = [];
	for (const { content } of sources)
		if (/^\d+$/.test(content)) sum += BigInt(content);
		else names.push(content);
	return [String(sum), ...names.sort()];
}

function cut(
	entries: readonly BucketRows[],
	depth: number,
	pieceRows: number,
): Piece[] {
	const [first] = entries;
	if (first === undefined) return [];
	const rows = entries.reduce((sum, entry) => sum + entry.rows, 0);
	if (rows > pieceRows && depth < first.buckets.length)
		return [
			...groups(entries, (entry) => entry.buckets[depth] ?? null),
		].flatMap((part) => cut(part, depth + 1, pieceRows));
	return [
		{
			partition: first.partition,
			buckets: first.buckets.slice(0, depth),
			rows,
			sources: entries.map(({ content, batch, file }) => ({
				content,
				batch,
				file,
			})),
		},
	];
}

/** Neighbours of one key. */
function* groups<T>(
	entries: readonly T[],
	keyOf: (entry: T) => string | null,
): Generator<T[]> {
	let group: T[] = [];
	let key: string | null = null;
	for (const entry of entries) {
		const next = keyOf(entry);
		if (group.length > 0 && next !== key) {
			yield group;
			group = [];
		}
		key = next;
		group.push(entry);
	}
	if (group.length > 0) yield group;
}
