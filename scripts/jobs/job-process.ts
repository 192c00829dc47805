/** A worker process: does one job after the other, as its parent asks. */
import { rmSync } from "node:fs";
import { openStore } from "../storage/open-store.ts";
import type { Store } from "../storage/store.ts";
import { executeJob, type KindsModule, spillFolder } from "./execute.ts";
import type { JobRecord } from "./job.ts";
import type {
	JobAnswer,
	JobEvent,
	JobQuestion,
	ProcessMemory,
} from "./job-messages.ts";
import { packError } from "./packed-error.ts";

/** A job's progress is told no more often. */
const PROGRESS_MS = 200;

const stores = new Map<string, Promise<Store>>();
let running: AbortController | null = null;
let scratch: string | null = null;
let loaded: KindsModule | null = null;

function send(
	message: JobAnswer | JobEvent,
	sent: () => void = () => {},
): void {
	process.send?.(message, sent);
}

async function answer(question: JobQuestion): Promise<void> {
	if (question.kind === "stop") {
		if (running === null) process.exit();
		running.abort();
		return;
	}
	if (question.kind === "finish") {
		await loaded?.close?.();
		for (const store of stores.values()) (await store).close();
		send({ kind: "finished" }, () => process.disconnect());
		return;
	}
	running = new AbortController();
	const { signal } = running;
	try {
		const record = await perform(question, signal);
		send({ kind: "done", record, ...memory() });
	} catch (error) {
		send({ kind: "failed", error: packError(error), ...memory() });
	}
	running = null;
	if (signal.aborted) process.exit();
}

async function perform(
	question: JobQuestion & { kind: "job" },
	signal: AbortSignal,
): Promise<JobRecord> {
	const { job } = question;
	scratch = question.scratch;
	loaded = (await import(question.kinds)) as KindsModule;
	await loaded.open?.(spillFolder(scratch));
	const kind = loaded.kinds[job.kind];
	if (kind === undefined) throw new Error(`unknown kind of job: ${job.kind}`);
	let toldAt = Number.NEGATIVE_INFINITY;
	return executeJob(
		job,
		kind,
		{
			lake: await storeAt(question.stores.lake, question.endpoint),
			work: await storeAt(question.stores.work, question.endpoint),
		},
		{
			scratch,
			signal,
			onProgress: (progress) => {
				const now = performance.now();
				if (now - toldAt < PROGRESS_MS) return;
				toldAt = now;
				send({ kind: "progress", progress });
			},
			onItem: (item) => send({ kind: "item", item }),
			onLog: (line) => send({ kind: "log", line }),
		},
	);
}

/** Opened once; one that could not be opened is tried again by the next job. */
function storeAt(address: string, endpoint?: string): Promise<Store> {
	const known = stores.get(address);
	if (known !== undefined) return known;
	const opening = openStore(address, { endpoint });
	stores.set(address, opening);
	opening.catch(() => stores.delete(address));
	return opening;
}

function memory(): ProcessMemory {
	return { residentBytes: process.memoryUsage.rss() };
}

// Without a parent nobody waits for an answer, and nobody else clears up.
process.on("disconnect", () => {
	if (scratch !== null) rmSync(scratch, { recursive: true, force: true });
	process.exit();
});
// Ctrl-C, or the end of a service, reaches every process: the parent decides what ends.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
process.on("message", answer);
