import { Table, tableToIPC } from "apache-arrow";
import { FileError } from "../../lib/formats/file-error.ts";
import { type GpxPoint, readGpx as parseGpx } from "../../lib/formats/gpx.ts";
import { shortText } from "../../lib/formats/short-text.ts";
import { parseTime } from "../../lib/formats/time.ts";
import { throwIfCancelled } from "../errors.ts";
import type { ArrowColumns } from "./text-file.ts";
import { doubles, integers, texts, timestamps } from "./vectors.ts";

/**
 * Reads GPX: a row per point of its tracks (of its routes where it has none), named
 * as in the lake's `ride_points`, with the track, from 0, and its name. A point
 * without a place on Earth is a FileError with its line; a time that is none is null.
 */
export async function readGpx(
	open: () => AsyncGenerator<Uint8Array>,
	signal: AbortSignal,
): Promise<ArrowColumns> {
	const points: GpxPoint[] = [];
	const { name } = await parseGpx(
		open,
		(point) => points.push(point),
		async () => throwIfCancelled(signal),
	);
	if (points.length === 0) throw new FileError("it has no track or route");
	const places = points.map(placeOf);
	const fileName = name === null ? null : shortText(name);
	const table = new Table({
		track: integers(points.map(({ track }) => track)),
		segment: integers(points.map(({ segment }) => segment)),
		seq: integers(points.map((_, index) => index)),
		ts: timestamps(points.map(({ time }) => microsecondsOf(time))),
		lon: doubles(places.map(({ longitude }) => longitude)),
		lat: doubles(places.map(({ latitude }) => latitude)),
		ele: doubles(points.map(({ elevation }) => numberIn(elevation))),
		name: texts(points.map(({ trackName }) => trackName ?? fileName)),
	});
	return { ipc: tableToIPC(table, "stream"), types: new Map() };
}

/** Since 1970, UTC; null where the text is no time. */
function microsecondsOf(text: string | null): bigint | null {
	const time = text === null ? null : parseTime(text);
	return time === null ? null : BigInt(time.micros);
}

function placeOf(point: GpxPoint): { longitude: number; latitude: number } {
	const longitude = numberIn(point.longitude);
	const latitude = numberIn(point.latitude);
	if (
		longitude === null ||
		latitude === null ||
		Math.abs(latitude) > 90 ||
		Math.abs(longitude) > 180
	)
		throw new FileError("a point has no longitude and latitude on Earth", {
			line: point.line,
			sample: `lat="${point.latitude ?? ""}" lon="${point.longitude ?? ""}"`,
		});
	return { longitude, latitude };
}

/** Null where the text is no decimal number. */
function numberIn(text: string | null): number | null {
	return text !== null &&
		/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text)
		? Number(text)
		: null;
}
