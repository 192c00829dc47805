import { expect, test } from "vitest";
import { parseSettings } from "../steps/settings/settings.ts";

const parse = (...sources: unknown[]) =>
	parseSettings(JSON.stringify({ sources }), ["rides", "weather"]).sources;

const MINIMAL = {
	name: "station",
	into: "weather",
	url: "https://data.example/2024/readings.csv?key=${KEY}",
};

test("a source needs a name, a folder and an address; the rest has defaults", () => {
	expect(parse(MINIMAL)).toEqual([
		{
			...MINIMAL,
			ending: ".csv",
			headers: {},
			paging: null,
			requestsPerMinute: null,
			refresh: "when-changed",
			oauth2: null,
		},
	]);
	expect(parse()).toEqual([]);
});

test("every member comes back strict", () => {
	const [source] = parse({
		name: "netatmo",
		into: "weather/netatmo",
		url: "https://api.example/api/getmeasure?scale=max",
		ending: ".json.gz",
		headers: { Accept: "application/json", "X-Key": "${KEY}" },
		paging: { cursor: "meta.cursor", parameter: "cursor" },
		requestsPerMinute: 30,
		refresh: 6,
		oauth2: {
			tokenUrl: "https://api.example/oauth2/token",
			clientId: "abc",
			clientSecret: "${SECRET}",
			refreshToken: "${REFRESH}",
		},
	});
	expect(source).toEqual({
		name: "netatmo",
		into: "weather/netatmo",
		url: "https://api.example/api/getmeasure?scale=max",
		ending: ".json",
		headers: { Accept: "application/json", "X-Key": "${KEY}" },
		paging: { kind: "cursor", path: "meta.cursor", parameter: "cursor" },
		requestsPerMinute: 30,
		refresh: 6,
		oauth2: {
			tokenUrl: "https://api.example/oauth2/token",
			clientId: "abc",
			clientSecret: "${SECRET}",
			refreshToken: "${REFRESH}",
			authentication: "body",
		},
	});
	const paged = (paging: unknown) => parse({ ...MINIMAL, paging })[0]?.paging;
	expect(paged({ next: "links.next" })).toEqual({
		kind: "next",
		path: "links.next",
	});
	expect(paged("link-header")).toEqual({ kind: "link-header" });
});

test("what cannot be meant is refused with its place and a remedy", () => {
	const oauth2 = {
		tokenUrl: "https://data.example/token",
		clientId: "abc",
		refreshToken: "${REFRESH}",
	};
	const cases: [change: Record<string, unknown>, message: string][] = [
		[{ nmae: "x" }, 'sources[0] has no member "nmae"'],
		[{ name: "a/b" }, "sources[0].name must be a name of letters"],
		[{ name: undefined }, "sources[0].name must be a name"],
		[{ into: "cars" }, "a dataset's folder (rides, weather) or one below it"],
		[{ into: "weather/../rides" }, "sources[0].into must be"],
		[{ into: "weather/" }, "sources[0].into must be"],
		[{ url: "ftp://data.example/a.csv" }, "begins with https:// or http://"],
		[{ url: "data.example/a.csv" }, "begins with https:// or http://"],
		[
			{ url: "https://${HOST}/a.csv" },
			"sources[0].url holds a variable before",
		],
		[{ url: "https://data.example/${}.csv" }, "sources[0].url has a ${ that"],
		[{ url: "https://me:hidden@data.example/a.csv" }, "send them as headers"],
		[{ url: "http://data.example/a.csv?k=${KEY}" }, "use https"],
		[{ url: "https://data.example/api" }, 'add for example "ending": ".json"'],
		[{ ending: "csv" }, "sources[0].ending must be an ending in lower case"],
		[{ headers: { "X Y": "1" } }, 'headers."X Y" is no header\'s name'],
		[{ headers: { Range: "1" } }, "headers.Range is set by Lakeside"],
		[{ headers: { Accept: 1 } }, "headers.Accept must be a text"],
		[{ paging: "next" }, 'paging must be "link-header", {"next"'],
		[{ paging: { cursor: "a" } }, "sources[0].paging must be"],
		[{ paging: { next: "a", parameter: "b" } }, "sources[0].paging must be"],
		[{ requestsPerMinute: 0 }, "requestsPerMinute must be a number from"],
		[{ refresh: "daily" }, "sources[0].refresh must be"],
		[{ refresh: 0 }, "sources[0].refresh must be"],
		[
			{ oauth2, headers: { authorization: "x" } },
			"is set by sources[0].oauth2",
		],
		[
			{ oauth2: { ...oauth2, refreshToken: "hidden" } },
			"oauth2.refreshToken must come from the environment",
		],
		[
			{ oauth2: { ...oauth2, tokenUrl: "http://data.example/token" } },
			"oauth2.tokenUrl would send secrets over http",
		],
	];
	for (const [change, message] of cases) {
		const source = () => parse({ ...MINIMAL, ...change });
		expect(source, message).toThrow(message);
		expect(source).not.toThrow("hidden");
	}
	expect(() => parse(MINIMAL, { ...MINIMAL, name: "STATION" })).toThrow(
		"sources[1].name is sources[0]'s too: give each its own",
	);
	expect(() => parseSettings('{"sources": {}}', ["rides"])).toThrow(
		"lakeside.json: sources must be a list",
	);
});

test("this machine's own servers may be asked in clear", () => {
	for (const host of ["localhost:8000", "127.0.0.1", "[::1]:8000"])
		expect(
			parse({ ...MINIMAL, url: `http://${host}/a.csv?k=\${KEY}` }),
		).toHaveLength(1);
});
