import type { Random } from "./random.ts";

/** A place in metres east and north of a region's centre. */
export interface Place {
	readonly x: number;
	readonly y: number;
}

/** A made-up country: roads and heights around a centre on real land. */
export interface Region {
	readonly name: string;
	/** Degrees. */
	readonly center: readonly [longitude: number, latitude: number];
	readonly nodes: readonly Place[];
	/** By node: the roads that leave it. */
	readonly roads: readonly (readonly Road[])[];
	/** Metres above the sea. */
	heightAt(place: Place): number;
}

export interface Road {
	readonly to: number;
	/** From node to node, both included. */
	readonly line: readonly Place[];
	/** Metres. */
	readonly length: number;
	/** Tells roads apart: both directions have the same. */
	readonly id: number;
}

export const distance = (a: Place, b: Place) =>
	Math.hypot(a.x - b.x, a.y - b.y);

interface Plan {
	readonly name: string;
	readonly center: readonly [longitude: number, latitude: number];
	/** Blocks of the town's grid, east and north. */
	readonly blocks: readonly [east: number, north: number];
	readonly villages: number;
	/** How far the villages lie, metres. */
	readonly radius: number;
	/** Metres of climb from the valley to the hills. */
	readonly relief: number;
	readonly bridges: readonly number[];
}

const BLOCK_METERS = 230;

/** The river's course: how far north it is at a place, metres. */
const riverAt = (x: number) =>
	420 * Math.sin(x / 2300 + 0.6) + 160 * Math.sin(x / 710) - 250;

/**
 * Lays out a town as a bent grid of streets on both banks of a river, joined by a
 * few bridges, and villages around it with winding roads between neighbours.
 */
export function makeRegion(random: Random, plan: Plan): Region {
	const nodes: Place[] = [];
	const roads: Road[][] = [];
	let id = 0;
	const addNode = (place: Place) => {
		nodes.push(place);
		roads.push([]);
		return nodes.length - 1;
	};
	const addRoad = (from: number, to: number, bend: number) => {
		const line = winding(random, at(nodes, from), at(nodes, to), bend);
		const length = lengthOf(line);
		id += 1;
		roads[from]?.push({ to, line, length, id });
		roads[to]?.push({ to: from, line: [...line].reverse(), length, id });
	};

	const [east, north] = plan.blocks;
	const town = new Map<string, number>();
	for (let row = 0; row <= north; row += 1)
		for (let column = 0; column <= east; column += 1) {
			const place = bent({
				x: (column - east / 2) * BLOCK_METERS + 38 * random.normal(),
				y: (row - north / 2) * BLOCK_METERS + 38 * random.normal(),
			});
			const edge = Math.hypot((2 * column) / east - 1, (2 * row) / north - 1);
			const ragged = 0.9 + 0.13 * Math.sin(5 * Math.atan2(place.y, place.x));
			if (edge < ragged) town.set(`${column},${row}`, addNode(place));
		}
	const corner = (column: number, row: number) =>
		town.get(`${column},${row}`) ?? null;
	const crossesRiver = (a: Place, b: Place) =>
		a.y > riverAt(a.x) !== b.y > riverAt(b.x);
	const join = (
		a: number | null,
		b: number | null,
		dry: number,
		wet: number,
	) => {
		if (a === null || b === null) return;
		const crossing = crossesRiver(at(nodes, a), at(nodes, b));
		if (random.chance(crossing ? wet : dry)) addRoad(a, b, 12);
	};
	for (let row = 0; row <= north; row += 1)
		for (let column = 0; column <= east; column += 1) {
			const here = corner(column, row);
			const bridge = plan.bridges.includes(column) ? 1 : 0;
			join(here, corner(column + 1, row), 0.78, 0);
			join(here, corner(column, row + 1), 0.78, bridge);
			join(here, corner(column + 1, row + 1), 0.13, 0);
			join(here, corner(column - 1, row + 1), 0.09, 0);
		}

	const townSize = nodes.length;
	const villages: number[] = [];
	for (
		let tries = 0;
		villages.length < plan.villages && tries < 4000;
		tries += 1
	) {
		const angle = random.between(0, 2 * Math.PI);
		const reach = plan.radius * Math.sqrt(random.between(0.03, 1));
		const place = { x: reach * Math.cos(angle), y: reach * Math.sin(angle) };
		const apart = 900 + 0.03 * plan.radius;
		if (nodes.every((other) => distance(place, other) > apart))
			villages.push(addNode(place));
	}
	const joined = new Set<string>();
	for (const village of villages) {
		const near = nodes
			.map((place, index) => ({
				index,
				far: distance(place, at(nodes, village)),
			}))
			.filter(({ index }) => index !== village)
			.sort((a, b) => a.far - b.far);
		const neighbours = near
			.filter(({ index }) => index >= townSize)
			.slice(0, 3);
		const street = near.find(({ index }) => index < townSize);
		if (street !== undefined && street.far < plan.radius / 3)
			neighbours.push(street);
		for (const { index, far } of neighbours) {
			const key = [village, index].sort((a, b) => a - b).join();
			if (joined.has(key)) continue;
			joined.add(key);
			addRoad(village, index, far * 0.06);
		}
	}

	keepLargestPart(roads);

	const phases = Array.from({ length: 6 }, () =>
		random.between(0, 2 * Math.PI),
	);
	return {
		name: plan.name,
		center: plan.center,
		nodes,
		roads,
		heightAt: ({ x, y }) => {
			const off = Math.abs(y - riverAt(x));
			const hills =
				Math.sin(x / 3100 + (phases[0] ?? 0)) +
				Math.sin(y / 2700 + (phases[1] ?? 0)) +
				0.5 * Math.sin((x + y) / 1300 + (phases[2] ?? 0)) +
				0.25 * Math.sin((x - y) / 610 + (phases[3] ?? 0));
			const rise = 1 - Math.exp(-off / 2600);
			return (
				148 + plan.relief * rise * (0.62 + 0.2 * hills) + 3 * Math.sin(x / 310)
			);
		},
	};
}

/** Turns a place about the centre, the more the farther out, so that streets curve. */
function bent({ x, y }: Place): Place {
	const turn = 0.25 + Math.hypot(x, y) / 11_000 + 0.12 * Math.sin(x / 1700);
	return {
		x: x * Math.cos(turn) - y * Math.sin(turn),
		y: x * Math.sin(turn) + y * Math.cos(turn) + 110 * Math.sin(x / 1300),
	};
}

/** Takes away the roads that do not hang together with most others. */
function keepLargestPart(roads: Road[][]): void {
	const part = new Int32Array(roads.length).fill(-1);
	const sizes: number[] = [];
	for (const [start] of roads.entries()) {
		if (part[start] !== -1) continue;
		const number = sizes.length;
		const open = [start];
		part[start] = number;
		let size = 0;
		for (let node = open.pop(); node !== undefined; node = open.pop()) {
			size += 1;
			for (const { to } of roads[node] ?? []) {
				if (part[to] !== -1) continue;
				part[to] = number;
				open.push(to);
			}
		}
		sizes.push(size);
	}
	const largest = sizes.indexOf(Math.max(...sizes));
	for (const [node, own] of roads.entries())
		if (part[node] !== largest) own.length = 0;
}

function at(nodes: readonly Place[], index: number): Place {
	const place = nodes[index];
	if (place === undefined) throw new Error(`no node ${index}`);
	return place;
}

/** A line between two places that strays sideways, by midpoint displacement. */
function winding(
	random: Random,
	from: Place,
	to: Place,
	bend: number,
): Place[] {
	let line = [from, to];
	let stray = bend;
	while (distance(from, to) / (line.length - 1) > 90) {
		const next: Place[] = [from];
		for (const [index, end] of line.entries()) {
			const start = line[index - 1];
			if (start === undefined) continue;
			const length = distance(start, end) || 1;
			const side = stray * random.normal();
			next.push({
				x: (start.x + end.x) / 2 - (side * (end.y - start.y)) / length,
				y: (start.y + end.y) / 2 + (side * (end.x - start.x)) / length,
			});
			next.push(end);
		}
		line = next;
		stray /= 2;
	}
	return line;
}

export function lengthOf(line: readonly Place[]): number {
	let length = 0;
	for (const [index, place] of line.entries()) {
		const before = line[index - 1];
		if (before !== undefined) length += distance(before, place);
	}
	return length;
}

/** The node nearest to a place that roads lead to. */
export function nodeNear(region: Region, place: Place): number {
	let best = -1;
	let far = Number.POSITIVE_INFINITY;
	for (const [index, node] of region.nodes.entries()) {
		const own = distance(node, place);
		if (own >= far || region.roads[index]?.length === 0) continue;
		best = index;
		far = own;
	}
	return best;
}

/**
 * The line along the cheapest roads from a node to another, by Dijkstra's
 * algorithm; `taste` multiplies a road's length. Null where no road leads there.
 */
export function route(
	region: Region,
	from: number,
	to: number,
	taste: (road: Road) => number,
): Place[] | null {
	const cost = new Float64Array(region.nodes.length).fill(
		Number.POSITIVE_INFINITY,
	);
	const arrival = new Map<number, { before: number; road: Road }>();
	const done = new Uint8Array(region.nodes.length);
	const open: [cost: number, node: number][] = [[0, from]];
	cost[from] = 0;
	while (open.length > 0) {
		const [reached, node] = popSmallest(open);
		if (done[node] === 1) continue;
		if (node === to) break;
		done[node] = 1;
		for (const road of region.roads[node] ?? []) {
			const total = reached + road.length * taste(road);
			if (total >= (cost[road.to] ?? 0)) continue;
			cost[road.to] = total;
			arrival.set(road.to, { before: node, road });
			pushHeap(open, [total, road.to]);
		}
	}
	const pieces: (readonly Place[])[] = [];
	for (let node = to; node !== from; ) {
		const step = arrival.get(node);
		if (step === undefined) return null;
		pieces.push(step.road.line);
		node = step.before;
	}
	return pieces
		.reverse()
		.flatMap((line, index) => (index === 0 ? line : line.slice(1)));
}

function pushHeap(heap: [number, number][], entry: [number, number]): void {
	heap.push(entry);
	let child = heap.length - 1;
	while (child > 0) {
		const parent = (child - 1) >> 1;
		if ((heap[parent] as [number, number])[0] <= entry[0]) break;
		heap[child] = heap[parent] as [number, number];
		heap[parent] = entry;
		child = parent;
	}
}

/** Takes the smallest of a heap that is not empty. */
function popSmallest(heap: [number, number][]): [number, number] {
	const smallest = heap[0] as [number, number];
	const last = heap.pop() as [number, number];
	if (heap.length === 0) return smallest;
	let parent = 0;
	for (;;) {
		let child = 2 * parent + 1;
		if (child >= heap.length) break;
		if (
			(heap[child + 1]?.[0] ?? Number.POSITIVE_INFINITY) <
			(heap[child] as [number, number])[0]
		)
			child += 1;
		if ((heap[child] as [number, number])[0] >= last[0]) break;
		heap[parent] = heap[child] as [number, number];
		parent = child;
	}
	heap[parent] = last;
	return smallest;
}
