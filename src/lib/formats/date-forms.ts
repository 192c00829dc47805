/** `31/01/2024`, `1.31.24`, `31-01-2024`: numbers that do not tell by themselves which is which. */
const PARTED = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/;

/** Whether a time begins with a date that another row may have to tell the order of. */
export function isPartedDate(time: string): boolean {
	return PARTED.test(time);
}

/** From which years of two digits are of the last century, as POSIX has it: 69 is 1969, 68 is 2068. */
export const LAST_CENTURY = 69;

/** In which order a file writes year, month and day. */
export type DateOrder = "dmy" | "mdy" | "ymd";

/** Which of a date's numbers, from 1, are its day, its month and its year. */
export const PLACES = {
	dmy: [1, 2, 3],
	mdy: [2, 1, 3],
	ymd: [3, 2, 1],
} as const satisfies Record<DateOrder, readonly [number, number, number]>;

/** Why a file's dates cannot be read, with a row that shows it. */
export interface DateFault {
	readonly reason: string;
	readonly line: number;
	readonly sample: string;
}

/** Dates of one sign and one length of year. */
interface Seen {
	readonly sign: string;
	readonly isShort: boolean;
	readonly line: number;
	readonly sample: string;
	/** What stands in each place. */
	readonly values: readonly [Set<number>, Set<number>, Set<number>];
	/** The first of those that say otherwise than the ones before. */
	torn: { readonly line: number; readonly sample: string } | null;
}

/**
 * Finds out how a file writes its dates, where one of them alone does not tell: a day
 * above 12 somewhere in the file tells it from the month. With points the day is first
 * unless a day above 12 stands second. Of a year of two digits and a day that may both
 * be either, the year is the one of fewer values; from 69 on it is one of the last century.
 */
export class DateForms {
	readonly #seen = new Map<string, Seen>();
	/** The order that the file tells in words; it counts where its dates do not tell theirs. */
	told: DateOrder | null = null;

	/** Takes note of a time as it stands in a row; what is of another form, or no date at all, tells nothing. */
	add(time: string, line: number): void {
		const match = PARTED.exec(time);
		if (match === null) return;
		const [sample, first, sign = "", second, third = ""] = match;
		const numbers = [Number(first), Number(second), Number(third)] as const;
		const isShort = third.length === 2;
		if (ordersOf(isShort, numbers).length === 0) return;
		const key = sign + third.length;
		let seen = this.#seen.get(key);
		if (seen === undefined) {
			seen = {
				sign,
				isShort,
				line,
				sample,
				values: [new Set(), new Set(), new Set()],
				torn: null,
			};
			this.#seen.set(key, seen);
		}
		for (const [place, number] of numbers.entries())
			seen.values[place]?.add(number);
		if (seen.torn === null && possibleOrders(seen).length === 0)
			seen.torn = { line, sample };
	}

	/** The order of dates such as this one; null where its form is another, or the file does not tell. */
	orderOf(time: string): DateOrder | null {
		const match = PARTED.exec(time);
		if (match === null) return null;
		const [, , sign = "", , third = ""] = match;
		const seen = this.#seen.get(sign + third.length);
		return seen === undefined ? null : this.#orderOf(seen);
	}

	/** The time with its date as `2024-01-31`; as it stands where the file's dates do not tell how. */
	plain(time: string): string {
		const order = this.orderOf(time);
		if (order === null) return time;
		return time.replace(PARTED, (_, first, _sign, second, third) => {
			const numbers = [first, second, third];
			const [day, month, year] = PLACES[order].map(
				(place) => numbers[place - 1],
			);
			const century = Number(year) < LAST_CENTURY ? "20" : "19";
			return `${year.padStart(4, century)}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
		});
	}

	/** What keeps the dates from being read; null where there is nothing. */
	fault(): DateFault | null {
		for (const seen of this.#seen.values()) {
			if (seen.torn !== null)
				return {
					reason: `its dates have the day first in some rows and the month in others, such as ${seen.sample} and ${seen.torn.sample}: write them all as 2024-01-31`,
					...seen.torn,
				};
			if (this.#orderOf(seen) === null)
				return {
					reason: `its dates, such as ${seen.sample}, may have the ${seen.isShort ? "day, the month or the year" : "day or the month"} first, and none in the file tells: write them as 2024-01-31`,
					line: seen.line,
					sample: seen.sample,
				};
		}
		return null;
	}

	#orderOf(seen: Seen): DateOrder | null {
		return this.told !== null && possibleOrders(seen).includes(this.told)
			? this.told
			: orderOf(seen);
	}
}

function orderOf(seen: Seen): DateOrder | null {
	const orders = possibleOrders(seen);
	const [only, other] = orders;
	if (only === undefined || other === undefined) return only ?? null;
	const [firsts, , thirds] = seen.values;
	const isMonthFirst = orders.includes("mdy");
	if (!isMonthFirst && firsts.size !== thirds.size)
		return firsts.size > thirds.size ? "dmy" : "ymd";
	return seen.sign === "." && orders.includes("dmy") ? "dmy" : null;
}

/** The orders in which all dates of a form are ones of a calendar. */
function possibleOrders({ isShort, values }: Seen): DateOrder[] {
	const [first = 0, second = 0, third = 0] = values.map((each) =>
		Math.max(...each),
	);
	return ordersOf(isShort, [first, second, third]);
}

function ordersOf(
	isShort: boolean,
	[first, second, third]: readonly [number, number, number],
): DateOrder[] {
	const isMonth = (number: number) => number >= 1 && number <= 12;
	const isDay = (number: number) => number >= 1 && number <= 31;
	const orders: DateOrder[] = [];
	if (isDay(first) && isMonth(second)) orders.push("dmy");
	if (isMonth(first) && isDay(second)) orders.push("mdy");
	if (isShort && isMonth(second) && isDay(third)) orders.push("ymd");
	return orders;
}
