import { expect, test } from "vitest";
import { readGpx } from "./gpx.ts";

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
	const bytes = new TextEncoder().encode(text);
	for (let at = 0; at < bytes.length; at += 5000)
		yield bytes.subarray(at, at + 5000);
}

const waypoint = (name: string) =>
	`<wpt lat="1" lon="2"><name>${name}</name></wpt>`;

test("of names of waypoints no more is kept than a thousand short ones", async () => {
	const names = Array.from({ length: 1200 }, (_, index) => `Pier ${index}`);
	const long = ["x".repeat(501), `${" ".repeat(100_000)}Hidden`];
	const gpx = `<gpx>${[...long, ...names].map(waypoint).join("")}</gpx>`;
	const header = await readGpx(
		() => chunksOf(gpx),
		() => {},
		async () => {},
	);
	expect(header.waypoints).toBe(1202);
	expect(header.named.map(({ name }) => name)).toEqual(names.slice(0, 1000));
});

test("a point has the name of its track, cut where it is a story", async () => {
	const track = (name: string) =>
		`<trk>${name}<trkseg><trkpt lat="1" lon="2"/></trkseg></trk>`;
	const long = "🚲".repeat(40_000);
	const names = ["One", "Two", long];
	const gpx = `<gpx>${names.map((name) => track(`<name>${name}</name>`)).join("")}<trk/>${track("")}</gpx>`;
	const points: (readonly [number, string | null])[] = [];
	await readGpx(
		() => chunksOf(gpx),
		({ track, trackName }) => points.push([track, trackName]),
		async () => {},
	);
	expect(points).toEqual([
		[0, "One"],
		[1, "Two"],
		[2, `${"🚲".repeat(249)}…`],
		[4, null],
	]);
});
