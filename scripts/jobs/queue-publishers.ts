import type { Redis } from "ioredis";
import { PREFIX } from "./queue-connection.ts";

const KEY = `${PREFIX}:publishers`;

/** A publisher that has not been heard of for so long is gone. */
const GONE_SECONDS = 60;

/** A step of a publisher: the jobs whose labels begin alike. */
export interface StepProgress {
	readonly name: string;
	readonly jobs: number;
	readonly done: number;
}

/** What a publisher says of itself in Redis, every few seconds. */
export interface Publisher {
	/** Of its code: only workers with the same one take its jobs. */
	readonly version: string;
	readonly done: number;
	readonly failed: number;
	readonly steps: readonly StepProgress[];
}

export interface SeenPublisher extends Publisher {
	readonly id: string;
	/** Seconds since it was last heard of, by Redis's clock. */
	readonly silentSeconds: number;
	readonly isGone: boolean;
}

export async function announce(
	redis: Redis,
	id: string,
	publisher: Publisher,
): Promise<void> {
	const seen = { ...publisher, at: await seconds(redis) };
	await redis.hset(KEY, id, JSON.stringify(seen));
}

export async function retire(redis: Redis, id: string): Promise<void> {
	await redis.hdel(KEY, id);
}

/** All that have announced themselves and not retired. */
export async function publishers(redis: Redis): Promise<SeenPublisher[]> {
	const now = await seconds(redis);
	return Object.entries(await redis.hgetall(KEY)).map(([id, text]) => {
		const { at, ...publisher } = JSON.parse(text) as Publisher & { at: number };
		const silentSeconds = Math.max(0, now - at);
		return {
			id,
			...publisher,
			silentSeconds,
			isGone: silentSeconds > GONE_SECONDS,
		};
	});
}

/** By Redis's clock: machines differ in theirs. */
async function seconds(redis: Redis): Promise<number> {
	const [now] = await redis.time();
	return Number(now);
}
