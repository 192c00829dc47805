import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, untargeted } from "./figure.ts";
import { measuredBuild } from "./pipeline/measured-build.ts";
import { ride, writeRides } from "./pipeline/ride-files.ts";

const SMALL_FILES = 10_000;
const TARGET_SECONDS = 2;

const RIDES = 700;
const POINTS = 1429;
const TARGET_SHARE = 10;

/** What a build costs that follows another one: nothing new, and one new ride. */
export async function bench(): Promise<Figure[]> {
	return [...(await inFolder(nothingNew)), ...(await inFolder(oneRide))];
}

async function inFolder(
	measure: (folder: string) => Promise<Figure[]>,
): Promise<Figure[]> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-incremental-"));
	try {
		return await measure(folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function nothingNew(folder: string): Promise<Figure[]> {
	const posts = join(folder, "input", "posts");
	await mkdir(posts, { recursive: true });
	for (let id = 0; id < SMALL_FILES; id++)
		await writeFile(
			join(posts, `${id}.jsonl`),
			`{"id_str":"${id}","created_at":"Sun Aug 31 00:29:15 +0000 2014","text":"#one","entities":{"hashtags":[{"text":"one"}]},"user":{"screen_name":"one"}}\n`,
		);
	const first = await measuredBuild(folder, []);
	const { report, seconds } = await measuredBuild(folder, []);
	if (first.report.exitCode !== 0 || !report.unchanged)
		throw new Error(`not unchanged after exit ${first.report.exitCode}`);
	return [
		{
			id: "incremental.nothing",
			what: `A build over ${SMALL_FILES} small files of which none is new, start of the process to its end`,
			value: seconds,
			unit: "s",
			target: TARGET_SECONDS,
			met: seconds < TARGET_SECONDS,
		},
		untargeted(
			"incremental.nothing.first",
			"The first build of these files",
			first.seconds,
			"s",
		),
	];
}

async function oneRide(folder: string): Promise<Figure[]> {
	const rides = join(folder, "input", "rides");
	await writeRides(rides, RIDES, POINTS);
	const full = await measuredBuild(folder, []);
	await writeFile(join(rides, "new.gpx"), ride(RIDES, POINTS));
	const next = await measuredBuild(folder, []);
	const [table] = next.report.tables;
	if (next.report.exitCode !== 0 || table?.rows !== RIDES + 1)
		throw new Error(
			`the build is not right: exit ${next.report.exitCode}, ${table?.rows} rides`,
		);
	const share = (next.seconds / full.seconds) * 100;
	return [
		{
			id: "incremental.ride",
			what: `One new ride into ${RIDES} of ${POINTS} points each, as a share of the build of all, start of the process to its end`,
			value: share,
			unit: "%",
			target: TARGET_SHARE,
			met: share <= TARGET_SHARE,
		},
		untargeted(
			"incremental.ride.full",
			"The build of all rides",
			full.seconds,
			"s",
		),
		untargeted(
			"incremental.ride.one",
			"The build with the new ride",
			next.seconds,
			"s",
		),
		...Object.entries(next.report.stepSeconds).map(([step, value]) =>
			untargeted(
				`incremental.ride.one.${step}`,
				`Of that, the step "${step}"`,
				value,
				"s",
			),
		),
	];
}
