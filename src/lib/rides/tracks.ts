import { greatCircleMeters } from "../geo/great-circle.ts";
import {
	latitudeOf,
	longitudeOf,
	mercatorX,
	mercatorY,
} from "../geo/mercator.ts";
import type { CourseOptions } from "./course.ts";

/** Where two samples lie further apart, a line breaks, unless the publisher says otherwise. */
export const MAX_GAP_SECONDS = 300;
export const MAX_GAP_METERS = 1000;

const DEFAULT_LINE_BREAKS: CourseOptions = {
	maxGapSeconds: MAX_GAP_SECONDS,
	maxGapMeters: MAX_GAP_METERS,
};

/**
 * A ride's line in unbroken stretches, each x and y of its samples in turn: Web
 * Mercator, the world one wide and one high, from 180 W and 85.0511 N. Lines go the
 * shorter way round: x leaves [0, 1) where they cross the antimeridian. A stretch of
 * one sample is a dot.
 */
export interface Track {
	readonly rideId: string;
	readonly stretches: readonly Float64Array[];
}

/** Samples, ride by ride in their order: entry n of each column is one of them. */
export interface TrackColumns {
	readonly rideId: (sample: number) => string;
	readonly segment: ArrayLike<number>;
	/** Number of the sample within its ride, from 0. */
	readonly seq: ArrayLike<number>;
	/** Milliseconds since 1970, NaN where there is no time. */
	readonly timeMs: ArrayLike<number>;
	/** Degrees. */
	readonly longitude: ArrayLike<number>;
	readonly latitude: ArrayLike<number>;
}

/**
 * Joins samples to tracks. As in the pipeline, a line breaks at a segment's end and
 * where two samples lie too far apart, in time (where both have one) or in space.
 */
export function tracksOf(
	columns: TrackColumns,
	lineBreaks: CourseOptions = DEFAULT_LINE_BREAKS,
): Track[] {
	const { seq, longitude, latitude } = columns;
	const tracks: Track[] = [];
	let stretches: Float64Array[] = [];
	let line: number[] = [];
	const endStretch = () => {
		if (line.length > 0) stretches.push(Float64Array.from(line));
		line = [];
	};
	for (let sample = 0; sample < seq.length; sample++) {
		const isFirst =
			sample === 0 || (seq[sample] as number) <= (seq[sample - 1] as number);
		if (isFirst) {
			endStretch();
			stretches = [];
			tracks.push({ rideId: columns.rideId(sample), stretches });
		} else if (breaks(columns, sample, lineBreaks)) endStretch();
		const x = mercatorX(longitude[sample] as number);
		const before = line.at(-2) ?? stretches.at(-1)?.at(-2) ?? x;
		line.push(
			x + Math.round(before - x),
			mercatorY(latitude[sample] as number),
		);
	}
	endStretch();
	return tracks;
}

function breaks(
	columns: TrackColumns,
	sample: number,
	{ maxGapSeconds, maxGapMeters }: CourseOptions,
): boolean {
	const { segment, timeMs, longitude, latitude } = columns;
	const before = sample - 1;
	if (segment[sample] !== segment[before]) return true;
	const elapsed = (timeMs[sample] as number) - (timeMs[before] as number);
	if (Math.abs(elapsed) > maxGapSeconds * 1000) return true;
	return (
		greatCircleMeters(
			longitude[before] as number,
			latitude[before] as number,
			longitude[sample] as number,
			latitude[sample] as number,
		) > maxGapMeters
	);
}

/** A box around a track, in degrees; east is beyond 180 where it crosses the antimeridian. */
export interface TrackBounds {
	readonly west: number;
	readonly south: number;
	readonly east: number;
	readonly north: number;
}

/** The box that a track fills. Null where it has no sample. */
export function boundsOf({ stretches }: Track): TrackBounds | null {
	let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
	for (const line of stretches)
		for (let index = 0; index < line.length; index += 2) {
			const [x, y] = [line[index] as number, line[index + 1] as number];
			left = Math.min(left, x);
			right = Math.max(right, x);
			top = Math.min(top, y);
			bottom = Math.max(bottom, y);
		}
	if (left > right) return null;
	const turns = Math.floor(left);
	return {
		west: longitudeOf(left - turns),
		east: longitudeOf(right - turns),
		north: latitudeOf(top),
		south: latitudeOf(bottom),
	};
}
