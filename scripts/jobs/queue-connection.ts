import type { QueueOptions } from "bullmq";
import { Redis } from "ioredis";
import type { Job, JobProgress, JobStores } from "./job.ts";

/** All keys in Redis begin so. */
export const PREFIX = "lakeside";

/** Longest pause before Redis is looked for again, in milliseconds. */
const RECONNECT_MS = 2000;

/** The queue cannot be reached, or not be used so; the message says what to do. */
export class QueueError extends Error {
	override readonly name = "QueueError";
}

/** A job on its way through the queue of its code's version. */
export interface QueuedJob {
	readonly job: Job;
	readonly stores: JobStores;
}

/** What a worker says of a job while it has it. */
export type JobSaying =
	| { readonly kind: "progress"; readonly progress: JobProgress }
	| {
			readonly kind: "retry";
			readonly reason: string;
			readonly attempt: number;
	  };

/** How a job failed for good: the text of the error that the queue keeps. */
export interface JobFailure {
	readonly message: string;
	readonly log: readonly string[];
	readonly lastItem: string | null;
}

/**
 * Connects to Redis, throws a {@link QueueError} where it is not there now, and
 * comes back by itself whenever it is lost later; commands wait meanwhile.
 */
export async function connectQueue(
	url: string,
	onTrouble: (line: string) => void = () => {},
): Promise<Redis> {
	const address = withoutSecrets(url);
	const redis = new Redis(url, {
		lazyConnect: true,
		maxRetriesPerRequest: null,
		retryStrategy: (times) => Math.min(times * 100, RECONNECT_MS),
	});
	let reason = "";
	redis.on("error", (error: Error) => {
		reason = error.message || (error as NodeJS.ErrnoException).code || "";
	});
	try {
		await redis.connect();
	} catch (cause) {
		redis.disconnect();
		throw new QueueError(
			`cannot reach ${address} (${reason || (cause as Error).message}): start Redis there, or correct --queue`,
			{ cause },
		);
	}
	let isLost = false;
	// Not on "close", which also comes where we close it.
	redis.on("reconnecting", () => {
		if (!isLost) onTrouble(`lost ${address}: looking for it again`);
		isLost = true;
	});
	redis.on("ready", () => {
		if (isLost) onTrouble(`${address} is back`);
		isLost = false;
	});
	return redis;
}

/** What BullMQ is given everywhere. It makes further connections like this one. */
export function queueOptions(redis: Redis): QueueOptions {
	return { connection: redis, prefix: PREFIX };
}

/** The queue's own id of a job, by which it is there once at most. */
export function queueId(jobId: string): string {
	// BullMQ takes ids of digits alone for its own.
	return `job-${jobId}`;
}

function withoutSecrets(url: string): string {
	if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol))
		throw new QueueError(
			"--queue takes an address such as redis://host:6379, or rediss:// for TLS",
		);
	const { protocol, host, pathname } = new URL(url);
	return `${protocol}//${host}${pathname}`;
}
