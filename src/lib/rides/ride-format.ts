/** The formats of rides that are read. */
export type RideFormat = "gpx" | "fit" | "tcx" | "kml";

/** Whether a path is of a zip that rides may lie in; KMZ is one that holds KML. */
export function isRideArchive(path: string): boolean {
	return /\.(?:zip|kmz)$/i.test(path);
}

/** The format of a file, by the ending of its name, `.gz` taken off; null for another kind of file. */
export function rideFormatOf(path: string): RideFormat | null {
	const [, ending] = /\.(gpx|fit|tcx|kml)(?:\.gz)?$/i.exec(path) ?? [];
	return ending === undefined ? null : (ending.toLowerCase() as RideFormat);
}
