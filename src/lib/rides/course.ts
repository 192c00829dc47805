import { greatCircleMeters } from "../geo/great-circle.ts";

/** Where the line of a ride breaks. */
export interface CourseOptions {
	/** Two points lie further apart in time, in seconds. */
	readonly maxGapSeconds: number;
	/** Two points lie further apart, in metres. */
	readonly maxGapMeters: number;
}

/** Slower than this, in metres a second, is standing still. */
const MOVING_SPEED = 0.5;

/**
 * A climb counts once it has reached this height above the lowest point before it,
 * in metres: less is what receivers and barometers make up.
 */
const ASCENT_THRESHOLD = 3;

/** Degrees. */
export interface Place {
	readonly longitude: number;
	readonly latitude: number;
}

/** A sample of a ride; degrees, metres, microseconds since 1970. */
export interface CoursePoint extends Place {
	readonly segment: number;
	readonly elevation: number | null;
	readonly time: number | null;
}

/** Great-circle distance in metres. */
export function greatCircle(a: Place, b: Place): number {
	return greatCircleMeters(a.longitude, a.latitude, b.longitude, b.latitude);
}

/**
 * Adds up a ride from its samples in order. Its line breaks at a segment's end and
 * where two samples lie too far apart, in time (where both have one) or in space;
 * length, time moving and climbs are those of the unbroken stretches.
 */
export class Course {
	points = 0;
	/** In metres. */
	distance = 0;
	/** Time in pairs of at least {@link MOVING_SPEED}, in microseconds. */
	moving = 0;
	/** Earliest and latest time, microseconds since 1970; null without times. */
	firstTime: number | null = null;
	lastTime: number | null = null;
	/** First sample, null before it. */
	start: CoursePoint | null = null;
	readonly #options: CourseOptions;
	readonly #onLine: (from: CoursePoint, to: CoursePoint) => void;
	#last: CoursePoint | null = null;
	#ascent = 0;
	#hasElevation = false;
	#low: number | null = null;

	/** `onLine` gets each unbroken pair of samples, and each sample that starts a stretch with itself. */
	constructor(
		options: CourseOptions,
		onLine: (from: CoursePoint, to: CoursePoint) => void,
	) {
		this.#options = options;
		this.#onLine = onLine;
	}

	/** Sum of the climbs in metres, null without elevations. */
	get ascent(): number | null {
		return this.#hasElevation ? this.#ascent : null;
	}

	add(point: CoursePoint): void {
		this.start ??= point;
		this.points++;
		if (point.time !== null) {
			this.firstTime = Math.min(this.firstTime ?? point.time, point.time);
			this.lastTime = Math.max(this.lastTime ?? point.time, point.time);
		}
		const last = this.#last;
		const distance = last === null ? 0 : greatCircle(last, point);
		if (last === null || this.#breaks(last, point, distance)) {
			this.#low = null;
			this.#onLine(point, point);
		} else {
			this.distance += distance;
			const elapsed =
				last.time === null || point.time === null ? 0 : point.time - last.time;
			if (elapsed > 0 && distance / (elapsed / 1e6) >= MOVING_SPEED)
				this.moving += elapsed;
			this.#onLine(last, point);
		}
		this.#climb(point.elevation);
		this.#last = point;
	}

	#breaks(from: CoursePoint, to: CoursePoint, distance: number): boolean {
		if (from.segment !== to.segment) return true;
		if (distance > this.#options.maxGapMeters) return true;
		return (
			from.time !== null &&
			to.time !== null &&
			Math.abs(to.time - from.time) > this.#options.maxGapSeconds * 1e6
		);
	}

	#climb(elevation: number | null): void {
		if (elevation === null) return;
		this.#hasElevation = true;
		if (this.#low === null || elevation < this.#low) this.#low = elevation;
		else if (elevation - this.#low >= ASCENT_THRESHOLD) {
			this.#ascent += elevation - this.#low;
			this.#low = elevation;
		}
	}
}
