import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { formatCount } from "../../src/lib/text/format.ts";
import {
	connectQueue,
	type JobSaying,
	type QueuedJob,
	queueOptions,
} from "./queue-connection.ts";
import { publishers, type StepProgress } from "./queue-publishers.ts";

/** What waits and runs: enough to scale a fleet of workers by. */
export interface QueueStatus extends QueueCounts {
	/** By version of the code, each of which needs workers of its own. */
	readonly versions: readonly VersionStatus[];
}

export interface QueueCounts {
	/** Jobs that a worker could begin now. */
	readonly waiting: number;
	readonly active: number;
	readonly delayed: number;
	/** Of the publishers that are there now. */
	readonly failed: number;
	readonly done: number;
	/** Worker programs, each with one or more processes. */
	readonly workers: number;
}

export interface VersionStatus extends QueueCounts {
	readonly version: string;
	/** Publishers that wait for jobs of this version; without one they are left over. */
	readonly publishers: number;
	readonly steps: readonly StepProgress[];
	readonly running: readonly RunningJob[];
}

export interface RunningJob {
	readonly label: string;
	readonly worker: string | null;
	/** Since a worker took it. */
	readonly seconds: number;
	readonly rows: number;
	readonly bytes: number;
}

/** Throws a `QueueError` where Redis is not there. */
export async function queueStatus(url: string): Promise<QueueStatus> {
	const redis = await connectQueue(url);
	try {
		const seen = await publishers(redis);
		const versions: VersionStatus[] = [];
		for (const version of new Set(seen.map((one) => one.version)))
			versions.push(
				await statusOf(
					redis,
					version,
					seen.filter((one) => one.version === version && !one.isGone),
				),
			);
		const sum = (count: keyof QueueCounts) =>
			versions.reduce((total, version) => total + version[count], 0);
		return {
			waiting: sum("waiting"),
			active: sum("active"),
			delayed: sum("delayed"),
			failed: sum("failed"),
			done: sum("done"),
			workers: sum("workers"),
			versions,
		};
	} finally {
		redis.disconnect();
	}
}

async function statusOf(
	redis: Redis,
	version: string,
	present: Awaited<ReturnType<typeof publishers>>,
): Promise<VersionStatus> {
	const queue = new Queue<QueuedJob>(version, queueOptions(redis));
	try {
		const { wait, active, delayed } = (await queue.getJobCounts(
			"wait",
			"active",
			"delayed",
		)) as { wait: number; active: number; delayed: number };
		const running = await queue.getActive();
		return {
			version,
			publishers: present.length,
			waiting: wait,
			active,
			delayed,
			failed: present.reduce((sum, { failed }) => sum + failed, 0),
			done: present.reduce((sum, { done }) => sum + done, 0),
			workers: await queue.getWorkersCount(),
			steps: present.flatMap(({ steps }) => steps),
			running: running.map(({ name, processedBy, processedOn, progress }) => {
				const saying = progress as unknown as JobSaying;
				const { rows, bytes } =
					saying.kind === "progress" ? saying.progress : { rows: 0, bytes: 0 };
				return {
					label: name,
					worker: processedBy ?? null,
					seconds: processedOn ? (Date.now() - processedOn) / 1000 : 0,
					rows,
					bytes,
				};
			}),
		};
	} finally {
		await queue.close();
	}
}

/** The same for people. */
export function statusLines(status: QueueStatus): string[] {
	if (status.versions.length === 0)
		return ["No publisher waits, and no job is left over."];
	return status.versions.flatMap((version) => [
		`version ${version.version}${version.publishers === 0 ? " (its publisher is gone)" : ""}: ${(["waiting", "active", "delayed", "failed", "done"] as const).map((state) => `${formatCount(version[state])} ${state}`).join(", ")}, ${formatCount(version.workers)} ${version.workers === 1 ? "worker" : "workers"}`,
		...version.steps.map(
			({ name, jobs, done }) =>
				`  ${name}: ${formatCount(done)} of ${formatCount(jobs)}`,
		),
		...version.running.map(
			({ label, worker, seconds, rows }) =>
				`  runs ${label} on ${worker ?? "a worker"} for ${Math.round(seconds)} s, ${formatCount(rows)} rows`,
		),
	]);
}
