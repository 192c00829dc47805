import { Workbox } from "workbox-window";
import { lakeUrl, openCatalog, siteRoot } from "./lake.ts";

/**
 * Registers the service worker, so that the site opens without a network, and has
 * it keep the catalog and the roll-ups. `onUpdate` is told when a newer version of
 * the site waits; it takes effect, with a reload, when `accept` is called.
 * Does nothing where there can be none: an address neither https nor localhost.
 */
export async function keepForOffline(
	onUpdate: (accept: () => void) => void,
): Promise<void> {
	if (!("serviceWorker" in navigator)) return;
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
}

/**
 * Resolves when the service worker sees what this page and its workers fetch from
 * now on, or after so many milliseconds: on a first visit it takes a moment, and
 * what came before is not kept.
 */
export async function whenKept(timeoutMilliseconds: number): Promise<void> {
	if (!("serviceWorker" in navigator) || navigator.serviceWorker.controller)
		return;
	await new Promise<void>((resolve) => {
		setTimeout(resolve, timeoutMilliseconds);
		navigator.serviceWorker.addEventListener(
			"controllerchange",
			() => resolve(),
			{ once: true },
		);
	});
}

/** Has the service worker fetch what it does not have yet. */
function keep(workbox: Workbox, urls: readonly string[]): void {
	void workbox.messageSW({
		type: "CACHE_URLS",
		payload: { urlsToCache: urls },
	});
}
