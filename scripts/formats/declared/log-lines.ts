import { identifier } from "../../../src/lib/sql/identifier.ts";
import { literal } from "../../../src/lib/sql/literal.ts";
import type { RowShape } from "./fields.ts";
import type { Format } from "./format.ts";
import { LINES } from "./text.ts";
import { textFormat } from "./text-format.ts";

export interface LogFormat extends RowShape {
	/**
	 * What a whole line is, with a named group for each column. Groups without a name
	 * are to be `(?:…)`; DuckDB's expressions (RE2) look neither ahead nor behind.
	 */
	readonly pattern: RegExp;
	/** Names of the files, without `.gz`; by default `.log`, also with a rotation's number. */
	readonly files?: RegExp;
}

/** Lines of one form, such as a web server's log, plain, as `.gz`, or in a `.zip`. */
export function logLines(format: LogFormat): Format {
	const { files = /\.log(?:[.-]\d+)*$/, nulls = ["-"] } = format;
	const { pattern, groups } = re2Of(format.pattern);
	for (const name of Object.keys(format.columns))
		if (!groups.includes(name))
			throw new Error(`the pattern has no group for the column: ${name}`);
	return textFormat(
		{ ...format, nulls: [...nulls, ""] },
		{
			files,
			cut: LINES,
			rowsOf: () => ({
				cells: 1,
				headers: 0,
				rows: (select) => ({
					select: `SELECT c0, regexp_full_match(c0, ${literal(pattern)}) AS fits,
							regexp_extract(c0, ${literal(`^(?:${pattern})$`)}, [${groups.map(literal).join(", ")}]) AS found
							FROM (${select})`,
					raw: (name) => `found.${identifier(name)}`,
					ignored: "c0 IS NULL",
					malformed: {
						when: "NOT fits",
						reason: "not a line of the declared form",
					},
				}),
			}),
		},
	);
}

/** A pattern as RE2 writes it, and its groups in order. */
function re2Of({ source, flags }: RegExp): {
	pattern: string;
	groups: string[];
} {
	const groups: string[] = [];
	// An escape, a class, or the beginning of a group.
	const pattern = source.replace(
		/\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?<([A-Za-z_]\w*)>|(?!\?))/gs,
		(part, name: string | undefined) => {
			if (!part.startsWith("(")) return part;
			if (name === undefined)
				throw new Error(`a group without a name in ${source}: write (?:…)`);
			groups.push(name);
			return `(?P<${name}>`;
		},
	);
	return { pattern: flags.includes("i") ? `(?i)${pattern}` : pattern, groups };
}
