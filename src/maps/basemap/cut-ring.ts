/** A point of a ring; the last is joined to the first. */
export type RingPoint = readonly number[];

/** What of a ring lies in a box (Sutherland and Hodgman, 1974): parts of it may be joined along the box's sides. */
export function cutRing(
	ring: readonly RingPoint[],
	box: {
		readonly from: readonly [x: number, y: number];
		readonly to: readonly [x: number, y: number];
	},
): readonly RingPoint[] {
	let cut = ring;
	for (const axis of [0, 1] as const) {
		cut = cutAt(cut, axis, box.from[axis], 1);
		cut = cutAt(cut, axis, box.to[axis], -1);
	}
	return cut;
}

/** What of a ring lies on one side of a limit: above it where the sign is 1. */
function cutAt(
	ring: readonly RingPoint[],
	axis: 0 | 1,
	limit: number,
	sign: 1 | -1,
): readonly RingPoint[] {
	const isWithin = (point: RingPoint) =>
		((point[axis] as number) - limit) * sign >= 0;
	if (ring.every(isWithin)) return ring;
	const kept: RingPoint[] = [];
	let from = ring.at(-1) as RingPoint;
	for (const to of ring) {
		if (isWithin(from) !== isWithin(to)) {
			const [x1 = 0, y1 = 0] = from;
			const [x2 = 0, y2 = 0] = to;
			const start = from[axis] as number;
			const share = (limit - start) / ((to[axis] as number) - start);
			kept.push([x1 + (x2 - x1) * share, y1 + (y2 - y1) * share]);
		}
		if (isWithin(to)) kept.push(to);
		from = to;
	}
	return kept;
}
