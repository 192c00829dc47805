import tzLookup from "@photostructure/tz-lookup";

/** Null for a zone that this engine does not know. */
const zoneFormats = new Map<string, Intl.DateTimeFormat | null>();

/**
 * What clocks showed at a place, as if it were UTC; microseconds since 1970, degrees.
 * The engine may be older than the table of zones: where it does not know the place's,
 * it is the hour of the longitude.
 */
export function localTime(
	time: number,
	place: { readonly latitude: number; readonly longitude: number },
): number {
	const zone = tzLookup(place.latitude, place.longitude);
	let format = zoneFormats.get(zone);
	if (format === undefined) {
		format = zoneFormat(zone);
		zoneFormats.set(zone, format);
	}
	if (format === null) return time + Math.round(place.longitude / 15) * 3600e6;
	const wholeSeconds = Math.floor(time / 1e6);
	const part: Record<string, number> = {};
	for (const { type, value } of format.formatToParts(wholeSeconds * 1000))
		part[type] = Number(value);
	const shown = new Date(0);
	// Date.UTC takes the years 0 to 99 for 1900 to 1999.
	shown.setUTCFullYear(part.year ?? 0, (part.month ?? 1) - 1, part.day);
	shown.setUTCHours(part.hour ?? 0, part.minute, part.second);
	return shown.getTime() * 1000 + (time - wholeSeconds * 1e6);
}

function zoneFormat(zone: string): Intl.DateTimeFormat | null {
	try {
		return new Intl.DateTimeFormat("en", {
			timeZone: zone,
			calendar: "gregory",
			hourCycle: "h23",
			year: "numeric",
			month: "numeric",
			day: "numeric",
			hour: "numeric",
			minute: "numeric",
			second: "numeric",
		});
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}
