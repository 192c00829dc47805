import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const START = Date.UTC(2024, 4, 1, 6);
const MINUTE = 60_000;

/** Of the place where all rides start. */
export const HOSTILE_NAME = "<img src=x onerror=alert(1)> Pier";

/** A publisher's folder with a few rides, posts and readings; the same bytes each time. */
export async function writeSmallInput(folder: string): Promise<void> {
	const files: [path: string, text: string][] = [
		...Array.from({ length: 8 }, (_, ride): [string, string] => [
			`rides/ride-${ride}.gpx`,
			gpx(ride),
		]),
		["rides/undated.gpx", gpx(8).replaceAll(/<time>[^<]*<\/time>/g, "")],
		[
			"lakeside.json",
			JSON.stringify({
				places: [{ name: HOSTILE_NAME, latitude: 47.66, longitude: 9.17 }],
			}),
		],
		["posts/posts.jsonl", posts()],
		["weather/pier/outdoor.csv", weather()],
	];
	for (const [path, text] of files) {
		const target = join(folder, path);
		await mkdir(dirname(target), { recursive: true });
		await writeFile(target, text);
	}
}

/** Names that differ in what lower case does to them. */
const RIDE_NAMES = [
	"Große Runde",
	"İzmir",
	"MORNING RIDE",
	"Nach Hause",
	"Ride",
];

/** The same street every time, then each ride its own way; of any kind, at any time of the day. */
function gpx(ride: number): string {
	const start = START + ride * 86_400_000 + (ride % 4) * 300 * MINUTE;
	const type = ["<type>cycling</type>", "<type>running</type>", ""][ride % 3];
	const points = Array.from({ length: 200 }, (_, i) => {
		const along = Math.min(i, 100);
		const aside = i < 100 ? 0 : (i - 100) * Math.cos(ride);
		const up = i < 100 ? 0 : (i - 100) * Math.sin(ride);
		const time = new Date(start + i * 5_000).toISOString();
		return `<trkpt lat="${(47.66 + up * 2e-4).toFixed(6)}" lon="${(9.17 + along * 3e-4 + aside * 3e-4).toFixed(6)}"><ele>${400 + (i % 30)}</ele><time>${time}</time></trkpt>`;
	});
	return `<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>${RIDE_NAMES[ride % 5]} ${ride}</name>${type}<trkseg>${points.join("")}</trkseg></trk></gpx>`;
}

function posts(): string {
	const tags = ["lake", "Morning", "wind", "ferry"];
	return Array.from({ length: 400 }, (_, i) => {
		const mine = tags.slice(0, i % (tags.length + 1));
		return JSON.stringify({
			id_str: String(1000 + i),
			created_at: new Date(START + i * 97 * MINUTE).toISOString(),
			text: mine.map((tag) => `#${tag}`).join(" "),
			user: { screen_name: `person${i % 7}` },
			entities: { hashtags: mine.map((text) => ({ text })) },
			...(i % 9 === 4 ? { retweeted_status: {} } : {}),
		});
	}).join("\n");
}

function weather(): string {
	const lines = Array.from({ length: 2000 }, (_, i) => {
		const time = new Date(START + i * 10 * MINUTE).toISOString();
		return `${time},${(12 + 6 * Math.sin(i / 23)).toFixed(1)},${60 + (i % 17)}`;
	});
	return `time,Temperature (°C),Humidity (%)\n${lines.join("\n")}\n`;
}
