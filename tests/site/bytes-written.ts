import type { Page } from "@playwright/test";

/** Well above the delay after which the cache begins to write. */
const REST_MS = 4000;

/** Waits until the engine's byte cache, which writes when it is quiet, has come to rest with something in it. */
export async function bytesWritten(page: Page): Promise<void> {
	const entries = () =>
		page.evaluate(async () => {
			const root = await navigator.storage.getDirectory();
			const folder = await root.getDirectoryHandle("lakeside-bytes");
			let count = 0;
			for await (const _ of folder.keys()) count += 1;
			return count;
		});
	for (let before = 0, now = await entries(); now === 0 || now !== before; ) {
		await page.waitForTimeout(REST_MS);
		[before, now] = [now, await entries()];
	}
}
