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
	const shown = Date.UTC(
		part.year ?? 0,
		(part.month ?? 1) - 1,
		part.day,
		part.hour,
		part.minute,
		part.second,
	);
	return shown * 1000 + (time - wholeSeconds * 1e6);
}
