import { CacheableResponsePlugin } from "workbox-cacheable-response";
import { clientsClaim } from "workbox-core";
import { ExpirationPlugin } from "workbox-expiration";
import {
	cleanupOutdatedCaches,
	matchPrecache,
	type PrecacheEntry,
	precacheAndRoute,
} from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { CacheFirst, NetworkFirst, NetworkOnly } from "workbox-strategies";

declare const self: ServiceWorkerGlobalScope & {
	/** Pages, scripts, styles and fonts; workbox-build puts the list here. */
	readonly __WB_MANIFEST: readonly (PrecacheEntry | string)[];
};
/** Address of the lake, relative to the site's root or absolute; put in by the build. */
declare const LAKE_URL: string;

const lakeUrl = new URL(LAKE_URL, self.registration.scope).href;
const catalogUrl = new URL("catalog.json", lakeUrl).href;

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
// kept by the byte cache of the engine and pass by: a 206 cannot be stored here.
registerRoute(
	({ url, request }) =>
		url.href.startsWith(lakeUrl) &&
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

// The packed engine, too large to be fetched before anyone asks for it.
registerRoute(
	({ url }) =>
		url.href.startsWith(self.registration.scope) &&
		url.pathname.endsWith(".gz"),
	new CacheFirst({
		cacheName: "engine",
		plugins: [
			new CacheableResponsePlugin({ statuses: [200] }),
			new ExpirationPlugin({ maxEntries: 8, purgeOnQuotaError: true }),
		],
	}),
);

// A page that is not precached does not exist, or came after this version.
registerRoute(
	({ request }) => request.mode === "navigate",
	new NetworkOnly({
		plugins: [{ handlerDidError: () => matchPrecache("404.html") }],
	}),
);

/** What was read with someone's keys is not for the next visitor. */
function isSigned(request: Request): boolean {
	return request.headers.has("Authorization");
}

self.addEventListener("message", ({ data }) => {
	if (data?.type === "SKIP_WAITING") self.skipWaiting();
});
