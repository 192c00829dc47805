import { greatCircle, type Place } from "./course.ts";
import { isHidden, publicName, type RidePrivacy } from "./privacy.ts";

/** A place with a name; degrees. */
export interface NamedPlace extends Place {
	readonly name: string;
}

/** A ride starts at a place that is not further away than this. */
export const REACH_METERS = 250;

/** Letters of a name at most; what is longer tells a story, and no place. */
export const MAX_PLACE_NAME = 80;

/**
 * Signs that are not seen, such as those that turn the direction of what follows; less
 * line ends, which part words, joiners, which letters and emoji need, and emoji's tags.
 */
const UNSEEN = /(?!\u200d|[\t-\r\u200c\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}]/gu;

/** A letter, number or symbol; some of these are blanks. */
const SEEN = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{S}]/u;

/**
 * The name of the place where a ride starts: the nearest of the owner's places within
 * {@link REACH_METERS}, else the nearest of the file's waypoints; of several as near the
 * first by code point. Null where none is. What lies in a privacy zone has no name, and
 * none tells a time of day that is to go.
 */
export function startPlaceOf(
	start: Place,
	places: readonly NamedPlace[],
	waypoints: readonly NamedPlace[],
	privacy: RidePrivacy,
): string | null {
	for (const candidates of [places, waypoints]) {
		const name = nearestName(start, candidates, privacy);
		if (name !== null) return name;
	}
	return null;
}

function nearestName(
	start: Place,
	candidates: readonly NamedPlace[],
	privacy: RidePrivacy,
): string | null {
	let best: { readonly name: string; readonly meters: number } | null = null;
	for (const place of candidates) {
		const meters = greatCircle(start, place);
		if (!(meters <= REACH_METERS) || isHidden(privacy.zones, place)) continue;
		const name = publicName(placeName(place.name), privacy);
		if (name === null) continue;
		const isBetter =
			best === null ||
			meters < best.meters ||
			(meters === best.meters && comesBefore(name, best.name));
		if (isBetter) best = { name, meters };
	}
	return best?.name ?? null;
}

/** A place's name in one line; null where nothing of it is seen, or it is too long. */
export function placeName(text: string): string | null {
	const name = text
		.toWellFormed()
		.replace(UNSEEN, "")
		.replace(/\s+/g, " ")
		.trim();
	return SEEN.test(name) && [...name].length <= MAX_PLACE_NAME ? name : null;
}

/** By code point, as databases compare; JavaScript compares halves of some. */
export function comesBefore(one: string, other: string): boolean {
	const [a, b] = [[...one], [...other]];
	const at = a.findIndex((letter, index) => letter !== b[index]);
	if (at < 0) return a.length < b.length;
	return (a[at]?.codePointAt(0) ?? 0) < (b[at]?.codePointAt(0) ?? -1);
}
