/** A place in SQL text; offsets are UTF-16 units, line and column count from 1. */
export interface Place {
	readonly from: number;
	/** Exclusive; beyond `from` unless the place is the text's end. */
	readonly to: number;
	readonly line: number;
	readonly column: number;
}

export interface SqlProblem {
	/** What is wrong, with the candidates DuckDB names, without the excerpt. */
	readonly text: string;
	/** Null where the message names no place, or none that is in the text. */
	readonly place: Place | null;
}

/**
 * Takes a DuckDB error apart. DuckDB points with `LINE 2: …excerpt…` and a caret
 * below it, which stands in columns of a terminal: wide characters take two,
 * marks and controls none, and a long line is cut with `...` at either end.
 */
export function sqlProblem(message: string, sql: string): SqlProblem {
	const match = /\n+LINE (\d+): ([^\n]*)\n( *)\^\s*$/.exec(message);
	if (match === null) {
		const isAtEnd = message.includes("syntax error at end of input");
		return { text: message.trim(), place: isAtEnd ? endOf(sql) : null };
	}
	const [whole, number = "", excerpt = "", indent = ""] = match;
	return {
		text: message.slice(0, message.length - whole.length).trim(),
		place: placeIn(
			sql,
			Number(number),
			excerpt,
			indent.length - `LINE ${number}: `.length,
		),
	};
}

/** The last word, which something should follow. */
function endOf(sql: string): Place | null {
	const last = /[\p{L}\p{N}_]+\s*$|\S\s*$/u.exec(sql);
	if (last === null) return null;
	const lines = sql.slice(0, last.index).split("\n");
	return {
		from: last.index,
		to: last.index + last[0].trimEnd().length,
		line: lines.length,
		column: (lines.at(-1)?.length ?? 0) + 1,
	};
}

function placeIn(
	sql: string,
	line: number,
	excerpt: string,
	caret: number,
): Place | null {
	const lines = sql.split("\n");
	const text = lines[line - 1];
	if (text === undefined) return null;
	const lead = excerpt.startsWith("...") && !text.startsWith("...") ? 3 : 0;
	const cut = excerpt.endsWith("...") && !text.endsWith("...") ? 3 : 0;
	const shown = excerpt.slice(lead, excerpt.length - cut);
	const inShown = unitsAt(shown, caret - lead);
	const start = startOf(text, shown, inShown);
	if (start === null) return null;
	const column = start + inShown;
	const from =
		lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) +
		column;
	const token = /^(?:[\p{L}\p{N}_]+|'(?:[^'\n]|'')*'?|"(?:[^"\n]|"")*"?|\S)/u;
	const length = token.exec(text.slice(column))?.[0].length ?? 0;
	return { from, to: from + length, line, column: column + 1 };
}

/**
 * Where the excerpt begins in the line. An engine that puts words before the
 * visitor's SQL shows them too: then only what stands from the caret on is found.
 */
function startOf(text: string, shown: string, inShown: number): number | null {
	const start = text.indexOf(shown);
	if (start >= 0) return start;
	const pointed = shown.slice(inShown);
	const at = text.lastIndexOf(pointed);
	return pointed === "" || at < 0 ? null : at - inShown;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Offset in UTF-16 units of a terminal column, past what takes no column there. */
function unitsAt(text: string, column: number): number {
	let columns = 0;
	for (const { segment, index } of graphemes.segment(text)) {
		const width = columnsOf(segment);
		if (columns >= column && width > 0) return index;
		columns += width;
	}
	return text.length;
}

const NO_COLUMN = /[\p{M}\p{Cc}\p{Cf}]/u;
const TWO_COLUMNS =
	/[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}\p{Emoji_Presentation}]/u;

function columnsOf(grapheme: string): number {
	const first = String.fromCodePoint(grapheme.codePointAt(0) ?? 0);
	if (NO_COLUMN.test(first)) return 0;
	return TWO_COLUMNS.test(first) ? 2 : 1;
}
