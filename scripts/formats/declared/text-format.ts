import type { ParseOutput } from "../../datasets/dataset.ts";
import { plainName } from "../bytes.ts";
import { type RowShape, stagingOf } from "./fields.ts";
import { BALANCE, type Format } from "./format.ts";
import {
	readText,
	type TextCut,
	type TextPart,
	type TextRows,
} from "./text.ts";

/** A format of text files, plain, as `.gz`, or in a `.zip`. */
export function textFormat(
	shape: RowShape,
	options: {
		/** Names of the files, without `.gz`, and of a zip's entries, in lower case. */
		readonly files: RegExp;
		readonly cut: TextCut | ((start: string) => TextCut);
		readonly rowsOf: (
			part: TextPart,
			out: ParseOutput,
		) => TextRows | Promise<TextRows>;
	},
): Format {
	const { files, cut, rowsOf } = options;
	return {
		accepts: (path) =>
			files.test(plainName(path)) || path.toLowerCase().endsWith(".zip"),
		staging: [stagingOf(shape)],
		balance: BALANCE,
		parse: (file, out) =>
			readText(
				file,
				out,
				shape,
				cut,
				(name) => files.test(name.toLowerCase()),
				(part) => rowsOf(part, out),
			),
	};
}
