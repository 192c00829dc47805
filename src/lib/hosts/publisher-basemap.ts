import { foreignHosts } from "./foreign-hosts.ts";

/** A basemap of the publisher's choice, in place of our own land and borders. */
export interface PublisherBasemap {
	/** Of a MapLibre style, or of a PMTiles archive where it ends in `.pmtiles`; relative to the site's root or absolute. */
	readonly address: string;
	/** Whom it is by, as plain text; shown beside the map and in its files. */
	readonly attribution: string;
	/** As Content-Security-Policy takes them: hosts that the page has to reach for it. */
	readonly hosts: readonly string[];
}

/**
 * Reads the publisher's settings: `PUBLIC_BASEMAP`, `PUBLIC_BASEMAP_ATTRIBUTION`, and
 * further hosts in `PUBLIC_BASEMAP_HOSTS`. Null without an address. Throws where the
 * attribution is missing or an address is none.
 */
export function publisherBasemap(settings: {
	readonly PUBLIC_BASEMAP?: string | undefined;
	readonly PUBLIC_BASEMAP_ATTRIBUTION?: string | undefined;
	readonly PUBLIC_BASEMAP_HOSTS?: string | undefined;
}): PublisherBasemap | null {
	const address = (settings.PUBLIC_BASEMAP ?? "").trim();
	if (address === "") return null;
	const attribution = (settings.PUBLIC_BASEMAP_ATTRIBUTION ?? "").trim();
	if (attribution === "")
		throw new Error(
			"PUBLIC_BASEMAP needs PUBLIC_BASEMAP_ATTRIBUTION: whom the map is by, for example © OpenStreetMap contributors",
		);
	const site = "https://site.invalid/";
	const parsed = URL.canParse(address, site) ? new URL(address, site) : null;
	if (parsed === null || !/^https?:$/.test(parsed.protocol))
		throw new Error(`PUBLIC_BASEMAP is no address of a file: ${address}`);
	const own = parsed.origin === new URL(site).origin ? [] : [parsed.origin];
	const others = foreignHosts(
		settings.PUBLIC_BASEMAP_HOSTS,
		"PUBLIC_BASEMAP_HOSTS",
	);
	return { address, attribution, hosts: [...new Set([...own, ...others])] };
}
