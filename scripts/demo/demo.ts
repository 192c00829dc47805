import { createHash } from "node:crypto";
import {
	constants,
	copyFile,
	mkdir,
	readdir,
	readFile,
	rm,
	writeFile,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { makePosts } from "./posts.ts";
import { makeRides } from "./rides.ts";
import { copyObservations, makeStations } from "./weather.ts";

/** A file beside the folder that says which demo it holds, once that is whole. */
const stampOf = (folder: string) => `${resolve(folder)}.stamp`;

const SYNTHETIC_SOURCE = "Made by a seeded generator, scripts/demo";

/** Where rides start most, by names that nobody lives under. */
const PLACES = [
	{ name: "West Gate", latitude: 51.1001, longitude: 9.4055 },
	{ name: "Mill Lane", latitude: 51.1054, longitude: 9.4881 },
	{ name: "South Quarter", latitude: 51.0676, longitude: 9.43 },
	{ name: "The Works", latitude: 51.0748, longitude: 9.4758 },
	{ name: "Old Harbour", latitude: 51.0907, longitude: 9.4283 },
];

const SETTINGS = {
	title: "Lakeside demo",
	places: PLACES,
	datasets: {
		rides: {
			title: "Rides of four people",
			description:
				"600 synthetic GPX files of three years: commutes, weekend loops, runs, laps and holidays on roads that do not exist.",
			source: SYNTHETIC_SOURCE,
			licence: "CC0 1.0",
			synthetic: true,
		},
		posts: {
			title: "Posts of a small network",
			description:
				"100,000 synthetic posts of two years by authors who do not exist, with hashtags by Zipf's law, bursts and reposts.",
			source: SYNTHETIC_SOURCE,
			licence: "CC0 1.0",
			synthetic: true,
		},
		weather: {
			title: "Weather stations",
			description:
				"Stations named Synthetic are generated: every 10 minutes for two years, with gaps. Seattle and New York are real: NOAA's daily observations of 2012 to 2015 (the unit of their wind is not certain).",
			source:
				"Made by a seeded generator, scripts/demo; Seattle and New York: NOAA Climate Data Online, by way of vega-datasets",
			licence:
				"CC0 1.0; Seattle and New York: U.S. government work, in the public domain",
			synthetic: "partly",
		},
		flights: {
			title: "Flights within the United States, 2001",
			description:
				"3,000,000 real flights of the first half of 2001 with their distance and delay.",
			source:
				"U.S. Bureau of Transportation Statistics, reported under 14 CFR part 234, by way of vega-datasets",
			licence:
				"U.S. government data, in the public domain; terms not stated by the publisher",
			synthetic: false,
		},
	},
};

/**
 * Writes the demo's raw input into a folder, as a publisher's would lie there:
 * `rides/`, `posts/`, `weather/`, `flights/` and `lakeside.json`. Needs no network:
 * what is real is copied out of the installed package vega-datasets, the rest is
 * generated, the same bytes on every machine. Leaves a folder alone that holds this
 * demo already; throws where the folder holds anything else.
 */
export async function makeDemo(
	folder: string,
	onProgress: (what: string) => void = () => {},
): Promise<void> {
	const stamp = await currentStamp();
	const held = await stampIn(folder);
	if (held === stamp) return;
	if (held !== null) await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	await writeFile(stampOf(folder), "unfinished\n");

	const published = join(packageFolder("vega-datasets"), "data");
	onProgress("rides");
	await makeRides(join(folder, "rides"));
	onProgress("posts");
	await makePosts(join(folder, "posts"));
	onProgress("weather");
	await makeStations(join(folder, "weather"));
	await copyObservations(
		join(published, "weather.csv"),
		join(folder, "weather", "noaa-daily.csv"),
	);
	onProgress("flights");
	await mkdir(join(folder, "flights"));
	await copyFile(
		join(published, "flights-3m.parquet"),
		join(folder, "flights", "flights-3m.parquet"),
		constants.COPYFILE_FICLONE,
	);
	await writeFile(
		join(folder, "lakeside.json"),
		`${JSON.stringify(SETTINGS, null, "\t")}\n`,
	);
	await writeFile(stampOf(folder), stamp);
}

/** Names the demo by what makes it: the text of the generators and the package. */
async function currentStamp(): Promise<string> {
	const hash = createHash("sha256");
	const names = (await readdir(import.meta.dirname)).filter(
		(name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
	);
	for (const name of names.sort())
		hash.update(await readFile(join(import.meta.dirname, name)));
	hash.update(
		await readFile(join(packageFolder("vega-datasets"), "package.json")),
	);
	return `${hash.digest("hex")}\n`;
}

/** The stamp of the demo in a folder, null for an empty folder or none. */
async function stampIn(folder: string): Promise<string | null> {
	const names = await unlessMissing(readdir(folder));
	const stamp = await unlessMissing(readFile(stampOf(folder), "utf8"));
	if (names === null || names.length === 0) return null;
	if (stamp === null)
		throw new Error(
			`${folder} holds something else than the demo: give a folder that is empty`,
		);
	return stamp;
}

async function unlessMissing<Value>(
	reading: Promise<Value>,
): Promise<Value | null> {
	try {
		return await reading;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}

function packageFolder(name: string): string {
	return dirname(dirname(createRequire(import.meta.url).resolve(name)));
}
