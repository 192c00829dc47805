import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Random } from "./random.ts";
import {
	distance,
	makeRegion,
	nodeNear,
	type Place,
	type Region,
	type Road,
	route,
} from "./roads.ts";

const COUNT = 600;
const START = Date.UTC(2022, 0, 1);
const DAYS = 1096;
const DAY_MS = 86_400_000;
const METERS_PER_DEGREE = 111_195;

/** Rides that are not commutes, of all riders together. */
const WEEKEND_LOOPS = 88;
const TRACK_SESSIONS = 34;
const RUNS = 46;
const HOLIDAY_RIDES = 18;
const UNDATED = 4;

interface Rider {
	readonly name: string;
	readonly home: Place;
	readonly work: Place;
	/** Minutes after midnight, UTC. */
	readonly leavesAt: number;
	/** Metres a second on the flat. */
	readonly speed: number;
	/** How keen: the share of commutes, loops and the like. */
	readonly share: number;
	readonly tastes: Map<number, number>;
}

interface Activity {
	readonly title: string;
	readonly kind: "cycling" | "running" | "walking";
	readonly region: Region;
	readonly line: readonly Place[];
	/** Milliseconds since 1970; null for a file without times. */
	readonly start: number | null;
	readonly speed: number;
	/** Chance of a stop at each 100 metres. */
	readonly stops: number;
	/** A long rest in the middle, which the recorder pauses for. */
	readonly rest: boolean;
	readonly rider: Rider;
}

/**
 * Writes 600 synthetic GPX files of three years: four riders who commute along
 * their own ways through a made-up town on two banks of a river, ride loops over
 * the villages at weekends, run, do laps on a track and ride elsewhere on holiday;
 * with slopes, stops, pauses and a receiver that drifts by a few metres. The land
 * is real, the roads and riders are not.
 */
export async function makeRides(folder: string): Promise<void> {
	const random = new Random("lakeside rides");
	const home = makeRegion(random, {
		name: "home",
		center: [9.4432, 51.0873],
		blocks: [36, 30],
		villages: 90,
		radius: 21_000,
		relief: 210,
		bridges: [4, 11, 17, 23, 30],
	});
	const away = [
		{ name: "Mallorca", center: [2.985, 39.625], relief: 120 },
		{ name: "Jutland", center: [9.28, 56.11], relief: 60 },
		{ name: "Vosges", center: [7.02, 48.06], relief: 520 },
	].map(({ name, center, relief }) =>
		makeRegion(random, {
			name,
			center: center as [number, number],
			blocks: [6, 5],
			villages: 24,
			radius: 13_000,
			relief,
			bridges: [1, 4],
		}),
	);
	const riders = makeRiders();
	const activities = [
		...weekendLoops(random, riders, home),
		...trackSessions(random, riders, home),
		...runs(random, riders, home),
		...holidays(random, riders, away),
	];
	activities.push(...commutes(random, riders, home, COUNT - activities.length));
	const undated = new Set(
		random.shuffled(activities.map((_, index) => index)).slice(0, UNDATED),
	);
	const folders = new Set<string>();
	for (const [index, activity] of activities.entries()) {
		const day =
			activity.start === null
				? ""
				: new Date(activity.start)
						.toISOString()
						.slice(0, 16)
						.replaceAll(":", "");
		const bare = undated.has(index);
		const below = join(
			folder,
			activity.rider.name,
			bare ? "undated" : day.slice(0, 4),
		);
		if (!folders.has(below)) {
			await mkdir(below, { recursive: true });
			folders.add(below);
		}
		const name = bare ? `planned-${index}.gpx` : `${day}-${activity.kind}.gpx`;
		await writeFile(
			join(below, name),
			gpxOf(random, bare ? { ...activity, start: null } : activity),
		);
	}
}

function makeRiders(): Rider[] {
	const riders = [
		["ada", [-2700, 1450], [2300, -1500], 385, 6.1, 0.4],
		["ben", [3100, 1900], [-1100, 300], 425, 5.4, 0.3],
		["cleo", [-900, -2300], [600, 1900], 452, 4.9, 0.2],
		["dee", [1500, -2500], [-3300, -900], 405, 6.6, 0.1],
	] as const;
	return riders.map(([name, [hx, hy], [wx, wy], leavesAt, speed, share]) => ({
		name,
		home: { x: hx, y: hy },
		work: { x: wx, y: wy },
		leavesAt,
		speed,
		share,
		tastes: new Map(),
	}));
}

/** What a rider thinks of a road: always the same, so that habits form. */
function tasteOf(random: Random, rider: Rider, fickle: number) {
	const today = new Map<number, number>();
	return ({ id }: Road): number => {
		const lasting = remember(rider.tastes, id, () =>
			random.between(0.75, 1.35),
		);
		return lasting * remember(today, id, () => 1 + fickle * random.next());
	};
}

function remember(
	known: Map<number, number>,
	id: number,
	make: () => number,
): number {
	const value = known.get(id) ?? make();
	known.set(id, value);
	return value;
}

function pickRider(random: Random, riders: readonly Rider[]): Rider {
	let target = random.next();
	for (const rider of riders) {
		target -= rider.share;
		if (target < 0) return rider;
	}
	return riders[0] as Rider;
}

/** Days of the three years, each at most once, that the season and a rule favour. */
function chooseDays(
	random: Random,
	count: number,
	suits: (weekday: number) => boolean,
): number[] {
	const chosen = new Set<number>();
	while (chosen.size < count) {
		const day = random.integer(0, DAYS - 1);
		const weekday = new Date(START + day * DAY_MS).getUTCDay();
		const season = 0.55 - 0.45 * Math.cos(((day - 15) / 365.25) * 2 * Math.PI);
		if (suits(weekday) && random.chance(season)) chosen.add(day);
	}
	return [...chosen].sort((a, b) => a - b);
}

function commutes(
	random: Random,
	riders: readonly Rider[],
	region: Region,
	count: number,
): Activity[] {
	const isWorkday = (weekday: number) => weekday >= 1 && weekday <= 5;
	const activities: Activity[] = [];
	const taken = new Set<string>();
	while (activities.length < count) {
		const rider = pickRider(random, riders);
		const [day = 0] = chooseDays(random, 1, isWorkday);
		const back = random.chance(0.48);
		const key = `${rider.name} ${day} ${back}`;
		if (taken.has(key)) continue;
		taken.add(key);
		const home = nodeNear(region, rider.home);
		const work = nodeNear(region, rider.work);
		const line = back
			? route(region, work, home, tasteOf(random, rider, 0.25))
			: route(region, home, work, tasteOf(random, rider, 0.12));
		if (line === null) throw new Error(`no way to work for ${rider.name}`);
		const minutes = back
			? rider.leavesAt + 540 + 40 * random.normal()
			: rider.leavesAt + 9 * random.normal();
		activities.push({
			title: back ? "Way home" : "Way to work",
			kind: "cycling",
			region,
			line,
			start: startOf(random, day, minutes),
			speed: rider.speed * random.between(0.92, 1.07),
			stops: 0.05,
			rest: false,
			rider,
		});
	}
	return activities;
}

function weekendLoops(
	random: Random,
	riders: readonly Rider[],
	region: Region,
): Activity[] {
	return chooseDays(random, WEEKEND_LOOPS, (weekday) => weekday % 6 === 0).map(
		(day) => {
			const rider = pickRider(random, riders);
			const line = loop(
				random,
				region,
				rider,
				rider.home,
				random.between(4500, 14_000),
			);
			return {
				title: random.pick([
					"Sunday loop",
					"Over the villages",
					"Hills and back",
					"Coffee ride",
					"Along the river",
				]),
				kind: "cycling",
				region,
				line,
				start: startOf(random, day, random.between(420, 780)),
				speed: rider.speed * random.between(1, 1.2),
				stops: 0.008,
				rest: random.chance(0.45),
				rider,
			};
		},
	);
}

/** A round over three places at about the same distance, back to where it began. */
function loop(
	random: Random,
	region: Region,
	rider: Rider,
	from: Place,
	reach: number,
): Place[] {
	for (;;) {
		const angle = random.between(0, 2 * Math.PI);
		const turn = random.pick([-1, 1]) * random.between(0.6, 1.1);
		const stops = [0, 1, 2].map((leg) => {
			const far = reach * random.between(0.75, 1.15);
			return nodeNear(region, {
				x: far * Math.cos(angle + leg * turn),
				y: far * Math.sin(angle + leg * turn),
			});
		});
		const start = nodeNear(region, from);
		const nodes = [start, ...stops, start];
		const taste = tasteOf(random, rider, 0.4);
		const legs = nodes
			.slice(1)
			.map((node, index) => route(region, nodes[index] ?? start, node, taste));
		const line = legs.flatMap((leg) => leg ?? []);
		if (!legs.includes(null) && line.length > 10) return line;
	}
}

function trackSessions(
	random: Random,
	riders: readonly Rider[],
	region: Region,
): Activity[] {
	const track: Place = { x: 420, y: -1650 };
	return chooseDays(
		random,
		TRACK_SESSIONS,
		(weekday) => weekday === 2 || weekday === 4,
	).map((day) => {
		const rider = pickRider(random, riders);
		return {
			title: "Track session",
			kind: "running",
			region,
			line: laps(track, random.integer(10, 26)),
			start: startOf(random, day, random.between(990, 1110)),
			speed: random.between(3.1, 4.2),
			stops: 0,
			rest: random.chance(0.3),
			rider,
		};
	});
}

/** Laps of 400 metres: two straights of 84.39 m, two bends of 36.5 m radius. */
function laps(center: Place, count: number): Place[] {
	const half = 84.39 / 2;
	const radius = 36.5 + 0.3;
	const lap: Place[] = [];
	for (let step = 0; step < 24; step += 1) {
		const angle =
			-Math.PI / 2 + ((step % 12) / 11) * Math.PI + (step < 12 ? 0 : Math.PI);
		lap.push({
			x: center.x + (step < 12 ? half : -half) + radius * Math.cos(angle),
			y: center.y + radius * Math.sin(angle),
		});
	}
	return Array.from({ length: count }, () => lap).flat();
}

function runs(
	random: Random,
	riders: readonly Rider[],
	region: Region,
): Activity[] {
	return chooseDays(random, RUNS, () => true).map((day) => {
		const rider = pickRider(random, riders);
		const walks = random.chance(0.25);
		return {
			title: walks ? "Walk" : "Morning run",
			kind: walks ? "walking" : "running",
			region,
			line: loop(
				random,
				region,
				rider,
				rider.home,
				walks ? random.between(300, 900) : random.between(500, 1900),
			),
			start: startOf(
				random,
				day,
				walks ? random.between(720, 960) : random.between(300, 400),
			),
			speed: walks ? random.between(1.25, 1.5) : random.between(2.6, 3.4),
			stops: 0.01,
			rest: false,
			rider,
		};
	});
}

function holidays(
	random: Random,
	riders: readonly Rider[],
	regions: readonly Region[],
): Activity[] {
	return Array.from({ length: HOLIDAY_RIDES }, (_, index) => {
		const trip = index % regions.length;
		const region = regions[trip] as Region;
		const rider = riders[trip] as Rider;
		const first = [475, 930, 205][trip] ?? 0;
		const day = first + Math.floor(index / regions.length);
		const reach = random.between(4000, 9500);
		return {
			title: `${region.name}, day ${Math.floor(index / regions.length) + 1}`,
			kind: "cycling",
			region,
			line: loop(
				random,
				region,
				{ ...rider, tastes: new Map() },
				{ x: 0, y: 0 },
				reach,
			),
			start: startOf(random, day, random.between(450, 600)),
			speed: rider.speed,
			stops: 0.01,
			rest: random.chance(0.6),
			rider,
		};
	});
}

const startOf = (random: Random, day: number, minutes: number) =>
	START +
	day * DAY_MS +
	Math.round(minutes * 60 + random.between(0, 59)) * 1000;

interface Sample {
	readonly place: Place;
	/** Seconds since the start. */
	readonly seconds: number;
	/** Whether the recorder was paused before it. */
	readonly breaks: boolean;
}

/** Goes along a line second by second and takes a sample every 4 to 6 seconds. */
function* samplesOf(random: Random, activity: Activity): Generator<Sample> {
	const { line, region } = activity;
	const restAt = activity.rest
		? Math.floor(line.length * random.between(0.4, 0.6))
		: -1;
	let seconds = 0;
	let nextSample = 0;
	let leg = 1;
	let along = 0;
	let speed = 0.5;
	let sinceStop = 0;
	let mood = 0;
	let breaks = false;
	while (leg < line.length) {
		const from = line[leg - 1] as Place;
		const to = line[leg] as Place;
		const length = distance(from, to);
		if (length === 0 || along >= length) {
			along = Math.max(0, along - length);
			leg += 1;
			if (leg === restAt) {
				seconds += random.integer(500, 1900);
				breaks = true;
				nextSample = seconds;
			}
			const after = line[leg];
			if (after !== undefined && length > 0)
				speed *= 0.35 + 0.65 * Math.max(0, straightness(from, to, after));
			continue;
		}
		const share = along / length;
		const place = {
			x: from.x + (to.x - from.x) * share,
			y: from.y + (to.y - from.y) * share,
		};
		if (seconds >= nextSample) {
			yield { place, seconds, breaks };
			breaks = false;
			nextSample = seconds + random.integer(4, 6);
		}
		if (sinceStop > 100) {
			sinceStop = 0;
			if (random.chance(activity.stops)) {
				const until = seconds + random.integer(8, 55);
				for (; seconds < until; seconds = Math.max(nextSample, seconds + 1)) {
					if (seconds < nextSample) continue;
					yield { place, seconds, breaks: false };
					nextSample = seconds + random.integer(4, 6);
				}
				speed = 0.5;
			}
		}
		const slope = (region.heightAt(to) - region.heightAt(from)) / length;
		mood = 0.97 * mood + 0.03 * random.normal();
		const wanted = activity.speed * clamp(1 - 7 * slope + mood, 0.35, 1.75);
		speed = clamp(speed + clamp(wanted - speed, -1.2, 0.6), 0.4, 17);
		along += speed;
		sinceStop += speed;
		seconds += 1;
	}
}

/** Cosine of the turn at a place: 1 straight on, 0 at a right angle. */
function straightness(from: Place, via: Place, to: Place): number {
	const before = distance(from, via) || 1;
	const after = distance(via, to) || 1;
	return (
		((via.x - from.x) * (to.x - via.x) + (via.y - from.y) * (to.y - via.y)) /
		(before * after)
	);
}

const clamp = (value: number, low: number, high: number) =>
	Math.min(high, Math.max(low, value));

function gpxOf(random: Random, activity: Activity): string {
	const [longitude, latitude] = activity.region.center;
	const perDegree = METERS_PER_DEGREE * Math.cos((latitude * Math.PI) / 180);
	const withHeight = !random.chance(0.04);
	const lines = [
		'<?xml version="1.0" encoding="UTF-8"?>',
		'<gpx version="1.1" creator="Lakeside demo" xmlns="http://www.topografix.com/GPX/1/1">',
		" <metadata><desc>Synthetic: made by a generator</desc></metadata>",
		` <trk><name>${activity.title}</name><type>${activity.kind}</type><trkseg>`,
	];
	const drift = {
		x: 2 * random.normal(),
		y: 2 * random.normal(),
		height: 3 * random.normal(),
	};
	for (const { place, seconds, breaks } of samplesOf(random, activity)) {
		if (breaks) lines.push(" </trkseg><trkseg>");
		drift.x = 0.93 * drift.x + 1.1 * random.normal();
		drift.y = 0.93 * drift.y + 1.1 * random.normal();
		drift.height = 0.98 * drift.height + 0.25 * random.normal();
		const north = latitude + (place.y + drift.y) / METERS_PER_DEGREE;
		const east = longitude + (place.x + drift.x) / perDegree;
		const height = withHeight
			? `<ele>${(activity.region.heightAt(place) + drift.height).toFixed(1)}</ele>`
			: "";
		const time =
			activity.start === null
				? ""
				: `<time>${new Date(activity.start + seconds * 1000).toISOString().slice(0, 19)}Z</time>`;
		lines.push(
			`  <trkpt lat="${north.toFixed(6)}" lon="${east.toFixed(6)}">${height}${time}</trkpt>`,
		);
	}
	lines.push(" </trkseg></trk>", "</gpx>", "");
	return lines.join("\n");
}
