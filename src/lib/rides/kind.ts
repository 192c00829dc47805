/** What Strava, Garmin and others call the commonest kinds, in lower case without signs. */
const NAMES: Readonly<Record<string, string>> = {
	biking: "cycling",
	bike: "cycling",
	ride: "cycling",
	run: "running",
	walk: "walking",
	hike: "hiking",
	swim: "swimming",
	"e bike ride": "e-biking",
	ebiking: "e-biking",
	// The numbers that GPX files of Strava had for some years.
	"1": "cycling",
	"4": "hiking",
	"9": "running",
	"10": "walking",
};

/**
 * The name under which a kind of ride is kept: the same for `Ride`, `Biking` and
 * `cycling`; a kind that is not known stays as it is. Null for an empty text.
 */
export function kindNamed(text: string | null): string | null {
	if (text === null || text.trim() === "") return null;
	const trimmed = text.trim();
	const plain = trimmed.toLowerCase().replaceAll(/[\s_-]+/g, " ");
	// What is asked for is a stranger's text: `constructor` is no name of ours.
	if (Object.hasOwn(NAMES, plain)) return NAMES[plain] ?? null;
	return isName(plain) ? plain : trimmed;
}

/** Whether a text in lower case is itself a name that others stand for. */
function isName(plain: string): boolean {
	return Object.values(NAMES).includes(plain);
}
