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
