import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import {
	mkdir,
	readdir,
	readFile,
	rename,
	rm,
	writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	queryLake,
	temporaryFolder,
	writeAll,
} from "../tests/support/building.ts";
import { hasRedis, startRedis } from "../tests/support/redis.ts";
import { explain, overviewLines } from "./data/explain.ts";
import { type BuildLog, logLines, readLog } from "./data/job-log.ts";
import { planBuild, planLines } from "./data/plan.ts";
import type { BuildReport } from "./steps/report.ts";
import { DEFAULT_PARSE_OPTIONS } from "./steps/settings/build-options.ts";

const SCRIPT = fileURLToPath(new URL("./build-data.mjs", import.meta.url));

/** What waits for a process gives up after so long, in milliseconds. */
const PATIENCE_MS = 100_000;

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

/** The command at work, with what it has printed so far. */
class Running {
	readonly child: ChildProcess;
	readonly ended: Promise<number | null>;
	stdout = "";
	stderr = "";

	constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
		this.child = spawn(process.execPath, [SCRIPT, ...args], {
			env: { ...process.env, ...env },
		});
		this.child.stdout?.on("data", (text) => {
			this.stdout += text;
		});
		this.child.stderr?.on("data", (text) => {
			this.stderr += text;
		});
		this.ended = once(this.child, "close").then(([code]) => code);
	}

	/** Waits until something has been printed so often. */
	async printed(text: string, times = 1): Promise<void> {
		const givenUp = Date.now() + PATIENCE_MS;
		while (this.count(text) < times) {
			if (Date.now() > givenUp || this.child.exitCode !== null)
				throw new Error(
					`"${text}" was printed ${this.count(text)} times:\n${this.stdout}\n${this.stderr}`,
				);
			await sleep(50);
		}
	}

	count(text: string): number {
		return `${this.stdout}\n${this.stderr}`.split(text).length - 1;
	}
}

async function run(...args: string[]) {
	const running = new Running(args);
	const code = await running.ended;
	return { code, stdout: running.stdout, stderr: running.stderr };
}

/** Readings of a station, one a day of a month of 2020. */
function readings(station: string, month: string, from = 1, to = 28): string {
	const lines = Array.from(
		{ length: to - from + 1 },
		(_, index) =>
			`2020-${month}-${String(from + index).padStart(2, "0")} 00:00:00,${station},${from + index}`,
	);
	return `time,station,temperature [°C]\n${lines.join("\n")}\n`;
}

/** A month of a station as a file. */
function month(station: string, number: string): Record<string, string> {
	return { [`weather/${station}/${number}.csv`]: readings(station, number) };
}

/** Arguments of a build in a folder of its own. */
async function place(name: string, files: Record<string, string>) {
	const at = join(folder, name);
	await mkdir(join(at, "input"), { recursive: true });
	await writeAll(join(at, "input"), files);
	const places = ["--out", join(at, "lake"), "--work", join(at, "work")];
	return {
		at,
		input: join(at, "input"),
		places,
		args: ["--input", join(at, "input"), ...places],
	};
}

describe("--dry-run", () => {
	test("tells what would be read, and touches nothing", async () => {
		const { at, args, input } = await place("plan", {
			...month("garden", "01"),
			...month("roof", "01"),
			"rides/readme.txt": "",
		});
		const first = await run(...args, "--dry-run");
		expect(first.code).toBe(0);
		expect(first.stdout).toMatch(/weather +2 files/);
		expect(first.stdout).toMatch(/read: 1 of 1 batch, 2 files/);
		expect(first.stdout).toMatch(/where there is no lake yet/);
		expect(await readdir(at)).toEqual(["input"]);

		await run(...args, "--quiet");
		const catalog = await readFile(join(at, "lake", "catalog.json"));
		const options = {
			...DEFAULT_PARSE_OPTIONS,
			input,
			out: join(at, "lake"),
			work: join(at, "work"),
		};
		const plan = await planBuild(options);
		expect(plan).toMatchObject({ isUnchanged: true, ignored: 1 });
		expect(planLines(plan)).toContain(
			"    read: nothing, all is as it was read before",
		);
		expect(await planBuild({ ...options, withRejects: false })).toMatchObject({
			isUnchanged: false,
		});
		await writeAll(input, month("garden", "02"));
		expect(await planBuild(options)).toMatchObject({
			isUnchanged: false,
			datasets: [{ name: "weather", files: 3, read: { batches: 1 } }],
		});
		expect(await readFile(join(at, "lake", "catalog.json"))).toEqual(catalog);
	});
});

describe("explain and log", () => {
	test("print the steps, SQL, files and logs of the last build", async () => {
		const { places, args } = await place("explained", {
			...month("garden", "01"),
			"weather/broken.csv": "nothing\n",
		});
		const quiet = await run(...args, "--quiet");
		expect(quiet).toEqual({ code: 1, stdout: "", stderr: "" });

		const { stdout } = await run("explain", "weather", ...places);
		expect(stdout).toMatch(/batch read weather\/broken\.csv and 1 more/);
		expect(stdout).toMatch(/^ {4}weather\/garden\/01\.csv$/m);
		expect(stdout).toMatch(/^ {4}FROM reading_copies JOIN source_files/m);
		const [, file] = /→ (readings\/\S+\.parquet)/.exec(stdout) ?? [];
		expect(existsSync(join(folder, "explained", "lake", `${file}`))).toBe(true);

		const at = {
			out: join(folder, "explained", "lake"),
			work: join(folder, "explained", "work"),
		};
		expect(overviewLines(await explain(at))).toContain(
			"  write      readings: 28 rows, 1 piece, 1 file",
		);

		const log = await run("log", "read weather", ...places, "--json");
		expect(JSON.parse(log.stdout) as BuildLog).toMatchObject({
			failed: null,
			jobs: [{ rows: 28 }],
		});
		expect(logLines(await readLog(at, "write"), "write").join("\n")).toMatch(
			/^write readings\/.*, 28 rows, .* of memory$/m,
		);
		// Of what a job does together its name has only the first.
		const labels = async (text: string) =>
			(await readLog(at, text)).jobs.map(({ label }) => label);
		expect(await labels("readings/station=garden")).toEqual([
			expect.stringMatching(/^write readings\//),
		]);
		expect(await labels("weather/garden/01.csv")).toEqual([
			"read weather/broken.csv and 1 more",
		]);
		expect(logLines(await readLog(at, "nobody"), "nobody")).toEqual([
			"No job has nobody in its name, or in the paths of what it read or wrote.",
		]);
	});

	test("refuse a dataset that there is none of", async () => {
		const { code, stderr } = await run("explain", "whether");
		expect(code).toBe(2);
		expect(stderr).toMatch(/^there is no dataset whether; there are rides/);
	});
});

test("--rejects no leaves the table empty, and the report tells all the same", async () => {
	const { at, args } = await place("unpublished", {
		...month("garden", "01"),
		"weather/broken.csv": "nothing\n",
	});
	const { code, stdout } = await run(...args, "--rejects", "no", "--json");
	const report = JSON.parse(stdout) as BuildReport;
	expect(code).toBe(1);
	expect(report.rejects).toMatchObject([{ file: "weather/broken.csv" }]);
	expect(report.tables).toContainEqual(
		expect.objectContaining({ name: "rejects", rows: 0, files: 0 }),
	);
	expect(existsSync(join(at, "lake", "rejects"))).toBe(false);
});

describe("Ctrl-C", () => {
	test("stops a build; what is done is kept and the next one goes on from there", async () => {
		const point = (index: number) =>
			`<trkpt lat="${48 + index / 1e4}" lon="${11 + index / 1e4}"><time>${new Date(1.7e12 + index * 1000).toISOString()}</time></trkpt>`;
		const files = Object.fromEntries(
			Array.from({ length: 60 }, (_, ride) => [
				`rides/${ride}.gpx`,
				`<gpx version="1.1"><trk><trkseg>${Array.from({ length: 1500 }, (_, index) => point(index + ride)).join("")}</trkseg></trk></gpx>`,
			]),
		);
		const { at, args } = await place("stopped", files);
		const running = new Running([...args, "--processes", "1"]);
		const jobs = join(at, "work", "store", "jobs");
		const isOneDone = async () =>
			(await readdir(jobs).catch(() => [])).some(
				(name) => !name.endsWith(".unfinished"),
			);
		while (!(await isOneDone()) && running.child.exitCode === null)
			await sleep(20);
		running.child.kill("SIGINT");
		expect(await running.ended).toBe(130);
		expect(running.stderr).toMatch(
			/\d jobs? of this one (?:is|are) done and kept/,
		);
		expect(running.stdout).toBe("");
		expect(existsSync(join(at, "lake", "catalog.json"))).toBe(false);
		expect(existsSync(join(at, "work", "scratch"))).toBe(false);

		const { code, stdout } = await run(...args, "--json");
		const report = JSON.parse(stdout) as BuildReport;
		expect(code).toBe(0);
		expect(report.jobs.reused).toBeGreaterThan(0);
		expect(report.tables[0]).toMatchObject({ name: "rides", rows: 60 });
	});
});

// These and what follows wait for processes more than they work: at the same time.
describe.concurrent("--on-failure", () => {
	test("runs a command with the reason and the exit code, and the log is kept", async () => {
		const { at, args } = await place("failing", { "posts/a.jsonl": "{\n" });
		const told = join(at, "told");
		const command = `printf '%s:%s' "$LAKESIDE_EXIT_CODE" "$LAKESIDE_ERROR" > '${told}'`;
		expect((await run(...args, "--on-failure", command)).code).toBe(2);
		expect(await readFile(told, "utf8")).toBe(
			"2:nothing could be used: nothing was published",
		);

		await writeAll(at, { "input/lakeside.json": "{" });
		const { code, stderr } = await run(...args, "--on-failure", command);
		expect(code).toBe(2);
		expect(stderr).toMatch(/^lakeside\.json is not JSON: [^\n]*\n$/);
		expect(await readFile(told, "utf8")).toBe(`2:${stderr.trim()}`);

		const silent = await run(...args, "--quiet", "--on-failure", "exit 3");
		expect(silent.stderr).toMatch(/--on-failure ended with code 3/);
	});
});

describe.concurrent("status", () => {
	test.skipIf(!hasRedis())("tells what waits in a queue", async () => {
		const redis = await startRedis();
		try {
			const { code, stdout } = await run("status", "--queue", redis.url);
			expect(code).toBe(0);
			expect(stdout).toBe("No publisher waits, and no job is left over.\n");
			const json = await run("status", "--queue", redis.url, "--json");
			expect(JSON.parse(json.stdout)).toMatchObject({ waiting: 0, workers: 0 });
		} finally {
			await redis.stop();
		}
	});

	test("says in a line where there is no queue", async () => {
		const { code, stderr } = await run(
			"status",
			"--queue",
			"redis://:x@[::1]:1",
		);
		expect(code).toBe(2);
		expect(stderr).toMatch(/^cannot reach redis:\/\/\[::1\]:1 [^\n]*\n$/);
	});
});

test.concurrent("a job that fails is told with its log, which is kept until a build ends well", async () => {
	const { at, args, places } = await place("broken", month("garden", "01"));
	const inTheWay = join(at, "work", "store", "batches");
	await writeAll(at, { "work/store/batches": "" });
	const { code, stderr } = await run(...args);
	expect(code).toBe(2);
	expect(stderr).toMatch(/^read weather\/garden\/01\.csv: .*\n +at \S/m);
	expect(stderr).toMatch(/The lake is as it was\. .*npm run data -- log/);
	const failed = await run("log", ...places);
	expect(failed.stdout).toMatch(/^FAILED read weather\/garden\/01\.csv: /);

	await rm(inTheWay);
	expect((await run(...args, "--quiet")).code).toBe(0);
	expect((await run("log", ...places)).stdout).not.toContain("FAILED");
});

describe.concurrent("--watch", () => {
	test("rebuilds a key once for all that comes for it in a row, and other keys apart", async () => {
		const { at, args, input } = await place("watched", month("garden", "01"));
		const running = new Running([
			...args,
			...["--watch", "--quiet-period", "0.1", "--look-every", "0.1"],
		]);
		try {
			await running.printed("Watching", 1);
			expect(running.count("Made version")).toBe(1);
			for (let part = 0; part < 5; part++) {
				await writeAll(input, {
					[`weather/garden/02-${part}.csv`]: readings(
						"garden",
						"02",
						5 * part + 1,
						5 * part + 5,
					),
				});
				await sleep(300);
			}
			await running.printed("Made version", 2);
			await sleep(1000);
			expect(running.count("Made version")).toBe(2);
			expect(running.stderr).toMatch(
				/^5 files for weather\/garden\/2020\/202002$/m,
			);

			// Half of a file is none, and what goes is taken out.
			const text = readings("roof", "01");
			const half = join(input, "weather", "roof.csv");
			await writeFile(half, text.slice(0, 100));
			await sleep(500);
			await writeFile(half, text);
			await writeAll(input, { "weather/broken.csv": "nothing\n" });
			await rename(
				join(input, "weather", "garden", "01.csv"),
				join(at, "taken-away.csv"),
			);
			await running.printed("Watching", 3);
			await running.printed("  weather/broken.csv:1: no time column");
			await running.printed("1 file gone for weather/");
			await sleep(500);
			const stations = await queryLake(
				join(at, "lake"),
				(table) => `SELECT DISTINCT station FROM ${table("readings")}`,
			);
			expect(stations).toContainEqual({ station: "roof" });

			running.child.kill("SIGINT");
			expect(await running.ended).toBe(0);
			const { stdout } = await run(...args, "--json");
			expect(JSON.parse(stdout)).toMatchObject({ unchanged: true });
		} finally {
			running.child.kill("SIGKILL");
		}
	}, 400_000);

	test("tells of a build that fails, and goes on", async () => {
		const { at, args, input } = await place("watched-failing", {
			...month("garden", "01"),
			"lakeside.json": "{",
		});
		const told = join(at, "told");
		const running = new Running([
			...args,
			...["--watch", "--quiet-period", "0.02", "--look-every", "0.2"],
			...["--on-failure", `echo told >> '${told}'`],
		]);
		try {
			await running.printed("lakeside.json is not JSON");
			await writeFile(join(input, "lakeside.json"), "{}");
			await running.printed("Made version");
			expect(await readFile(told, "utf8")).toBe("told\n");

			await rename(input, `${input}-away`);
			await running.printed(`there is no folder ${input} any more`);
			expect(running.stderr).not.toContain("ENOENT");
		} finally {
			running.child.kill("SIGKILL");
			await running.ended;
		}
	}, 250_000);
});

test("a command that cannot be meant so is told in one sentence, which stays in sight", async () => {
	const mistyped = await run("explain", "riddes");
	expect(mistyped).toMatchObject({ code: 2, stdout: "" });
	expect(mistyped.stderr).toMatch(
		/^there is no dataset riddes; there are rides, .*\n\nnpm run data -- --help tells all options\n$/,
	);
});
