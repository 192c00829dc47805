import { tableFromIPC } from "apache-arrow";
import { cellText } from "../../src/islands/sql/cell-text.ts";

/** An answer as text, cell by cell, as DuckDB casts values to VARCHAR. */
export interface TextAnswer {
	readonly types: readonly string[];
	readonly rows: readonly (readonly (string | null)[])[];
}

export function textOfAnswer(
	ipc: Uint8Array,
	columns: readonly { readonly type: string }[],
): TextAnswer {
	const types = columns.map(({ type }) => type);
	const rows = tableFromIPC(ipc).batches.flatMap(({ data, numRows }) =>
		Array.from({ length: numRows }, (_, row) =>
			types.map((type, column) => {
				const values = data.children[column];
				if (values === undefined) throw new Error(`no column ${column}`);
				return cellText(values, row, type);
			}),
		),
	);
	return { types, rows };
}
