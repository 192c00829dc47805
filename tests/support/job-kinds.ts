import { createHash } from "node:crypto";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JobContext, JobKind } from "../../scripts/jobs/execute.ts";
import type { Job, Json } from "../../scripts/jobs/job.ts";
import { randomFrom } from "../../src/lib/random.ts";

/** What the kinds of jobs below take. A file `runs` gets a line for each run of a job. */
export interface KindParams {
	/** Writes a file of seeded bytes to the lake, after a while. */
	readonly make: { seed: number; bytes: number; ms: number; runs: string };
	/** Writes the hash of all inputs to the lake. */
	readonly digest: { runs: string };
	readonly sleep: { ms: number; runs: string };
	/** Fails by a class, in the first `times` runs. */
	readonly fail: {
		how: "network" | "deterministic" | "unknown";
		times: number;
		runs: string;
		/** How long the network asks to be left alone. */
		retryAfterMs?: number;
	};
	/** Kills its own process at an item, in the first `times` runs. */
	readonly die: { how: "kill" | "exit"; times: number; runs: string };
	/** Keeps memory, and tells its process's id. */
	readonly grow: { bytes: number };
	/** Leaves a file behind, and tells where. */
	readonly litter: Record<string, never>;
	/** Names an output that it did not make, or a link. */
	readonly cheat: { how: "missing" | "link" };
}

export type KindName = keyof KindParams;

export function jobOf<K extends KindName>(
	kind: K,
	params: KindParams[K],
	inputs: Job["inputs"] = [],
): Job {
	const text = JSON.stringify([kind, params, inputs]);
	return {
		id: createHash("sha256").update(text).digest("hex"),
		kind,
		label: `${kind} ${text.length}`,
		params,
		inputs,
	};
}

/** How often the jobs that name this file have run. */
export async function countRuns(runs: string): Promise<number> {
	const text = await readFile(runs, "utf8").catch(() => "");
	return text.split("\n").length - 1;
}

const kept: Buffer[] = [];

const byName: {
	readonly [K in KindName]: (
		params: KindParams[K],
		context: JobContext,
	) => ReturnType<JobKind>;
} = {
	async make({ seed, bytes, ms, runs }, context) {
		await appendFile(runs, `${seed}\n`);
		const random = randomFrom(seed);
		const content = Buffer.from(
			Array.from({ length: bytes }, () => random() * 256),
		);
		context.progress(1, bytes / 2);
		await sleep(ms, undefined, { signal: context.signal });
		context.log(`made ${bytes} bytes from ${seed}`);
		return output(content, "made", { seed }, context);
	},
	async digest({ runs }, context) {
		await appendFile(runs, "digest\n");
		const hash = createHash("sha256");
		for (const path of context.inputs.values())
			hash.update(await readFile(path));
		return output(Buffer.from(hash.digest("hex")), "digest", null, context);
	},
	async sleep({ ms, runs }, context) {
		await appendFile(runs, "sleep\n");
		await writeFile(join(context.out, "half"), "half");
		await sleep(ms, undefined, { signal: context.signal });
		return { outputs: [], value: null };
	},
	async fail({ how, times, runs, retryAfterMs }, context) {
		context.log(`about to fail: ${how}`);
		await appendFile(runs, "fail\n");
		if ((await countRuns(runs)) > times) return { outputs: [], value: how };
		if (how === "network")
			throw Object.assign(new Error("the line was cut"), {
				code: "ECONNRESET",
				retryAfterMs,
			});
		if (how === "deterministic")
			throw new Error("Conversion Error: 'x' is not a number");
		throw new RangeError("nobody knows this", {
			cause: new Error("its deeper reason"),
		});
	},
	async die({ how, times, runs }, context) {
		await appendFile(runs, "die\n");
		context.at("rides/a.gpx");
		context.at("rides/b.gpx");
		if ((await countRuns(runs)) > times) return { outputs: [], value: how };
		if (how === "exit") {
			console.error("my last words");
			process.exit(7);
		}
		process.kill(process.pid, "SIGKILL");
		return sleep(60_000, { outputs: [], value: null });
	},
	async grow({ bytes }) {
		if (bytes > 0) kept.push(Buffer.alloc(bytes, 1));
		return { outputs: [], value: process.pid };
	},
	async litter(_params, context) {
		await writeFile(join(context.out, "left"), "behind");
		return { outputs: [], value: context.out };
	},
	async cheat({ how }) {
		const file = how === "link" ? "../in/input" : "nothing";
		const store = "lake";
		return { outputs: [{ file, store, key: "cheat" }], value: null };
	},
};

/** A registry of kinds for tests. */
export const kinds = byName as unknown as Readonly<Record<string, JobKind>>;

/** Says that it was closed, in a file that a test names by the environment. */
export async function close(): Promise<void> {
	const file = process.env.LAKESIDE_TEST_CLOSED;
	if (file !== undefined) await appendFile(file, `${process.pid}\n`);
}

export const KINDS = new URL(import.meta.url);

async function output(
	content: Buffer,
	folder: string,
	value: Json,
	context: JobContext,
): ReturnType<JobKind> {
	const hash = createHash("sha256").update(content).digest("hex");
	await writeFile(join(context.out, "file"), content);
	await writeFile(join(context.out, "name"), hash);
	return {
		outputs: [
			{ file: "file", store: "lake", key: `${folder}/${hash}.bin` },
			{ file: "name", store: "work", key: `${folder}/${hash}.name` },
		],
		value,
	};
}
