import type { BoundSql } from "./tokens.ts";

/** A statement in two: what each slice of a table answers, and what puts those answers together. */
export interface Split {
	/** Over what is visible of the table: a row per group. */
	readonly partial: BoundSql;
	/**
	 * Over `PARTS`: the same with one row for several of a group, so that they
	 * take less room; null where each group is in one slice.
	 */
	readonly combine: BoundSql | null;
	/** Over `PARTS` with the partial answers of all slices: the statement's answer. */
	readonly merge: BoundSql;
	/** Where set, each value of this partition key has to be in one slice. */
	readonly wholePartitionsOf: string | null;
}

/** What a way to split gives: the merge once with the answer's names, once with names of ours. */
export interface SplitDraft extends Omit<Split, "merge"> {
	readonly merge: (names: readonly string[]) => BoundSql;
}
