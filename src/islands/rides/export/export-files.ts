import { type CellWindow, centreOf, modulo } from "../../../lib/geo/grid.ts";
import type { RideFilter } from "../../../lib/rides/filter.ts";
import {
	newestFirst,
	numbersIn,
	type RideList,
} from "../../../lib/rides/list.ts";
import { forEachShown } from "../../../maps/cells/recount.ts";
import { csvLine } from "../../shared/files/csv.ts";
import type { View } from "../state.ts";

/** The cells on the screen that some ride passes, from the north-west, row by row, as CSV. */
export function cellsCsv(picture: {
	readonly window: CellWindow;
	readonly counts: Uint32Array;
	readonly shown: CellWindow;
}): string {
	const { window, counts, shown } = picture;
	const size = 2 ** window.level;
	const lines = [
		csvLine(["level", "x", "y", "longitude", "latitude", "rides"]),
	];
	forEachShown(window, shown, (cell) => {
		const rides = counts[cell] as number;
		if (rides === 0) return;
		const x = window.x + (cell % window.columns);
		const y = window.y + Math.floor(cell / window.columns);
		const [longitude, latitude] = centreOf(window, cell);
		lines.push(
			csvLine(
				[
					window.level,
					modulo(x, size),
					y,
					longitude.toFixed(6),
					latitude.toFixed(6),
					rides,
				].map(String),
			),
		);
	});
	return lines.join("");
}

/**
 * The rides that a mask holds, the latest first, as CSV; what a ride does not tell is empty.
 * No cell is altered, also not a name that a spreadsheet would take for a formula.
 */
export function ridesCsv(list: RideList, mask: Uint8Array): string {
	const number = (value: number | null | undefined) =>
		value == null ? null : String(value);
	return [
		csvLine([
			...["ride_id", "name", "kind", "started_at_local"],
			...["distance_m", "moving_s", "duration_s", "ascent_m"],
		]),
		...newestFirst(list, numbersIn(mask)).map((ride) =>
			csvLine([
				list.id[ride] ?? null,
				list.name[ride] ?? null,
				list.kind[ride] ?? null,
				localTime(list.startedAtLocal[ride] ?? null),
				number(list.distanceMeters[ride]),
				number(list.movingSeconds[ride]),
				number(list.durationSeconds[ride]),
				number(list.ascentMeters[ride]),
			]),
		),
	].join("");
}

/** A file's name without its ending: what it holds, of which days, and where. */
export function exportName(
	what: "map" | "lines" | "cells" | "list",
	{ days }: RideFilter,
	{ latitude, longitude, zoom }: View,
): string {
	const day = (at: Date) => at.toISOString().slice(0, 10);
	return [
		"lakeside-rides",
		what,
		...(days.from === null ? [] : ["from", day(days.from)]),
		...(days.to === null ? [] : ["to", day(days.to)]),
		degrees(latitude, "N", "S"),
		degrees(longitude, "E", "W"),
		`z${Math.round(zoom * 10) / 10}`,
	].join("-");
}

function degrees(value: number, positive: string, negative: string): string {
	return `${Math.abs(value).toFixed(3)}${value < 0 ? negative : positive}`;
}

/** What clocks showed, without a zone. */
function localTime(milliseconds: number | null): string | null {
	return milliseconds === null
		? null
		: new Date(milliseconds).toISOString().slice(0, 19);
}
