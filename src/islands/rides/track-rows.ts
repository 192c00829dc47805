import type { Table } from "apache-arrow";
import type { CourseOptions } from "../../lib/rides/course.ts";
import { type Track, tracksOf } from "../../lib/rides/tracks.ts";

/** The tracks that an answer to `trackPoints` holds, by ride id; they break as those of `tracksOf` do. */
export function tracksOfAnswer(
	table: Table,
	lineBreaks?: CourseOptions,
): Track[] {
	const rideIds = columnOf(table, "ride_id");
	const columns = {
		rideId: (sample: number) => String(rideIds.get(sample)),
		segment: columnOf(table, "segment").toArray(),
		seq: columnOf(table, "seq").toArray(),
		timeMs: columnOf(table, "time_ms").toArray(),
		longitude: columnOf(table, "lon").toArray(),
		latitude: columnOf(table, "lat").toArray(),
	};
	return tracksOf(columns, lineBreaks);
}

/** A column of an answer. Throws where it has none of that name. */
export function columnOf(table: Table, name: string) {
	const vector = table.getChild(name);
	if (vector === null) throw new Error(`the answer lacks column ${name}`);
	return vector;
}
