import type { Page } from "@playwright/test";

/** Twice this is well above the delay after which the cache begins to write. */
const REST_MS = 2000;

/**
 * Waits until the engine's byte cache, which writes when it is quiet, has come to rest
 * with something in it: three looks in a row find as many entries, and nobody who writes.
 */
export async function bytesWritten(page: Page): Promise<void> {
	/** None while somebody writes, who holds the lock of the folder. */
	const entries = () =>
		page.evaluate(async () => {
			const { held = [], pending = [] } = await navigator.locks.query();
			if ([...held, ...pending].some(({ name }) => name === "lakeside-bytes"))
				return 0;
			const root = await navigator.storage.getDirectory();
			const folder = await root.getDirectoryHandle("lakeside-bytes");
			let count = 0;
			for await (const _ of folder.keys()) count += 1;
			return count;
		});
	let [first, second, third] = [0, 0, await entries()];
	while (third === 0 || first !== third || second !== third) {
		await page.waitForTimeout(REST_MS);
		[first, second, third] = [second, third, await entries()];
	}
}
