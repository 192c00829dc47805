import type { Table } from "apache-arrow";
import { type Track, tracksOf } from "../../lib/tracks.ts";

/** The tracks that an answer to `trackPoints` holds, by ride id. */
export function tracksOfAnswer(table: Table): Track[] {
	const rideIds = columnOf(table, "ride_id");
	return tracksOf({
		rideId: (sample) => String(rideIds.get(sample)),
		segment: columnOf(table, "segment").toArray(),
		seq: columnOf(table, "seq").toArray(),
		timeMs: columnOf(table, "time_ms").toArray(),
		longitude: columnOf(table, "lon").toArray(),
		latitude: columnOf(table, "lat").toArray(),
	});
}

function columnOf(table: Table, name: string) {
	const vector = table.getChild(name);
	if (vector === null) throw new Error(`the answer lacks column ${name}`);
	return vector;
}
