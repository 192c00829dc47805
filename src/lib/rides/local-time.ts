import tzLookup from "@photostructure/tz-lookup";

const zoneFormats = new Map<string, Intl.DateTimeFormat>();

/** What clocks showed at a place, as if it were UTC; microseconds since 1970, degrees. */
export function localTime(
	time: number,
	place: { readonly latitude: number; readonly longitude: number },
): number {
	const zone = tzLookup(place.latitude, place.longitude);
	let format = zoneFormats.get(zone);
	if (format === undefined) {
		format = new Intl.DateTimeFormat("en", {
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
		zoneFormats.set(zone, format);
	}
	const wholeSeconds = Math.floor(time / 1e6);
	const part: Record<string, number> = {};
	for (const { type, value } of format.formatToParts(wholeSeconds * 1000))
		part[type] = Number(value);
	const shown = new Date(0);
	// Date.UTC takes the years before 100 for those of the last century.
	shown.setUTCFullYear(part.year ?? 0, (part.month ?? 1) - 1, part.day);
	shown.setUTCHours(part.hour ?? 0, part.minute, part.second);
	return shown.getTime() * 1000 + (time - wholeSeconds * 1e6);
}
