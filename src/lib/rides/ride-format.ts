/** The formats of rides that are read. */
export type RideFormat = "gpx";

/** The format of a file, by the ending of its name, `.gz` taken off; null for another kind of file. */
export function rideFormatOf(path: string): RideFormat | null {
	return /\.gpx(\.gz)?$/i.test(path) ? "gpx" : null;
}
