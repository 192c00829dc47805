import { Table, tableToIPC } from "apache-arrow";
import {
	MAX_LEVEL,
	MIN_LEVEL,
	mortonX,
	mortonY,
} from "../../lib/geo/mercator.ts";
import { CellIndex } from "../../lib/rides/cell-index.ts";
import type { StoredRide } from "../../lib/rides/ride-store.ts";
import { doubles, integers, texts, timestamps } from "../files/vectors.ts";

/** Rows that are made at a time. */
const BATCH_ROWS = 2 ** 17;

/** The table `rides` of the visitor's own as an Arrow IPC stream, and which ride counts in another's place. */
export function ridesTable(rides: readonly StoredRide[]): Uint8Array {
	const facts = rides.map((ride) => ride.facts);
	const table = new Table({
		ride_id: texts(facts.map(({ id }) => id)),
		name: texts(facts.map(({ name }) => name)),
		kind: texts(facts.map(({ kind }) => kind)),
		started_at: micros(facts.map(({ startedAt }) => startedAt)),
		started_at_local: micros(facts.map((ride) => ride.startedAtLocal)),
		duration_s: doubles(facts.map((ride) => ride.durationSeconds)),
		moving_s: doubles(facts.map((ride) => ride.movingSeconds)),
		distance_m: doubles(facts.map((ride) => ride.distanceMeters)),
		ascent_m: doubles(facts.map((ride) => ride.ascentMeters)),
		point_count: integers(facts.map((ride) => ride.pointCount)),
		start_place: texts(facts.map(({ startPlace }) => startPlace)),
		source_file: texts(facts.map((ride) => ride.sourceFile)),
		same_trip_as: texts(rides.map(({ sameTripAs }) => sameTripAs)),
	});
	return tableToIPC(table, "stream");
}

/** The table `ride_cells` of the same, in the lake's order, as Arrow IPC streams that follow each other. */
export function* rideCellsTable(
	rides: readonly StoredRide[],
): Generator<Uint8Array> {
	const index = new CellIndex(rides.map(({ codes }) => codes));
	const ids = rides.map(({ facts }) => facts.id);
	for (let level = MIN_LEVEL; level <= MAX_LEVEL; level++) {
		const { codes, rides: numbers } = index.at(level);
		for (let at = 0; at < codes.length; at += BATCH_ROWS) {
			const some = [...codes.subarray(at, at + BATCH_ROWS)];
			const passing = [...numbers.subarray(at, at + BATCH_ROWS)];
			const table = new Table({
				level: integers(some.map(() => level)),
				x: integers(some.map(mortonX)),
				y: integers(some.map(mortonY)),
				ride_id: texts(passing.map((ride) => ids[ride] as string)),
			});
			yield tableToIPC(table, "stream");
		}
	}
}

function micros(values: readonly (number | null)[]) {
	return timestamps(
		values.map((value) => (value === null ? null : BigInt(value))),
	);
}
