import { parseTime } from "../../../src/lib/formats/time.ts";
import type { Header } from "./weather-header.ts";
import type { Version } from "./weather-reading.ts";
import type { TimeForms } from "./weather-times.ts";

/** Words for a change of what was written down before. */
const UPDATES = words("updated update modified lastupdated lastmodified");

/** Those that may be of a value, unless a word of time stands beside. */
const CHANGES = words("revised edited corrected changed change modification");

const TIMES = words("last date time datetime timestamp at on utc gmt");

const REVISIONS = words("version revision rev");

const COUNTERS = words("number num no nr id data record row");

/** Quality levels of DWD, which rise as values are checked, each of the columns behind it. */
const LEVEL = /^(?:qn(?:_\d+)?|qualitaets_niveau)$/;

function words(text: string): ReadonlySet<string> {
	return new Set(text.split(" "));
}

/** The words of a column's name: `UpdateTime` has two. */
function wordsOf({ name }: Header): string[] {
	return name
		.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_")
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter((word) => word !== "");
}

/** Whether a column's name says how new a row is, and not when or what was measured. */
export function isVersion(header: Header): boolean {
	return isUpdate(header) || isRevision(header) || isLevel(header);
}

function isUpdate(header: Header): boolean {
	const all = wordsOf(header).filter((word) => word !== "of");
	const some = (set: ReadonlySet<string>) => all.some((word) => set.has(word));
	return (
		(some(UPDATES) || (some(CHANGES) && some(TIMES))) &&
		all.every(
			(word) => UPDATES.has(word) || CHANGES.has(word) || TIMES.has(word),
		)
	);
}

function isRevision(header: Header): boolean {
	const all = wordsOf(header);
	return (
		all.some((word) => REVISIONS.has(word)) &&
		all.every((word) => REVISIONS.has(word) || COUNTERS.has(word))
	);
}

function isLevel({ name }: Header): boolean {
	return LEVEL.test(name.trim().toLowerCase());
}

/**
 * The column among `versions` that says how new a measure is: the last level before it,
 * else the time of an update, else the number of a revision; null where there is none.
 */
export function versionColumn(
	headers: readonly Header[],
	versions: readonly number[],
	measure: number,
): number | null {
	const found = (is: (header: Header) => boolean) =>
		versions.filter((index) => is(headers[index] ?? { name: "", unit: null }));
	return (
		found(isLevel).findLast((index) => index < measure) ??
		found(isUpdate)[0] ??
		found(isRevision)[0] ??
		null
	);
}

/**
 * What a cell says of how new its row is; null where it says nothing. A time may have all
 * its digits in a row: it grows, too.
 */
export function versionOf(cell: string, times: TimeForms): Version | null {
	const text = cell.trim();
	if (text === "") return null;
	const [, digits] = /^(?:v|rev|r)?[.\s]?(\d{1,15})(?:\.0)?$/i.exec(text) ?? [];
	const time = parseTime(times.plain(text));
	if (time !== null) return { updated: time.micros };
	return digits === undefined ? null : { revision: Number(digits) };
}
