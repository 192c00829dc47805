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
	// A cell, quoted or not, and what ends it.
	const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n][^,\r\n]*)?)(,|\r\n|\r|\n|$)/y;
	while (cell.lastIndex < plain.length) {
		const start = cell.lastIndex;
		const match = cell.exec(plain);
		if (match === null)
			throw new FileError("a quote is not closed, or stands amid a cell", {
				line: plain.slice(0, start).split("\n").length,
				sample: plain.slice(start, start + 200),
			});
		const [, quoted, bare = "", end] = match;
		record.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
		if (end !== ",") endRecord();
		else if (cell.lastIndex === plain.length) record.push("");
	}
	endRecord();
	return records;
}
