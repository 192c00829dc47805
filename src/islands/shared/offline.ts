import { Workbox } from "workbox-window";
import { lakeUrl, openCatalog, siteRoot } from "./lake.ts";

/**
 * Registers the service worker, so that the site opens without a network, and has
 * it keep the catalog and the roll-ups. `onUpdate` is told when a newer version of
 * the site waits; it takes effect, with a reload, when `accept` is called.
 * Resolves when the worker is active, to null where there can be none (an address
 * that is neither https nor localhost).
 */
export async function keepForOffline(
	onUpdate: (accept: () => void) => void,
): Promise<Workbox | null> {
	if (!("serviceWorker" in navigator)) return null;
	const root = siteRoot();
	const workbox = new Workbox(`${root}service-worker.js`, { scope: root });
	workbox.addEventListener("waiting", () => {
		onUpdate(() => {
			workbox.addEventListener("controlling", () => location.reload());
			workbox.messageSkipWaiting();
		});
	});
	await workbox.register();
	await navigator.serviceWorker.ready;
	const { catalog } = await openCatalog();
	keep(workbox, [
		new URL("catalog.json", lakeUrl()).href,
		...catalog.rollups.map(({ path }) => new URL(path, lakeUrl()).href),
	]);
	return workbox;
}

/** Has the service worker fetch what it does not have yet. */
export function keep(workbox: Workbox, urls: readonly string[]): void {
	void workbox.messageSW({
		type: "CACHE_URLS",
		payload: { urlsToCache: urls },
	});
}
