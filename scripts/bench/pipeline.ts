import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { randomFrom } from "../../src/lib/random.ts";
import { peakBytes } from "../steps/memory.ts";
import type { BuildReport } from "../steps/report.ts";
import type { Figure } from "./figure.ts";

const FILES = 1000;
const POINTS = 1000;
const TARGET_RATE = 20;
const TARGET_MEMORY = 1000;

/** GPX to published lake: how fast, and how much memory the largest process takes. */
export async function bench(): Promise<Figure[]> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-pipeline-"));
	try {
		const bytes = await writeRides(join(folder, "input", "rides"));
		const { report, seconds, peak } = await build(folder);
		const points = report.tables.find(({ name }) => name === "ride_points");
		if (report.exitCode !== 0 || points?.rows !== FILES * POINTS)
			throw new Error(
				`the build is not right: exit ${report.exitCode}, ${points?.rows} points`,
			);
		const rate = bytes / 1e6 / seconds;
		const megabytes = Math.max(peak, report.peakProcessBytes) / 1e6;
		return [
			{
				id: "pipeline.throughput",
				what: `${FILES} GPX files of ${POINTS} points (${Math.round(bytes / 1e6)} MB) to a published lake, start of the process to its end`,
				value: rate,
				unit: "MB/s",
				target: TARGET_RATE,
				met: rate >= TARGET_RATE,
			},
			{
				id: "pipeline.memory",
				what: "Peak resident memory (VmHWM) of the largest process of that build",
				value: megabytes,
				unit: "MB",
				target: TARGET_MEMORY,
				met: megabytes < TARGET_MEMORY,
			},
			...Object.entries(report.stepSeconds).map(([step, value]) => ({
				id: `pipeline.seconds.${step}`,
				what: `Of that, the step "${step}"`,
				value,
				unit: "s",
				target: null,
				met: null,
			})),
		];
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Runs the command as a user would and watches the memory of it and its children. */
async function build(
	folder: string,
): Promise<{ report: BuildReport; seconds: number; peak: number }> {
	const script = fileURLToPath(new URL("../build-data.ts", import.meta.url));
	const started = performance.now();
	const child = spawn(
		process.execPath,
		[
			script,
			"--input",
			join(folder, "input"),
			"--out",
			join(folder, "lake"),
			"--json",
		],
		{ stdio: ["ignore", "pipe", "ignore"] },
	);
	let peak = 0;
	const watch = setInterval(async () => {
		if (child.pid === undefined) return;
		const pids = [child.pid, ...(await childrenOf(child.pid))];
		peak = Math.max(peak, ...pids.map(peakBytes));
	}, 200);
	try {
		const parts: Buffer[] = [];
		for await (const part of child.stdout) parts.push(part as Buffer);
		const seconds = (performance.now() - started) / 1000;
		return {
			report: JSON.parse(Buffer.concat(parts).toString()) as BuildReport,
			seconds,
			peak,
		};
	} finally {
		clearInterval(watch);
	}
}

/** Where the system tells a process's children; elsewhere none. */
async function childrenOf(pid: number): Promise<number[]> {
	const path = `/proc/${pid}/task/${pid}/children`;
	const text = await readFile(path, "utf8").catch(() => "");
	return text.split(" ").filter(Boolean).map(Number);
}

/**
 * Writes rides as a Garmin device does, some 234 bytes a point, that set out from
 * one town and wander; gives their size in bytes. The same files every time.
 */
async function writeRides(folder: string): Promise<number> {
	await mkdir(folder, { recursive: true });
	let bytes = 0;
	for (let index = 0; index < FILES; index++) {
		const text = ride(index);
		bytes += Buffer.byteLength(text);
		await writeFile(join(folder, `${index}.gpx`), text);
	}
	return bytes;
}

function ride(index: number): string {
	const random = randomFrom(index);
	let latitude = 47.4 + random() * 0.05;
	let longitude = 8.5 + random() * 0.05;
	let elevation = 400;
	let heading = random() * 2 * Math.PI;
	const start = Date.UTC(2024, 0, 1) + index * 43_200_000;
	const points: string[] = [];
	for (let point = 0; point < POINTS; point++) {
		heading += (random() - 0.5) * 0.4;
		latitude += Math.cos(heading) * 0.00009;
		longitude += Math.sin(heading) * 0.00013;
		elevation += random() - 0.5;
		points.push(`   <trkpt lat="${latitude.toFixed(7)}" lon="${longitude.toFixed(7)}">
    <ele>${elevation.toFixed(1)}</ele>
    <time>${new Date(start + point * 1000).toISOString().slice(0, 19)}Z</time>
    <extensions>
     <gpxtpx:TrackPointExtension>
      <gpxtpx:hr>${120 + Math.floor(random() * 40)}</gpxtpx:hr>
      <gpxtpx:cad>${70 + Math.floor(random() * 30)}</gpxtpx:cad>
     </gpxtpx:TrackPointExtension>
    </extensions>
   </trkpt>`);
	}
	return `<?xml version="1.0" encoding="UTF-8"?>
<gpx creator="Device" version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">
 <metadata><time>${new Date(start).toISOString()}</time></metadata>
 <trk>
  <name>Ride ${index}</name>
  <type>cycling</type>
  <trkseg>
${points.join("\n")}
  </trkseg>
 </trk>
</gpx>
`;
}
