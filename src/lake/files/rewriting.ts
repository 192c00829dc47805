import { identifier } from "../../lib/sql/identifier.ts";
import type { FileMention, FileReference } from "./references.ts";
import { TABLE_NAMES } from "./table-names.ts";

/** SQL in which tables of the session stand for the files that were named. */
export interface NamedSql {
	/** As long as what was written, with the same lines, wherever a name fits. */
	readonly sql: string;
	/** An error with what was written instead of names that nobody wrote. */
	restore(error: unknown): unknown;
}

interface Replacement {
	readonly start: number;
	readonly end: number;
	readonly name: string;
}

/**
 * Puts tables' names in the place of files, padded to the same length, so that lines
 * and columns of an error stay where they were.
 */
export function withTableNames(
	sql: string,
	references: readonly (FileReference & { readonly table: string })[],
	mentions: readonly (FileMention & { readonly table: string })[],
	/** Names of the session's files by their tables' names. */
	labels: ReadonlyMap<string, string>,
): NamedSql {
	const replacements: Replacement[] = [
		...references.map(({ start, end, table, alias }) => ({
			start,
			end,
			name: alias === null ? table : `${table} ${identifier(alias)}`,
		})),
		...mentions.map(({ start, end, table }) => ({ start, end, name: table })),
	].sort((a, b) => a.start - b.start);

	const parts: string[] = [];
	const written = new Map<string, string>();
	let at = 0;
	for (const { start, end, name } of replacements) {
		const original = sql.slice(start, end);
		const padded = paddedLike(original, name);
		written.set(padded, original);
		parts.push(sql.slice(at, start), padded);
		at = end;
	}
	parts.push(sql.slice(at));
	return {
		sql: parts.join(""),
		restore(error) {
			if (!(error instanceof Error)) return error;
			let { message } = error;
			// The longest first, so that none takes a part of another.
			const longestFirst = [...written].sort(([a], [b]) => b.length - a.length);
			for (const [padded, original] of longestFirst)
				message = message.replaceAll(padded, () => original);
			message = message.replaceAll(TABLE_NAMES, (table) => {
				const label = labels.get(table);
				return label === undefined ? table : label;
			});
			if (message === error.message) return error;
			const restored = new Error(message, { cause: error });
			restored.name = error.name;
			return restored;
		},
	};
}

/** The name, behind it the line breaks of what was written, and blanks up to its end. */
function paddedLike(original: string, name: string): string {
	const lastBreak = original.lastIndexOf("\n");
	if (lastBreak < 0) return name.padEnd(original.length);
	const breaks = original.replaceAll(/[^\n]/g, "");
	return name + breaks + " ".repeat(original.length - lastBreak - 1);
}
