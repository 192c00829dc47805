import type { RideFilter } from "../../../lib/rides/filter.ts";
import { formatDistance } from "../../../lib/text/format.ts";
import { inOwnDirection } from "../../../lib/text/own-direction.ts";
import type { MorePart } from "../state.ts";

/** Monday first. */
export const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** What is asked for beside the days, in words: one entry for each part that asks for something. */
export function wordsOf(
	filter: RideFilter,
): { readonly part: MorePart; readonly words: string }[] {
	const { kinds, distanceMeters, weekdays, hours, text } = filter;
	const parts: { part: MorePart; words: string }[] = [];
	if (kinds.length > 0)
		parts.push({ part: "kinds", words: kinds.map(kindName).join(" or ") });
	const { from, to } = distanceMeters;
	if (from !== null || to !== null)
		parts.push({ part: "distanceMeters", words: distanceWords(from, to) });
	if (weekdays.length > 0)
		parts.push({ part: "weekdays", words: weekdayWords(weekdays) });
	if (hours !== null)
		parts.push({
			part: "hours",
			words: `Starts ${clock(hours.from)} to ${clock(hours.to)}`,
		});
	if (text !== "") parts.push({ part: "text", words: `Named “${text}”` });
	return parts;
}

/** A kind as a file names it, or words where it names none. */
export function kindName(kind: string | null): string {
	return kind === null || kind.trim() === ""
		? "Kind not stated"
		: inOwnDirection(kind);
}

/** An hour of the day: `07:00`. */
export function clock(hour: number): string {
	return `${String(hour).padStart(2, "0")}:00`;
}

function distanceWords(from: number | null, to: number | null): string {
	if (from === null) return `Up to ${formatDistance(to ?? 0)}`;
	if (to === null) return `${formatDistance(from)} or more`;
	return `${formatDistance(from)} to ${formatDistance(to)}`;
}

/** Three days or more in a row as a span. */
function weekdayWords(weekdays: readonly number[]): string {
	const names = weekdays.map((day) => WEEKDAYS[day - 1] ?? "");
	const [first = 0, last = 0] = [weekdays[0], weekdays.at(-1)];
	return names.length >= 3 && last - first === names.length - 1
		? `${names[0]} to ${names.at(-1)}`
		: names.join(", ");
}
