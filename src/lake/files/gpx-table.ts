import {
	Float64,
	Int32,
	Table,
	TimestampMicrosecond,
	tableToIPC,
	Utf8,
	vectorFromArray,
} from "apache-arrow";
import { FileError } from "../../lib/formats/file-error.ts";
import { type GpxPoint, readGpx as parseGpx } from "../../lib/formats/gpx.ts";
import { parseTime } from "../../lib/formats/time.ts";
import { throwIfCancelled } from "../errors.ts";
import type { ArrowColumns } from "./text-file.ts";

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
	const { name, trackNames } = await parseGpx(
		open,
		(point) => points.push(point),
		async () => throwIfCancelled(signal),
	);
	if (points.length === 0) throw new FileError("it has no track or route");
	const int = new Int32();
	const double = new Float64();
	const places = points.map(placeOf);
	const table = new Table({
		track: vectorFromArray(
			points.map(({ track }) => track),
			int,
		),
		segment: vectorFromArray(
			points.map(({ segment }) => segment),
			int,
		),
		seq: vectorFromArray(
			points.map((_, index) => index),
			int,
		),
		ts: vectorFromArray(
			points.map(({ time }) => (time === null ? null : millisecondsOf(time))),
			new TimestampMicrosecond(),
		),
		lon: vectorFromArray(
			places.map(({ longitude }) => longitude),
			double,
		),
		lat: vectorFromArray(
			places.map(({ latitude }) => latitude),
			double,
		),
		ele: vectorFromArray(
			points.map(({ elevation }) => numberIn(elevation)),
			double,
		),
		name: vectorFromArray(
			points.map(({ track }) => trackNames[track] ?? name),
			new Utf8(),
		),
	});
	return { ipc: tableToIPC(table, "stream"), types: {} };
}

/** Whole and fractional milliseconds since 1970, UTC, as Arrow's builder takes times. */
function millisecondsOf(text: string): number | null {
	const time = parseTime(text);
	return time === null ? null : time.micros / 1000;
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
