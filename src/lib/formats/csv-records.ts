import { FileError } from "./file-error.ts";

/**
 * The records of a small CSV with commas, cell by cell, by RFC 4180: a quoted cell may
 * hold commas, line ends and doubled quotes. Lines end in LF, CRLF or CR; blank ones are
 * left out. Throws a {@link FileError} where a quote is never closed.
 */
export function csvRecords(text: string): string[][] {
	const records: string[][] = [];
	let record: string[] = [];
	const endRecord = () => {
		if (record.some((text) => text !== "") || record.length > 1)
			records.push(record);
		record = [];
	};
	const plain = text.replace(/^\uFEFF/, "");
	let at = 0;
	while (at < plain.length) {
		const quoted = plain[at] === '"' ? quotedFrom(plain, at) : null;
		BARE_TO_END.lastIndex = quoted === null ? at : quoted.end;
		const match = BARE_TO_END.exec(plain);
		const [, bare = "", end] = match ?? [];
		if (match === null || (quoted !== null && bare !== ""))
			throw new FileError("a quote is not closed, or stands amid a cell", {
				line: plain.slice(0, at).split("\n").length,
				sample: plain.slice(at, at + 200),
			});
		record.push(quoted?.text ?? bare);
		at = BARE_TO_END.lastIndex;
		if (end !== ",") endRecord();
		else if (at === plain.length) record.push("");
	}
	endRecord();
	return records;
}

/** The rest of a cell, and what ends it. */
const BARE_TO_END = /([^",\r\n][^,\r\n]*)?(,|\r\n|\r|\n|$)/y;

/**
 * What stands in the quotes that open at `start`, and where they have ended; null where
 * they never do. A pattern for it runs out of stack on some MB.
 */
function quotedFrom(
	plain: string,
	start: number,
): { readonly text: string; readonly end: number } | null {
	let close = plain.indexOf('"', start + 1);
	while (close >= 0 && plain[close + 1] === '"')
		close = plain.indexOf('"', close + 2);
	if (close < 0) return null;
	const text = plain.slice(start + 1, close).replaceAll('""', '"');
	return { text, end: close + 1 };
}
