import { greatCircle, type Place } from "./course.ts";
import { isHidden, publicName, type RidePrivacy } from "./privacy.ts";

/** A place with a name; degrees. */
export interface NamedPlace extends Place {
	readonly name: string;
}

/** A ride starts at a place that is not further away than this. */
export const REACH_METERS = 250;

/** Letters of a name at most; what is longer tells a story, and no place. */
const MAX_NAME = 80;

/** Signs that are not seen, and those that turn the direction of what follows. */
const UNSEEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

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
		const name = publicName(shownName(place.name), privacy);
		if (name === null) continue;
		const isBetter =
			best === null ||
			meters < best.meters ||
			(meters === best.meters && comesBefore(name, best.name));
		if (isBetter) best = { name, meters };
	}
	return best?.name ?? null;
}

/** A name in one line; null where nothing is left of it, or it is too long. */
function shownName(text: string): string | null {
	const name = text
		.toWellFormed()
		.replace(/\s+/g, " ")
		.replace(UNSEEN, "")
		.trim();
	return name === "" || [...name].length > MAX_NAME ? null : name;
}

/** By code point, as databases compare; JavaScript compares halves of some. */
function comesBefore(one: string, other: string): boolean {
	const [a, b] = [[...one], [...other]];
	const at = a.findIndex((letter, index) => letter !== b[index]);
	if (at < 0) return a.length < b.length;
	return (a[at]?.codePointAt(0) ?? 0) < (b[at]?.codePointAt(0) ?? -1);
}
