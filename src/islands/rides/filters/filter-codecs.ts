import type { RideFilter } from "../../../lib/rides/filter.ts";
import type { Codec } from "../../shared/url-state.ts";

/** Monday first. */
const WEEKDAY_WORDS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Where no kind can stand by itself: `\-` for rides that name none, `\e` for an empty name. */
const NO_KIND = "\\-";
const EMPTY_KIND = "\\e";

/** `cycling,running`; a comma or backslash of a name has a backslash before it. */
export const kindsCodec: Codec<RideFilter["kinds"]> = {
	parse(text) {
		const words = text.match(/(?:[^\\,]|\\.)+/gsu) ?? [];
		return words.join(",") === text
			? [...new Set(words.map(kindOf))]
			: undefined;
	},
	format: (kinds) =>
		kinds
			.map((kind) => {
				if (kind === null) return NO_KIND;
				return kind === "" ? EMPTY_KIND : kind.replace(/[\\,]/g, "\\$&");
			})
			.join(","),
};

function kindOf(word: string): string | null {
	if (word === NO_KIND) return null;
	return word === EMPTY_KIND ? "" : word.replace(/\\(.)/gsu, "$1");
}

/** `10-50` in km, to the metre; either end may be left out. */
export const distanceCodec: Codec<RideFilter["distanceMeters"]> = {
	parse(text) {
		const ends = /^(\d{1,6}(?:\.\d{1,3})?)?-(\d{1,6}(?:\.\d{1,3})?)?$/.exec(
			text,
		);
		if (ends === null) return undefined;
		const [, from, to] = ends;
		return { from: metersOf(from), to: metersOf(to) };
	},
	format({ from, to }) {
		if (from === null && to === null) return "";
		return `${from === null ? "" : from / 1000}-${to === null ? "" : to / 1000}`;
	},
};

/** Text in km as whole metres; null for none. */
export function metersOf(kilometers: string | undefined): number | null {
	if (kilometers === undefined || kilometers.trim() === "") return null;
	const meters = Math.round(Number(kilometers) * 1000);
	return Number.isFinite(meters) && meters >= 0 && meters < 1e9 ? meters : null;
}

/** `sat,sun` */
export const weekdaysCodec: Codec<RideFilter["weekdays"]> = {
	parse(text) {
		if (text === "") return [];
		const days = text.split(",").map((word) => WEEKDAY_WORDS.indexOf(word) + 1);
		return days.includes(0) ? undefined : [...new Set(days)].sort();
	},
	format: (weekdays) =>
		weekdays.map((day) => WEEKDAY_WORDS[day - 1] ?? "").join(","),
};

/** `22-5`: from the first hour that counts to the first that does not. */
export const hoursCodec: Codec<RideFilter["hours"]> = {
	parse(text) {
		if (text === "") return null;
		const [, from, to] = (/^(\d{1,2})-(\d{1,2})$/.exec(text) ?? []).map(Number);
		if (from === undefined || to === undefined) return undefined;
		return hoursBetween(from, to);
	},
	format: (hours) => (hours === null ? "" : `${hours.from}-${hours.to}`),
};

/** The hours as a filter has them; null where they are the whole day, undefined where they are none. */
export function hoursBetween(
	from: number,
	to: number,
): RideFilter["hours"] | undefined {
	if (from < 0 || from > 23 || to < 1 || to > 24 || from === to)
		return undefined;
	return from === 0 && to === 24 ? null : { from, to };
}
