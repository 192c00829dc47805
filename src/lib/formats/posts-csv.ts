import { hashtagsIn } from "../posts/hashtags.ts";
import { DateForms, isPartedDate } from "./date-forms.ts";
import { FileError } from "./file-error.ts";
import type { LookedAt } from "./look-ahead.ts";
import { NoPosts } from "./no-posts.ts";
import {
	cleaned,
	editTime,
	ownAddress,
	type Post,
	postTime,
	webAddress,
} from "./post.ts";
import { Utf8Faults } from "./utf8-faults.ts";

/** A row of a CSV; `line` is where it begins, from 1. */
export interface CsvRow {
	readonly line: number;
	readonly cells: readonly string[];
}

/** Reads CSV, each place in its own way; blank lines are left out. */
export interface CsvReader {
	rows(
		chunks: AsyncIterable<Uint8Array>,
		delimiter: string,
	): AsyncIterable<readonly CsvRow[]>;
	/** The cells of a line that stands alone; null where it is none of a CSV. */
	cells(line: string, delimiter: string): readonly string[] | null;
}

/** A post of a CSV, or why a row is none. */
export interface CsvPost {
	readonly line: number;
	readonly post: Post | string;
	readonly sample: string;
}

const DELIMITERS = [",", ";", "\t", "|"];

/** What a column may be called, without case, blanks and signs; the first that is there counts. */
const NAMES = {
	id: [
		// YouTube's comments tell the post they are on, too.
		...["id", "idstr", "commentid", "postid", "tweetid", "statusid"],
		...["sharelink", "uri"],
	],
	createdAt: [
		...["createdat", "createdutc", "created", "publishedat", "published"],
		...["postedat", "commentcreatetimestamp"],
		...["timestamp", "datetime", "date", "time"],
	],
	editedAt: [
		...["editedat", "edited", "updatedat", "updated"],
		...["modifiedat", "modified", "lastmodified"],
	],
	text: [
		...["text", "fulltext", "content", "body", "message"],
		...["selftext", "tweettext", "commenttext"],
		...["tweet", "post", "status", "sharecommentary"],
	],
	/** Reddit's, of which the text goes on. */
	title: ["title"],
	author: [
		...["author", "screenname", "username", "user", "account", "handle"],
		...["authorname", "authorhandle"],
	],
	url: ["permalink", "url", "link", "uri", "sharelink"],
	isRepost: ["isrepost", "isretweet", "repost", "retweet", "reblog"],
} as const;

type Field = keyof typeof NAMES;

/** Fields without which a row is no post, and how a column for them is asked for. */
const REQUIRED: readonly [readonly Field[], string][] = [
	[["id"], "id: name one id or post_id"],
	[["createdAt"], "time: name one created_at or date"],
	[["text", "title"], "text: name one text"],
];

/** Columns of messages from one person to others, which are no posts and nobody else's business. */
const TO_SOMEBODY = ["to", "recipient", "recipients", "conversationid"];

const SAMPLE_LENGTH = 200;

/** A long number as spreadsheets save it: many posts have the same. */
const ROUNDED = /^\d(?:[.,]\d+)?E\+\d+$/i;

/**
 * The posts of a CSV with a header: columns by name, in any order, parted by commas,
 * semicolons, tabs or bars. Tags are those of the text. Of dates that may have day or
 * month first the beginning of the file tells, see {@link DateForms}. Throws a FileError
 * that names the missing column.
 */
export async function* readPostsCsv(
	{ head, all }: LookedAt,
	reader: CsvReader,
	note: (text: string) => void,
): AsyncGenerator<CsvPost[]> {
	const { delimiter, columns, width } = headerOf(head, reader);
	const dates = await datesIn(head, reader, delimiter, columns.createdAt);
	const bytes = new Utf8Faults(all);
	let isHeader = true;
	for await (const rows of reader.rows(bytes, delimiter)) {
		const posts: CsvPost[] = [];
		for (const { line, cells } of rows) {
			if (isHeader) {
				isHeader = false;
				const used = new Set<number>(Object.values(columns));
				const unused = cells.filter((_, index) => !used.has(index));
				if (unused.length > 0)
					note(
						`columns left out: ${unused.map((name) => name.trim()).join(", ")}`,
					);
				continue;
			}
			const text = cells.join(delimiter);
			const sample = text.slice(0, SAMPLE_LENGTH);
			// Text may hold the sign for what cannot be read, from a program before.
			const isUnreadable =
				text.includes("\uFFFD") &&
				bytes.isWithin(line, line + lineEndsIn(text));
			const post = isUnreadable
				? "not valid UTF-8: save the file as UTF-8"
				: isOver(cells, width)
					? `${cells.length} cells where the first line has ${width}: put text that holds the delimiter in quotes`
					: toCsvPost(cells, line, columns, dates);
			posts.push({ line, post, sample });
		}
		yield posts;
	}
}

/** How the beginning of a file writes its dates. */
async function datesIn(
	head: Uint8Array,
	reader: CsvReader,
	delimiter: string,
	column = -1,
): Promise<DateForms> {
	const dates = new DateForms();
	async function* beginning() {
		yield head;
	}
	try {
		for await (const rows of reader.rows(beginning(), delimiter))
			for (const { line, cells } of rows)
				dates.add(cells[column]?.trim() ?? "", line);
	} catch (error) {
		// A quote may be open where the beginning ends.
		if (!(error instanceof FileError)) throw error;
	}
	return dates;
}

function lineEndsIn(text: string): number {
	return text.match(/\r\n?|\n/g)?.length ?? 0;
}

type Columns = Readonly<Partial<Record<Field, number>>>;

/** Whether a row has cells for which the header, of so many, has no names. */
function isOver(cells: readonly string[], width: number): boolean {
	return (
		cells.length > width && cells.slice(width).some((cell) => /\S/.test(cell))
	);
}

function headerOf(
	head: Uint8Array,
	reader: CsvReader,
): { delimiter: string; columns: Columns; width: number } {
	// A tab at its start parts an unnamed first column from the next.
	const line =
		new TextDecoder()
			.decode(head)
			.split(/\r\n?|\n/)
			.find((candidate) => candidate.trim() !== "") ?? "";
	const candidates = DELIMITERS.map((delimiter) => {
		const cells = reader.cells(line, delimiter) ?? [];
		return { delimiter, columns: columnsIn(cells), width: cells.length };
	});
	const best = candidates.reduce((one, other) =>
		Object.keys(other.columns).length > Object.keys(one.columns).length
			? other
			: one,
	);
	const sample = line.slice(0, SAMPLE_LENGTH);
	for (const [fields, remedy] of REQUIRED)
		if (fields.every((field) => best.columns[field] === undefined))
			throw new NoPosts(
				`the first line names no column for a post's ${remedy}`,
				{ line: 1, sample },
			);
	const names = (reader.cells(line, best.delimiter) ?? []).map(nameOf);
	if (TO_SOMEBODY.some((name) => names.includes(name)))
		throw new NoPosts(
			"it holds messages to somebody, as its columns say, and no posts",
			{ line: 1, sample },
		);
	return best;
}

function nameOf(cell: string): string {
	return cell.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

function columnsIn(cells: readonly string[]): Columns {
	const names = cells.map(nameOf);
	const columns: Partial<Record<Field, number>> = {};
	for (const [field, known] of Object.entries(NAMES) as [
		Field,
		readonly string[],
	][]) {
		const name = known.find((candidate) => names.includes(candidate));
		if (name !== undefined) columns[field] = names.indexOf(name);
	}
	return columns;
}

function toCsvPost(
	cells: readonly string[],
	line: number,
	columns: Columns,
	dates: DateForms,
): Post | string {
	const cell = (field: Field) => {
		const index = columns[field];
		return index === undefined ? null : cleaned(cells[index]?.trim());
	};
	const id = cell("id");
	if (id === null) return "no id: the cell is empty";
	if (ROUNDED.test(id))
		return `a spreadsheet has rounded the id to ${id}: save the column as text`;
	const created = cell("createdAt");
	if (created === null) return "no time: the cell is empty";
	dates.add(created, line);
	if (isPartedDate(created) && dates.orderOf(created) === null) {
		const fault = dates.fault();
		if (fault !== null) return fault.reason;
	}
	const createdAt = postTime(dates.plain(created));
	if (typeof createdAt === "string")
		return `${createdAt}: ${created}; write it as 2024-05-31T14:05:00Z`;
	if (columns.text !== undefined && cells.length <= columns.text)
		return "no text: the row ends before it";
	const parts = [cell("title"), partsJoined(cell("text"))];
	const text = parts.filter((part) => part !== null).join("\n\n") || null;
	return {
		id,
		author: cell("author"),
		createdAt,
		editedAt: editTime(dates.plain(cell("editedAt") ?? "")),
		isRepost:
			/^(?:true|t|yes|y|1)$/i.test(cell("isRepost") ?? "") ||
			/^RT @\w+:/.test(text ?? ""),
		tags: text === null ? [] : hashtagsIn(text),
		text,
		url: ownAddress(cell("url")) ?? webAddress(cell("url")),
	};
}

/** The text of a comment on YouTube, which its export writes in parts: `{"text":"a"},{"text":"b"}`. */
function partsJoined(text: string | null): string | null {
	if (!text?.startsWith('{"text":')) return text;
	try {
		const parts = JSON.parse(`[${text}]`) as { readonly text?: unknown }[];
		return cleaned(parts.map((part) => part.text ?? "").join(""));
	} catch {
		return text;
	}
}
