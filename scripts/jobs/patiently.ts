import { setTimeout as sleep } from "node:timers/promises";

/** How long a server may take for good manners at the end, in milliseconds. */
const PATIENCE_MS = 5000;

/** Waits for what need not succeed, and not for ever: Redis may be lost. */
export async function patiently(work: Promise<unknown>): Promise<void> {
	const timer = new AbortController();
	const { signal } = timer;
	await Promise.race([
		work.catch(() => {}),
		sleep(PATIENCE_MS, undefined, { signal }).catch(() => {}),
	]);
	timer.abort();
}
