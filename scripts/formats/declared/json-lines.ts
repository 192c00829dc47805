import { literalList } from "../../../src/lib/sql/literal.ts";
import type { RowShape } from "./fields.ts";
import type { Format } from "./format.ts";
import { LINES } from "./text.ts";
import { textFormat } from "./text-format.ts";

export interface JsonFormat extends RowShape {
	/** Where a column is not the member of its own name: a path such as `$.user.id`. */
	readonly paths?: Readonly<Record<string, string>>;
	/** Names of the files, without `.gz`; by default `.jsonl` and `.ndjson`. */
	readonly files?: RegExp;
}

/**
 * An object a line, plain, as `.gz`, or in a `.zip`. A member that is missing or null
 * is blank; objects and lists are their JSON text.
 */
export function jsonLines(format: JsonFormat): Format {
	const { files = /\.(?:jsonl|ndjson)$/ } = format;
	const names = Object.keys(format.columns);
	const paths = names.map(
		(name) => format.paths?.[name] ?? `$."${name.replaceAll('"', '\\"')}"`,
	);
	return textFormat(format, {
		files,
		cut: LINES,
		rowsOf: () => ({
			cells: 1,
			headers: 0,
			rows: (select) => ({
				select: `SELECT *, json_extract_string(object, ${literalList(paths)}) AS found
							FROM (SELECT c0, CASE WHEN json_valid(c0) AND json_type(c0) = 'OBJECT' THEN c0 END AS object
							FROM (${select}))`,
				raw: (name) => `found[${names.indexOf(name) + 1}]`,
				ignored: "c0 IS NULL",
				malformed: {
					when: "object IS NULL",
					reason: "not an object of JSON",
				},
			}),
		}),
	});
}
