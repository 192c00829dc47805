/** The latitude, in degrees, at which the Web-Mercator square ends. */
export const MAX_LATITUDE = 85.0511287798066;

/** Levels at which ride cells are kept. */
export const MIN_LEVEL = 6;
export const MAX_LEVEL = 20;

/** Longitude in degrees to [0, 1), east from 180 W; any whole turns are taken off. */
export function mercatorX(longitude: number): number {
	const turns = (longitude + 180) / 360;
	return turns - Math.floor(turns);
}

/** Latitude in degrees to [0, 1], south from {@link MAX_LATITUDE} N. */
export function mercatorY(latitude: number): number {
	const sine = Math.sin((latitude * Math.PI) / 180);
	return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/** Inverse of {@link mercatorX}, in degrees from -180. */
export function longitudeOf(x: number): number {
	return x * 360 - 180;
}

/** Inverse of {@link mercatorY}, in degrees. */
export function latitudeOf(y: number): number {
	return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}
