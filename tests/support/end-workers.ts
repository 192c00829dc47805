import type { Page, Worker } from "@playwright/test";

/** Longer than a worker that hears and is idle takes to answer. */
const PATIENCE_MS = 2000;

/** How often workers are asked for their names, as long as none has the one that is meant. */
const TRIES = 5;

/** Ends all workers of that name below a page, which says nothing to it; gives how many there were. */
export async function endWorkers(page: Page, name: string): Promise<number> {
	// Threads of DuckDB hear of nothing, and who has closed itself does not answer.
	const soon = <T>(promise: Promise<T>) =>
		Promise.race([
			promise.catch(() => null),
			new Promise<null>((resolve) =>
				setTimeout(() => resolve(null), PATIENCE_MS),
			),
		]);
	let ended: Worker[] = [];
	for (let tries = 0; tries < TRIES && ended.length === 0; tries++) {
		const named = await Promise.all(
			page.workers().map(async (worker) => ({
				worker,
				name: await soon(worker.evaluate(() => self.name)),
			})),
		);
		ended = named
			.filter((other) => other.name === name)
			.map(({ worker }) => worker);
	}
	for (const worker of ended) await soon(worker.evaluate(() => self.close()));
	return ended.length;
}
