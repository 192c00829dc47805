import { randomFrom } from "../../src/lib/random.ts";

/** A ride of some points near a town, as a GPX file. */
export function seededRide(seed: number, points = 40): string {
	const random = randomFrom(seed);
	let [latitude, longitude] = [48.1 + random() / 50, 11.5 + random() / 50];
	const start = Date.UTC(2021 + (seed % 3), 0, 1 + (seed % 300), 6);
	const samples = Array.from({ length: points }, (_, index) => {
		latitude += (random() - 0.5) / 2000;
		longitude += (random() - 0.5) / 2000;
		return `<trkpt lat="${latitude}" lon="${longitude}"><ele>${500 + random() * 9}</ele><time>${new Date(start + index * 5000).toISOString()}</time></trkpt>`;
	});
	return `<?xml version="1.0"?><gpx version="1.1"><trk><name>Ride ${seed}</name><trkseg>${samples.join("\n")}</trkseg></trk></gpx>`;
}

/** Posts of consecutive ids as JSON Lines. Another `edition` says something else of the same posts. */
export function seededPosts(
	firstId: number,
	count: number,
	edition = "",
): string {
	return Array.from({ length: count }, (_, index) => {
		const id = firstId + index;
		const random = randomFrom(id);
		const tags = [`Tag${Math.floor(random() * 7)}`, `${edition}Own`];
		const post = {
			id_str: String(id),
			created_at: twitterTime(Date.UTC(2014, 7, 1) + id * 1_000_000),
			text: `${edition} #${tags[0]} #${tags[1]}`,
			entities: { hashtags: tags.map((text) => ({ text })) },
			user: { screen_name: `user${id % 5}` },
		};
		return `${JSON.stringify(post)}\n`;
	}).join("");
}

/** Hourly readings of a station as CSV; every seventh is off by `offset`. */
export function seededReadings(
	station: string,
	firstHour: number,
	hours: number,
	offset = 0,
): string {
	const lines = Array.from({ length: hours }, (_, index) => {
		const hour = firstHour + index;
		const time = new Date(Date.UTC(2020, 0, 1) + hour * 3_600_000);
		const value = (hour % 40) / 4 + (hour % 7 === 0 ? offset : 0);
		return `${time.toISOString()},${value},${station}\n`;
	});
	return `time,temperature [°C],station\n${lines.join("")}`;
}

function twitterTime(milliseconds: number): string {
	const [weekday, day, month, year, time] = new Date(milliseconds)
		.toUTCString()
		.replace(",", "")
		.split(" ");
	return `${weekday} ${month} ${day} ${time} +0000 ${year}`;
}
