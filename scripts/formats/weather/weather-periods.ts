import { type Header, keyOf } from "./weather-header.ts";

/** Numbers of periods of a day: hours, half-hours, quarters, five minutes. */
const PERIODS: ReadonlySet<number> = new Set([24, 48, 96, 288]);

/** A time of the day, also with the one at which the period ends: `00:00-00:15`. */
const PERIOD =
	/^(\d{1,2}):(\d{2})(?::00)?(?:\s?[-–]\s?\d{1,2}:\d{2}(?::00)?)?$/;

/** Words for times of a day, among those before the numbers of columns. */
const PERIOD_WORDS: ReadonlySet<string> = new Set(
	[
		"hh hr hrs he hour hours hourending halfhour quarter interval intervals period periods slot mtu",
		"stunde std viertelstunde hora horas heure ora ore uur kwartier godz godzina timme tunti",
	].flatMap((words) => words.split(" ")),
);

/** What alone stands before numbers of times. */
const PERIOD_NAMES: ReadonlySet<string> = new Set(
	" h q qh hq i int p pd v val value kwh usage consumption demand load".split(
		" ",
	),
);

const DAY_MICROS = 86_400e6;

/** Columns that stand for the times of a day, of one measure. */
export interface Periods {
	/** Whether their names say so: those of `probe1` to `probe24` do not. */
	readonly isTold: boolean;
	/** What they have in common, without the time; null where that is nothing. */
	readonly name: string | null;
	/** Microseconds from midnight, by column. */
	readonly offsets: ReadonlyMap<number, number>;
}

/**
 * The columns that name the time of the day they are of, as meters write a row a day:
 * `00:00, 00:30, …`, or numbers from 0 or 1 behind one word, `HH1, HH2, …`, as many as a
 * day has hours, half-hours, quarters of an hour or five minutes: the first begins at
 * midnight. Clocks that begin anew after the last hour of the day are of the next. Null where the columns are others, or some.
 */
export function periodsAmong(
	headers: readonly Header[],
	columns: readonly number[],
): Periods | null {
	const names = columns.map((index) => headers[index]?.name.trim() ?? "");
	const clocks = names.flatMap((name, at) => {
		const [, hours, minutes] = PERIOD.exec(name) ?? [];
		return hours === undefined
			? []
			: [
					[
						columns[at] ?? 0,
						(60 * Number(hours) + Number(minutes)) * 60e6,
					] as const,
				];
	});
	if (clocks.length >= 24)
		return { isTold: true, name: null, offsets: inOneDay(clocks) };
	const byWord = new Map<string, [index: number, number: number][]>();
	for (const [at, name] of names.entries()) {
		const [, word = "", digits] = /^(.*?)[_\s]?(\d{1,3})$/.exec(name) ?? [];
		if (digits === undefined) continue;
		const numbered = byWord.get(word) ?? [];
		numbered.push([columns[at] ?? 0, Number(digits)]);
		byWord.set(word, numbered);
	}
	let untold: Periods | null = null;
	for (const [word, numbered] of byWord) {
		const first = Math.min(...numbered.map(([, number]) => number));
		const numbers = new Set(numbered.map(([, number]) => number - first));
		const isWhole =
			first <= 1 &&
			numbers.size === numbered.length &&
			PERIODS.has(numbers.size) &&
			Math.max(...numbers) === numbers.size - 1;
		if (!isWhole) continue;
		const length = DAY_MICROS / numbered.length;
		const key = keyOf(word);
		const isTold =
			PERIOD_NAMES.has(key) ||
			key.split("_").some((part) => PERIOD_WORDS.has(part));
		const offsets = new Map(
			numbered.map(([index, number]) => [index, (number - first) * length]),
		);
		const periods = { isTold, name: word === "" ? null : word, offsets };
		if (isTold) return periods;
		untold ??= periods;
	}
	return untold;
}

/**
 * Clocks in the order of their columns, those of the next day where they begin anew once:
 * `0:30, …, 23:30, 0:00`. As they stand where they are of more than a day, or in no order.
 */
function inOneDay(
	clocks: readonly (readonly [index: number, offset: number])[],
): ReadonlyMap<number, number> {
	const first = clocks[0]?.[1] ?? 0;
	let last = Number.NEGATIVE_INFINITY;
	const offsets = new Map<number, number>();
	for (const [index, clock] of clocks) {
		const offset = clock > last ? clock : clock + DAY_MICROS;
		if (offset <= last || offset >= first + DAY_MICROS) return new Map(clocks);
		offsets.set(index, offset);
		last = offset;
	}
	return offsets;
}
