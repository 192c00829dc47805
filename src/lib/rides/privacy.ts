import { greatCircle, type Place } from "./course.ts";

/** A circle within which no ride is kept. */
export interface Zone extends Place {
	readonly radiusMeters: number;
}

/** What the owner of rides keeps to himself. */
export interface RidePrivacy {
	readonly zones: readonly Zone[];
	/** Dates stay, times of day go. */
	readonly dropTimesOfDay: boolean;
	/** Waypoints name no place; the owner's own places do. Default: they do too. */
	readonly dropWaypointNames?: boolean;
}

/** Metres of a degree of a great circle. */
const DEGREE_METERS = greatCircle(
	{ latitude: 0, longitude: 0 },
	{ latitude: 1, longitude: 0 },
);

/** For lines, which are measured on a plane: what that may err by within a zone. */
const MARGIN = 1.01;

/** Whether a place lies within one of the zones. */
export function isHidden(zones: readonly Zone[], place: Place): boolean {
	return zones.some((zone) => greatCircle(zone, place) <= zone.radiusMeters);
}

/** Whether the straight line between two places comes into one of the zones. */
export function crossesHidden(
	zones: readonly Zone[],
	from: Place,
	to: Place,
): boolean {
	return zones.some(
		(zone) => distanceToLine(zone, from, to) <= zone.radiusMeters * MARGIN,
	);
}

/** What tells a clock's time in a name. */
const TIMES_OF_DAY = [
	// `7:12`, `07h12`, `19 h 30`, `18u30`, `7時12`.
	/\d\s?[:\uff1ahu時时点시]\s?\d\d/i,
	// `7 pm`, `7 Uhr`, `7h`, `7時`.
	/\d\s?(?:(?:[ap]\.?m|uhr|o.clock|h|u)\b|[時时点시])/i,
	// `7.12` where it is no part of a date and no length.
	/(?<![\d.])\d{1,2}\.\d\d(?!\d|\.\d|\s?(?:km|m|mi|miles)\b)/i,
	// The digits after a date, as devices write them: `20240501_071233`, `240501-0712`.
	/\d{4}([-_.]?)\d\d\1\d\d[T_ -]\d\d[-_.]?\d\d/i,
	/\d{6}[T_ -]\d{4}|T\d{6}/i,
	// Hours, minutes and seconds; or a date, which nothing tells from them: `07-12-33`.
	/(?<!\d[-_]?)\d\d([-_])\d\d\1\d\d(?![-_]?\d)/,
	// Seconds since 1970.
	/\d{10}/,
];

/** The name under which a ride is published: none where that tells a time of day that is to go. */
export function publicName(
	name: string | null,
	{ dropTimesOfDay }: RidePrivacy,
): string | null {
	return name !== null &&
		dropTimesOfDay &&
		TIMES_OF_DAY.some((pattern) => pattern.test(name))
		? null
		: name;
}

/** From a place to a short line near it, in metres, on the plane that touches the earth there. */
function distanceToLine(place: Place, from: Place, to: Place): number {
	const [x1, y1] = onPlane(place, from);
	const [x2, y2] = onPlane(place, to);
	const [dx, dy] = [x2 - x1, y2 - y1];
	const square = dx * dx + dy * dy;
	const share =
		square === 0 ? 0 : Math.min(1, Math.max(0, -(x1 * dx + y1 * dy) / square));
	return Math.hypot(x1 + share * dx, y1 + share * dy);
}

/** Metres east and north of a place, the shorter way round. */
function onPlane(
	origin: Place,
	{ longitude, latitude }: Place,
): [east: number, north: number] {
	const turn = longitude - origin.longitude;
	const degreesEast = turn - 360 * Math.round(turn / 360);
	const narrowing = Math.cos((origin.latitude * Math.PI) / 180);
	return [
		degreesEast * narrowing * DEGREE_METERS,
		(latitude - origin.latitude) * DEGREE_METERS,
	];
}
