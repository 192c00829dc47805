import { expect, test } from "vitest";
import { Course, type CoursePoint, greatCircle } from "./course.ts";

const OPTIONS = { maxGapSeconds: 300, maxGapMeters: 1000 };

/** A sample some metres north of the last, some seconds later. */
function samples(
	steps: readonly {
		metres: number;
		seconds?: number | null;
		elevation?: number;
		segment?: number;
	}[],
): CoursePoint[] {
	const metreDegrees = 180 / (Math.PI * 6_371_008.8);
	let latitude = 50;
	let time = 1.7e15;
	return steps.map(({ metres, seconds = 1, elevation, segment = 0 }) => {
		latitude += metres * metreDegrees;
		time += (seconds ?? 0) * 1e6;
		return {
			segment,
			latitude,
			longitude: 8,
			elevation: elevation ?? null,
			time: seconds === null ? null : time,
		};
	});
}

function ride(points: readonly CoursePoint[]) {
	const lines: number[] = [];
	const course = new Course(OPTIONS, (from, to) =>
		lines.push(Math.round(greatCircle(from, to))),
	);
	for (const point of points) course.add(point);
	return { course, lines };
}

test("a quarter of the meridian is 10,008 km", () => {
	const [from, to] = samples([{ metres: 0 }, { metres: 0 }]);
	if (from === undefined || to === undefined) throw new Error("no samples");
	expect(
		greatCircle({ ...from, latitude: 0 }, { ...to, latitude: 90 }) / 1000,
	).toBeCloseTo(10_007.557, 2);
});

test("length and lines break at a segment's end, after 300 s and after 1,000 m", () => {
	const { course, lines } = ride(
		samples([
			{ metres: 0 },
			{ metres: 999, seconds: 300 },
			{ metres: 1001 },
			{ metres: 10 },
			{ metres: 10, seconds: 301 },
			{ metres: 10, segment: 1 },
			{ metres: 20, segment: 1 },
		]),
	);
	expect(lines).toEqual([0, 999, 0, 10, 0, 0, 20]);
	expect(course.distance).toBeCloseTo(999 + 10 + 20, 6);
});

test("without times distance alone decides", () => {
	const { lines } = ride(
		samples([
			{ metres: 0, seconds: null },
			{ metres: 500, seconds: null },
			{ metres: 1500, seconds: null },
		]),
	);
	expect(lines).toEqual([0, 500, 0]);
});

test("time moving leaves out standing still and gaps", () => {
	const { course } = ride(
		samples([
			{ metres: 0 },
			{ metres: 100, seconds: 20 },
			{ metres: 1, seconds: 200 },
			{ metres: 50, seconds: 10 },
			{ metres: 1500, seconds: 60 },
		]),
	);
	expect(course.moving).toBe(30e6);
	expect((course.lastTime ?? 0) - (course.firstTime ?? 0)).toBe(290e6);
});

test("climbs count from three metres up, what a receiver makes up does not", () => {
	const climbed = (elevations: readonly number[]) =>
		ride(samples(elevations.map((elevation) => ({ metres: 5, elevation }))))
			.course.ascent;
	expect(climbed([100, 102, 100, 102, 100])).toBe(0);
	expect(climbed([100, 101, 102, 103, 104])).toBe(3);
	expect(climbed([100, 110, 90, 95])).toBe(15);
	expect(
		ride(samples([{ metres: 0 }, { metres: 5 }])).course.ascent,
	).toBeNull();
});
