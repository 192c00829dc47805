import { CacheableResponsePlugin } from "workbox-cacheable-response";
import { clientsClaim } from "workbox-core";
import { ExpirationPlugin } from "workbox-expiration";
import {
	addPlugins,
	cleanupOutdatedCaches,
	matchPrecache,
	type PrecacheEntry,
	precacheAndRoute,
} from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import {
	CacheFirst,
	NetworkFirst,
	NetworkOnly,
	StaleWhileRevalidate,
} from "workbox-strategies";
import { ISOLATION_HEADERS } from "../src/lib/hosts/isolation.ts";

declare const self: ServiceWorkerGlobalScope & {
	/** Pages, scripts, styles and fonts; workbox-build puts the list here. */
	readonly __WB_MANIFEST: readonly (PrecacheEntry | string)[];
};
/** Address of the lake, relative to the site's root or absolute; put in by the build. */
declare const LAKE_URL: string;

const lakeUrl = new URL(LAKE_URL, self.registration.scope).href;
const catalogUrl = new URL("catalog.json", lakeUrl).href;

/**
 * Isolates pages also on hosts that send no headers, from the visit after the first:
 * DuckDB then has threads. What a host does send it means.
 */
const isolating = {
	handlerWillRespond: async ({
		request,
		response,
	}: {
		request: Request;
		response: Response;
	}): Promise<Response> => {
		const isPage = request.mode === "navigate";
		// What leads elsewhere has no headers that count, and no status.
		if ((!isPage && request.destination !== "worker") || response.status === 0)
			return response;
		const headers = new Headers(response.headers);
		for (const [name, value] of Object.entries(ISOLATION_HEADERS))
			if (!headers.has(name)) headers.set(name, value);
		const { status, statusText, body } = response;
		return new Response(body, { status, statusText, headers });
	},
};

addPlugins([isolating]);
// The query string is a page's state, not another page.
precacheAndRoute([...self.__WB_MANIFEST], {
	ignoreURLParametersMatching: [/./],
});
cleanupOutdatedCaches();
clientsClaim();

registerRoute(
	({ url, request }) => url.href === catalogUrl && !isSigned(request),
	new NetworkFirst({ cacheName: "catalog", networkTimeoutSeconds: 5 }),
);

// Roll-ups have a content hash for a name. Ranges of the lake's other files are
// kept by the byte cache of the engine and pass by: a 206 cannot be stored here. So
// do addresses with a query, which nothing of the lake has: one may be a signature.
registerRoute(
	({ url, request }) =>
		url.href.startsWith(lakeUrl) &&
		url.search === "" &&
		!request.headers.has("Range") &&
		!isSigned(request),
	new CacheFirst({
		cacheName: "roll-ups",
		plugins: [
			new CacheableResponsePlugin({ statuses: [200] }),
			new ExpirationPlugin({ maxEntries: 60, purgeOnQuotaError: true }),
		],
	}),
);

const tilesUrl = new URL("rides/basemap/", self.registration.scope).href;
registerRoute(
	({ url }) => url.href.startsWith(tilesUrl),
	new StaleWhileRevalidate({
		cacheName: "basemap",
		plugins: [
			new CacheableResponsePlugin({ statuses: [200] }),
			new ExpirationPlugin({ maxEntries: 200, purgeOnQuotaError: true }),
		],
	}),
);

// The packed engine and DuckDB's own scripts, too large to be fetched before anyone
// asks for them, and in two builds of which a page uses one.
registerRoute(
	({ url }) =>
		url.href.startsWith(self.registration.scope) &&
		/\.gz$|\/duckdb-browser-/.test(url.pathname),
	new CacheFirst({
		cacheName: "engine",
		plugins: [
			new CacheableResponsePlugin({ statuses: [200] }),
			new ExpirationPlugin({ maxEntries: 8, purgeOnQuotaError: true }),
			{ cacheDidUpdate: ({ request }) => dropOtherBuild(request.url) },
		],
	}),
);

// A page that is not precached does not exist, or came after this version.
registerRoute(
	({ request }) => request.mode === "navigate",
	new NetworkOnly({
		plugins: [{ handlerDidError: () => matchPrecache("404.html") }, isolating],
	}),
);

/** Once a page has changed to one of DuckDB's builds, the other is not kept. */
async function dropOtherBuild(url: string): Promise<void> {
	const [build] = /(?<=\/duckdb-)(coi|eh)(?=\.wasm)/.exec(url) ?? [];
	if (build === undefined) return;
	const other = build === "coi" ? "eh" : "coi";
	const cache = await caches.open("engine");
	for (const kept of await cache.keys())
		if (new RegExp(`/duckdb-(browser-)?${other}\\.`).test(kept.url))
			await cache.delete(kept);
}

/** What was read with someone's keys is not for the next visitor. */
function isSigned(request: Request): boolean {
	return request.headers.has("Authorization");
}

self.addEventListener("message", ({ data }) => {
	if (data?.type === "SKIP_WAITING") self.skipWaiting();
});
