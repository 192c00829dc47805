import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, untargeted } from "../figure.ts";
import { runRival, writeFlights } from "./by-hand.ts";
import { measuredBuild } from "./measured-build.ts";
import { writeRides } from "./ride-files.ts";

const FILES = 1000;
const POINTS = 1000;
const TARGET_RATE = 40;
const TARGET_MEMORY = 1000;

/** Rows by which the machine's own pace is told. */
const PACE_ROWS = 5_000_000;

/** GPX to published lake: how fast, and how much memory the largest process takes. */
export async function bench(): Promise<Figure[]> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-pipeline-"));
	try {
		const bytes = await writeRides(
			join(folder, "input", "rides"),
			FILES,
			POINTS,
		);
		const { report, seconds, peak } = await measuredBuild(folder, []);
		const points = report.tables.find(({ name }) => name === "ride_points");
		if (report.exitCode !== 0 || points?.rows !== FILES * POINTS)
			throw new Error(
				`the build is not right: exit ${report.exitCode}, ${points?.rows} points`,
			);
		const rate = bytes / 1e6 / seconds;
		const megabytes = peak / 1e6;
		return [
			{
				id: "pipeline.gpx",
				what: `${FILES} GPX files of ${POINTS} points (${Math.round(bytes / 1e6)} MB) to a published lake, start of the process to its end`,
				value: rate,
				unit: "MB/s",
				target: TARGET_RATE,
				met: rate >= TARGET_RATE,
			},
			{
				id: "pipeline.gpx.memory",
				what: "Peak resident memory (VmHWM) of the largest process of that build",
				value: megabytes,
				unit: "MB",
				target: TARGET_MEMORY,
				met: megabytes < TARGET_MEMORY,
			},
			...Object.entries(report.stepSeconds).map(([step, value]) =>
				untargeted(
					`pipeline.gpx.seconds.${step}`,
					`Of that, the step "${step}"`,
					value,
					"s",
				),
			),
			await pace(folder),
		];
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** How fast the machine is just now, for comparing figures of different machines and hours. */
async function pace(folder: string): Promise<Figure> {
	const flights = join(folder, "flights");
	await writeFlights(flights, PACE_ROWS);
	const ran = await runRival("duckdb", flights, join(folder, "duckdb"));
	return untargeted(
		"pipeline.pace",
		`The machine's own pace: ${PACE_ROWS / 1e6} million flights shuffled and sorted by hand in DuckDB's SQL, after that build`,
		PACE_ROWS / (ran?.seconds ?? Number.NaN) / 1e6,
		"million rows/s",
	);
}
