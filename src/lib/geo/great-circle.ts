/** Mean radius of the earth (IUGG R1), in metres. */
const EARTH_RADIUS = 6_371_008.8;

/** Great-circle distance by the haversine formula, in metres; coordinates are degrees. */
export function greatCircleMeters(
	longitude1: number,
	latitude1: number,
	longitude2: number,
	latitude2: number,
): number {
	const radians = Math.PI / 180;
	const sinLatitude = Math.sin(((latitude2 - latitude1) * radians) / 2);
	const sinLongitude = Math.sin(((longitude2 - longitude1) * radians) / 2);
	const h =
		sinLatitude * sinLatitude +
		Math.cos(latitude1 * radians) *
			Math.cos(latitude2 * radians) *
			sinLongitude *
			sinLongitude;
	return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
}
