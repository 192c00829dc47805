import type { Page } from "@playwright/test";

/** Longer than a worker that hears takes to answer. */
const PATIENCE_MS = 2000;

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
	const named = await Promise.all(
		page.workers().map(async (worker) => ({
			worker,
			name: await soon(worker.evaluate(() => self.name)),
		})),
	);
	const ended = named.filter((other) => other.name === name);
	for (const { worker } of ended)
		await soon(worker.evaluate(() => self.close()));
	return ended.length;
}
