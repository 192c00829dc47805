import { type MapScreen, turnsOf } from "../map-screen.ts";

/** Points nearer than this to the last one drawn are left out, in CSS pixels. */
const TOLERANCE = 0.6;

/** Beyond the screen's edges lines are still drawn, for their width, in CSS pixels. */
const MARGIN = 8;

/** What takes a line: a canvas path, or a test's. */
export interface PathSink {
	moveTo(x: number, y: number): void;
	lineTo(x: number, y: number): void;
}

/**
 * Adds a line of world coordinates (see `Track`) to a path in CSS pixels, wherever
 * the screen shows it: once for each turn of the world. What the eye cannot see is
 * left out: points within {@link TOLERANCE}, and pieces beyond one edge.
 */
export function addLine(
	path: PathSink,
	line: Float64Array,
	screen: MapScreen,
): void {
	let [west, east] = [Infinity, -Infinity];
	for (let index = 0; index < line.length; index += 2) {
		west = Math.min(west, line[index] as number);
		east = Math.max(east, line[index] as number);
	}
	const margin = MARGIN / screen.world;
	for (const turn of turnsOf(screen, west - margin, east + margin))
		addTurn(path, line, screen, turn);
}

function addTurn(
	path: PathSink,
	line: Float64Array,
	{ left, top, world, width, height }: MapScreen,
	turn: number,
): void {
	let fromX = 0;
	let fromY = 0;
	let fromSide = 0;
	let isOpen = false;
	for (let index = 0; index < line.length; index += 2) {
		const x = ((line[index] as number) + turn - left) * world;
		const y = ((line[index + 1] as number) - top) * world;
		const side = sideOf(x, y, width, height);
		const isLast = index === line.length - 2;
		if (index === 0) {
			[fromX, fromY, fromSide] = [x, y, side];
			if (!isLast) continue;
		}
		const isNear =
			Math.abs(x - fromX) < TOLERANCE && Math.abs(y - fromY) < TOLERANCE;
		if (isNear && !isLast) continue;
		if ((side & fromSide) !== 0) isOpen = false;
		else {
			if (!isOpen) path.moveTo(fromX, fromY);
			path.lineTo(x, y);
			isOpen = true;
		}
		[fromX, fromY, fromSide] = [x, y, side];
	}
}

/** Beyond which edges a point lies, as bits: two points that share one have nothing between them on the screen. */
function sideOf(x: number, y: number, width: number, height: number): number {
	return (
		(x < -MARGIN ? 1 : 0) |
		(x > width + MARGIN ? 2 : 0) |
		(y < -MARGIN ? 4 : 0) |
		(y > height + MARGIN ? 8 : 0)
	);
}
