import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FolderStore } from "../../scripts/storage/folder-store.ts";
import { randomFrom } from "../../src/lib/random.ts";
import { build, writeAll } from "../support/building.ts";
import { freshLake } from "../support/fresh-lake.ts";
import {
	seededPosts,
	seededReadings,
	seededRide,
} from "../support/seeded-input.ts";
import { shuffled } from "../support/shuffled.ts";
import { testFolder } from "../support/test-folder.ts";
import {
	countNatively,
	countsOf,
	unnamedWork,
	wholeLake,
} from "../support/whole-lake.ts";

/** Another one with `LAKESIDE_SEED=…`. */
const SEED = Number(process.env.LAKESIDE_SEED ?? 1);
const KILLS = 30;

const folder = testFolder();

test(`${KILLS} builds that are killed leave the lake whole, and the next ends as if nothing had been (seed ${SEED})`, {
	retry: 0,
	timeout: 600_000,
}, async () => {
	const random = randomFrom(SEED);
	const input = join(folder.path, "input");
	const out = join(folder.path, "lake");
	const work = join(folder.path, "work");
	const lake = new FolderStore(out);
	await writeAll(input, firstInput());
	await build({ input, out, work, processes: 2 });

	const start = () => {
		const began = performance.now();
		const { ended, kill } = startBuild({ input, out, work });
		return { kill, ended: ended.then(() => performance.now() - began) };
	};
	await edit(input, KILLS, random);
	/** Of the last build that ended by itself. */
	let wholeMs = await start().ended;
	let killed = 0;
	// Each at a moment of its own part of a build's time, in any order.
	const moments = shuffled(
		Array.from({ length: KILLS }, (_, part) => (part + random()) / KILLS),
		random,
	);
	for (let round = 0; killed < KILLS; round++) {
		await edit(input, round, random);
		const { ended, kill } = start();
		const moment = round < KILLS ? Number(moments[round]) : random();
		await Promise.race([ended, sleep(moment * wholeMs)]);
		if (kill()) {
			killed++;
			await ended;
		} else wholeMs = await ended;
		const now = await wholeLake(lake);
		expect(await countNatively(out, now)).toEqual(countsOf(now));
	}

	await build({ input, out, work, processes: 2 });
	expect((await wholeLake(lake)).hashes).toEqual(
		(await freshLake(input)).hashes,
	);
	expect((await readdir(work)).sort()).toEqual(["store"]);
	expect(await unnamedWork(new FolderStore(join(work, "store")))).toEqual([]);
	const kept = [
		await wholeLake(lake),
		await wholeLake(lake, "catalog.previous.json"),
	];
	expect(
		(await Array.fromAsync(lake.list(""))).map(({ key }) => key).sort(),
	).toEqual(
		[...new Set(kept.flatMap(({ hashes }) => Object.keys(hashes)))].sort(),
	);
});

test("what a build that was killed while it cleaned up has left is removed by the next, which has nothing new", {
	retry: 0,
}, async () => {
	const place = join(folder.path, "cleaning");
	const [input, out, work] = ["input", "lake", "work"].map((name) =>
		join(place, name),
	) as [string, string, string];
	await writeAll(input, { "rides/1.gpx": seededRide(1) });
	await build({ input, out, work, processes: 1 });
	const store = new FolderStore(join(work, "store"));
	await store.write("jobs/0123.json", Buffer.from("{}"));
	await mkdir(join(work, "scratch"));

	const again = await build({ input, out, work, processes: 1 });
	expect(again.unchanged).toBe(true);
	expect(await unnamedWork(store)).toEqual([]);
	expect((await readdir(work)).sort()).toEqual(["store"]);
});

function firstInput(): Record<string, string> {
	const files: Record<string, string> = {
		"rides/broken.gpx": "<gpx>",
		"posts/a.jsonl": seededPosts(0, 60),
		"posts/b.jsonl": seededPosts(40, 60, "Late"),
		"weather/lake.csv": seededReadings("lake", 0, 100),
		"weather/late.csv": seededReadings("lake", 50, 100, 1),
	};
	for (let seed = 0; seed < 12; seed++)
		files[`rides/${seed}.gpx`] = seededRide(seed);
	return files;
}

/** Gives the next build something to do in one or two of the datasets. */
async function edit(
	input: string,
	round: number,
	random: () => number,
): Promise<void> {
	const edits = [
		() =>
			writeAll(input, { [`rides/new-${round}.gpx`]: seededRide(100 + round) }),
		() =>
			rm(join(input, `rides/${Math.floor(random() * 12)}.gpx`), {
				force: true,
			}),
		() =>
			writeFile(
				join(input, "posts/b.jsonl"),
				seededPosts(40 + round, 60, `Round${round}`),
			),
		() =>
			writeFile(
				join(input, "weather/late.csv"),
				seededReadings("lake", 50 + round, 100, round % 3),
			),
	];
	for (let count = 0; count < 1 + random(); count++)
		await edits[Math.floor(random() * edits.length)]?.();
}

/** A build in a process group of its own, with all processes that it starts. */
function startBuild(options: { input: string; out: string; work: string }) {
	const script = new URL("../support/build-process.ts", import.meta.url);
	const child = spawn(
		process.execPath,
		[fileURLToPath(script), JSON.stringify({ ...options, processes: 1 })],
		{ stdio: ["ignore", "ignore", "inherit"], detached: true },
	);
	return {
		ended: once(child, "exit"),
		/** False where it has ended already. */
		kill(): boolean {
			if (child.exitCode !== null || child.pid === undefined) return false;
			process.kill(-child.pid, "SIGKILL");
			return true;
		},
	};
}
