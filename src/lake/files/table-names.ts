/** What {@link tableName} gives, in SQL or a message. */
export const TABLE_NAMES = /\b_f\d+\b/g;

/** The name of the session's n-th table of a file, from 1. */
export function tableName(count: number): string {
	return `_f${count}`;
}

/** Whether a file's table may have the name, as SQL tells names apart. */
export function isTableName(name: string): boolean {
	return /^_f\d+$/i.test(name);
}
