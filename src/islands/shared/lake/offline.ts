import { Workbox } from "workbox-window";
import {
	ENGINE_FILES,
	suitableDuckdb,
} from "../../../../workers/engine-files.ts";
import type { Catalog } from "../../../lib/catalog/catalog.ts";
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
		onUpdate(async () => {
			const registration = await registered;
			// Where it was accepted in another tab it waits no longer.
			if (!registration?.waiting) return location.reload();
			workbox.addEventListener("controlling", () => location.reload());
			workbox.messageSkipWaiting();
		});
	});
	const registered = workbox.register();
	await registered;
	const { catalog } = await openCatalog();
	await keep([new URL("catalog.json", lakeUrl()).href]);
	await keepRollups(catalog);
}

/** Has the service worker fetch a catalog's roll-ups, where it does not have them. */
export async function keepRollups(catalog: Catalog): Promise<void> {
	await keep(catalog.rollups.map(({ path }) => new URL(path, lakeUrl()).href));
}

/**
 * Has the service worker fetch the packed engine, where it does not have it, when
 * the page has nothing else to do; not where the visitor saves data. For a page
 * that does not start the engine itself.
 */
export async function keepEngine(): Promise<void> {
	if (savesData()) return;
	await whenIdle();
	const { packed, worker, thread } = suitableDuckdb();
	await keep([
		packed,
		...new Set([...worker, ...(thread ?? [])]),
		ENGINE_FILES.parquetPacked,
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

export function whenIdle(): Promise<void> {
	return new Promise((resolve) => {
		// Safari has no idle callback.
		if ("requestIdleCallback" in window)
			requestIdleCallback(() => resolve(), { timeout: 5000 });
		else setTimeout(resolve, 1000);
	});
}

/** Whether the visitor asked for less data; not every browser tells. */
export function savesData(): boolean {
	const { connection } = navigator as Navigator & {
		readonly connection?: { readonly saveData?: boolean };
	};
	return connection?.saveData === true;
}

/** Has the service worker fetch what it does not have yet, once it is there. */
async function keep(urls: readonly string[]): Promise<void> {
	if (!("serviceWorker" in navigator)) return;
	const { active } = await navigator.serviceWorker.ready;
	active?.postMessage({
		type: "CACHE_URLS",
		payload: { urlsToCache: urls },
	});
}
