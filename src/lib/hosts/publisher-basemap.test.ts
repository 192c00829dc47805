import { expect, test } from "vitest";
import { contentSecurityPolicy } from "./csp.ts";
import { publisherBasemap } from "./publisher-basemap.ts";

const PUBLIC_BASEMAP_ATTRIBUTION = "© OpenStreetMap contributors";

test("the hosts of a basemap are its own and those that are named", () => {
	expect(publisherBasemap({})).toBeNull();
	expect(
		publisherBasemap({
			PUBLIC_BASEMAP: "tiles/valley.pmtiles",
			PUBLIC_BASEMAP_ATTRIBUTION,
		}),
	).toEqual({
		address: "tiles/valley.pmtiles",
		attribution: PUBLIC_BASEMAP_ATTRIBUTION,
		hosts: [],
	});
	const basemap = publisherBasemap({
		PUBLIC_BASEMAP: "https://maps.example/styles/quiet.json?key=1",
		PUBLIC_BASEMAP_ATTRIBUTION,
		PUBLIC_BASEMAP_HOSTS: "https://*.tiles.example https://maps.example",
	});
	expect(basemap?.hosts).toEqual([
		"https://maps.example",
		"https://*.tiles.example",
	]);
	expect(
		contentSecurityPolicy({
			lakeUrl: null,
			foreignHosts: basemap?.hosts ?? [],
		}),
	).toContain(
		"connect-src 'self' blob: https://maps.example https://*.tiles.example;",
	);
});

test("what cannot be a basemap stops the build", () => {
	expect(() => publisherBasemap({ PUBLIC_BASEMAP: "a.pmtiles" })).toThrow(
		"PUBLIC_BASEMAP_ATTRIBUTION",
	);
	for (const PUBLIC_BASEMAP of ["javascript:alert(1)", "data:,x", "https://"])
		expect(() =>
			publisherBasemap({ PUBLIC_BASEMAP, PUBLIC_BASEMAP_ATTRIBUTION }),
		).toThrow("PUBLIC_BASEMAP is no address");
	expect(() =>
		publisherBasemap({
			PUBLIC_BASEMAP: "a.json",
			PUBLIC_BASEMAP_ATTRIBUTION,
			PUBLIC_BASEMAP_HOSTS: "*; script-src *",
		}),
	).toThrow("PUBLIC_BASEMAP_HOSTS");
});
