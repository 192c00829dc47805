import { existsSync } from "node:fs";
import {
	mkdtemp,
	readdir,
	readFile,
	rm,
	stat,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
	type LocalServer,
	startServer,
} from "../../tests/support/local-server.ts";
import { parseSettings } from "../steps/settings/settings.ts";
import { takeLock } from "../storage/lock.ts";
import { type FetchOptions, fetchSources } from "./fetch-sources.ts";
import { filesFolder } from "./files-folder.ts";

const RETRY = { attempts: 3, baseMs: 1, maxMs: 5 };

let folder: string;
let server: LocalServer;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-sources-"));
	server = await startServer((_request, response) =>
		response.end("a,b\n1,2\n"),
	);
});
afterEach(async () => {
	await server.close();
	await rm(folder, { recursive: true, force: true });
});

/** Fetches sources as `lakeside.json` would have them; each is a file at the server. */
function fetchAll(
	sources: readonly Record<string, unknown>[],
	options: FetchOptions = {},
) {
	const settings = parseSettings(
		JSON.stringify({
			sources: sources.map((source) => ({
				name: "station",
				into: "weather",
				url: `${server.url}/a.csv`,
				...source,
			})),
		}),
		["weather", "posts"],
	);
	return fetchSources(settings.sources, folder, { retry: RETRY, ...options });
}

async function fetchOne(
	source: Record<string, unknown> = {},
	options: FetchOptions = {},
) {
	const [fetched] = await fetchAll([source], options);
	if (fetched === undefined) throw new Error("nothing came back");
	return fetched;
}

async function textOf(file: string): Promise<string> {
	const bytes = await readFile(join(filesFolder(folder), file));
	return gunzipSync(bytes).toString();
}

/** All fetched files, below their folder. */
async function files(): Promise<string[]> {
	const entries = await readdir(filesFolder(folder), {
		recursive: true,
		withFileTypes: true,
	}).catch(() => []);
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) =>
			join(entry.parentPath, entry.name).slice(filesFolder(folder).length + 1),
		)
		.sort();
}

const paths = () => server.seen.map(({ path }) => path);

test("an answer becomes a compressed file of the dataset's folder", async () => {
	expect(await fetchOne({ into: "weather/roof" })).toEqual({
		name: "station",
		files: ["weather/roof/station.csv.gz"],
		bytes: 8,
		requests: 1,
		fromCache: false,
		failure: null,
	});
	expect(await textOf("weather/roof/station.csv.gz")).toBe("a,b\n1,2\n");
	expect(await files()).toEqual(["weather/roof/station.csv.gz"]);
	expect(existsSync(join(folder, "pid"))).toBe(false);
});

test("formats that are compressed already keep their name and bytes", async () => {
	const packed = gzipSync("a,b\n");
	server.answer = ({ path }, response) =>
		response.end(path === "/a.parquet" ? "PAR1" : packed);
	const fetched = await fetchAll([
		{ name: "a", url: `${server.url}/a.parquet` },
		{ name: "b", url: `${server.url}/b.csv.gz` },
		{ name: "c", url: `${server.url}/c.csv` },
	]);
	expect(fetched.flatMap((source) => source.files)).toEqual([
		"weather/a.parquet",
		"weather/b.csv.gz",
		"weather/c.csv.gz",
	]);
	const read = (file: string) => readFile(join(filesFolder(folder), file));
	expect(`${await read("weather/a.parquet")}`).toBe("PAR1");
	expect((await read("weather/b.csv.gz")).equals(packed)).toBe(true);
	expect((await read("weather/c.csv.gz")).equals(packed)).toBe(true);
});

test("what has not changed is asked for conditionally and keeps its file", async () => {
	let body = "a\n1\n";
	server.answer = ({ headers }, response) => {
		const etag = `"${body.length}"`;
		response.setHeader("ETag", etag);
		if (headers["if-none-match"] === etag) response.writeHead(304).end();
		else response.end(body);
	};
	const first = await fetchOne();
	const file = join(filesFolder(folder), "weather/station.csv.gz");
	const before = await stat(file);
	expect(await fetchOne()).toEqual({ ...first, bytes: 0, fromCache: true });
	const after = await stat(file);
	expect(after.ino).toBe(before.ino);
	expect(after.mtimeMs).toBe(before.mtimeMs);
	expect(await readdir(join(folder, "sources/station"))).toEqual([
		"record.json",
	]);
	body += "2\n";
	expect(await fetchOne()).toMatchObject({ bytes: 6, fromCache: false });
	expect(await textOf("weather/station.csv.gz")).toBe(body);
	expect(await fetchOne({ refresh: "always" })).toMatchObject({ bytes: 6 });
	expect(server.seen.at(-1)?.headers["if-none-match"]).toBeUndefined();
	// A file that somebody has removed is fetched again.
	await rm(file);
	expect(await fetchOne()).toMatchObject({ bytes: 6, fromCache: false });
});

test("dates do where there is no ETag", async () => {
	const date = "Wed, 01 May 2024 12:00:00 GMT";
	server.answer = ({ headers }, response) => {
		response.setHeader("Last-Modified", date);
		if (headers["if-modified-since"] === date) response.writeHead(304).end();
		else response.end("a\n");
	};
	await fetchOne();
	expect(await fetchOne()).toMatchObject({ fromCache: true, requests: 1 });
});

test("nothing is asked where the answer is fresh, or the publisher says so", async () => {
	server.answer = (_request, response) => {
		response.setHeader("Cache-Control", "max-age=60");
		response.end("a\n");
	};
	const cases = [{}, { refresh: "never" }, { refresh: 1 }];
	for (const source of cases) {
		await fetchOne({ ...source, refresh: "always" });
		expect(await fetchOne(source)).toEqual({
			name: "station",
			files: ["weather/station.csv.gz"],
			bytes: 0,
			requests: 0,
			fromCache: true,
			failure: null,
		});
	}
	expect(await fetchOne({ refresh: 1e-9 })).toMatchObject({ requests: 0 });
	server.answer = (_request, response) => response.end("b\n");
	expect(
		await fetchOne({ refresh: "never", url: `${server.url}/b.csv` }),
	).toMatchObject({ requests: 1, fromCache: false });
	expect(
		await fetchOne({ refresh: 1e-9, url: `${server.url}/b.csv` }),
	).toMatchObject({ requests: 1 });
});

test("pages are followed by links in JSON, by cursors and by Link headers", async () => {
	server.answer = ({ path }, response) => {
		const { pathname, searchParams } = new URL(path, server.url);
		const page = Number(searchParams.get("page") ?? 1);
		const next = page < 3 ? page + 1 : null;
		const link = next && `/${pathname.slice(1)}?page=${next}`;
		if (pathname === "/header" && link !== null)
			response.setHeader("Link", `<${link}>; rel="next"`);
		response.end(
			JSON.stringify({ page, links: { next: link }, meta: { next } }),
		);
	};
	const fetched = await fetchAll([
		{
			name: "links",
			url: `${server.url}/links`,
			ending: ".json",
			paging: { next: "links.next" },
		},
		{
			name: "cursors",
			url: `${server.url}/cursors?rows=5`,
			ending: ".json",
			paging: { cursor: "meta.next", parameter: "page" },
		},
		{
			name: "header",
			url: `${server.url}/header`,
			ending: ".json",
			paging: "link-header",
		},
	]);
	expect(paths()).toEqual([
		"/links",
		"/links?page=2",
		"/links?page=3",
		"/cursors?rows=5",
		"/cursors?rows=5&page=2",
		"/cursors?rows=5&page=3",
		"/header",
		"/header?page=2",
		"/header?page=3",
	]);
	for (const { name, files, failure } of fetched) {
		expect(failure).toBeNull();
		expect(files).toEqual(
			[1, 2, 3].map((page) => `weather/${name}.0000${page}.json.gz`),
		);
		const pages = await Promise.all(files.map(textOf));
		expect(pages.map((page) => JSON.parse(page).page)).toEqual([1, 2, 3]);
	}
});

test("a rerun asks each page conditionally, and forgets pages that are no more", async () => {
	let last = 3;
	server.answer = ({ path, headers }, response) => {
		const page = Number(path.slice(1));
		const etag = `"${page} ${page === last}"`;
		response.setHeader("ETag", etag);
		if (headers["if-none-match"] === etag) response.writeHead(304).end();
		else
			response.end(
				JSON.stringify({ page, next: page < last ? page + 1 : null }),
			);
	};
	const source = {
		url: `${server.url}/1`,
		ending: ".json",
		paging: { next: "next" },
	};
	await fetchOne(source);
	const again = await fetchOne(source);
	expect(again).toMatchObject({ requests: 3, bytes: 0, fromCache: true });
	last = 2;
	const shorter = await fetchOne(source);
	expect(shorter).toMatchObject({ requests: 2, fromCache: false });
	expect(await files()).toEqual([
		"weather/station.00001.json.gz",
		"weather/station.00002.json.gz",
	]);
});

test("loops and repeated pages are told", async () => {
	const paging = { cursor: "next", parameter: "cursor" };
	const source = { url: `${server.url}/api`, ending: ".json", paging };
	server.answer = ({ path }, response) =>
		response.end(
			JSON.stringify({ path, next: path.endsWith("a") ? "b" : "a" }),
		);
	expect((await fetchOne(source)).failure).toMatch(
		/^station: page 4 of 127.0.0.1:\d+\/api is page 2 again: check the source's paging; nothing was fetched before$/,
	);
	server.seen.length = 0;
	let number = 0;
	server.answer = (_request, response) => {
		number++;
		response.setHeader("Link", `</api?page=${number}>; rel="next"`);
		response.end("[]");
	};
	const other = { ...source, paging: "link-header" };
	expect((await fetchOne(other)).failure).toContain("page 2 of");
	expect(await files()).toEqual([]);
});

test("pages have to be JSON to be followed, and of a size to be read", async () => {
	const source = { ending: ".json", paging: { next: "next" } };
	server.answer = (_request, response) => response.end("<html>");
	expect((await fetchOne(source)).failure).toContain("pages have to be JSON");
	expect(server.seen).toHaveLength(1);
	server.answer = (_request, response) =>
		response.end(Buffer.alloc(33 * 2 ** 20, " "));
	expect((await fetchOne(source)).failure).toContain("larger than 32 MB");
	// Without a length, an answer that was cut cannot be told from one that was not.
	server.answer = (_request, response) => {
		response.useChunkedEncodingByDefault = false;
		response.setHeader("Connection", "close");
		response.end(server.seen.length < 4 ? '{"next"' : '{"next": null}');
	};
	expect((await fetchOne(source)).failure).toBeNull();
	expect(server.seen).toHaveLength(4);
});

test("requests keep to the stated rate, also when they are tried again", async () => {
	server.answer = ({ path }, response) => {
		const page = Number(path.slice(1));
		if (server.seen.length === 2) response.writeHead(503).end();
		else
			response.end(JSON.stringify({ page, next: page < 4 ? page + 1 : null }));
	};
	const sentAt: number[] = [];
	await fetchOne(
		{
			url: `${server.url}/1`,
			ending: ".json",
			paging: { next: "next" },
			requestsPerMinute: 240,
		},
		{
			fetch: (url, init) => {
				sentAt.push(performance.now());
				return fetch(url, init);
			},
		},
	);
	expect(sentAt).toHaveLength(5);
	// A turn comes on time; what is sent upon it leaves some moments later, once more than once less.
	for (const [index, at] of sentAt.slice(1).entries())
		expect(at - (sentAt[index] ?? 0)).toBeGreaterThan(150);
});

test("a busy server is asked again when it says, and not before", async () => {
	const reasons: string[] = [];
	server.answer = (_request, response) => {
		if (server.seen.length > 1) response.end("a\n");
		else response.writeHead(429, { "Retry-After": "1" }).end();
	};
	const fetched = await fetchOne(
		{},
		{ onRetry: (_source, reason) => reasons.push(reason) },
	);
	expect(fetched).toMatchObject({ requests: 2, failure: null });
	const [first, second] = server.seen;
	expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
	expect(reasons).toEqual([
		expect.stringMatching(/^HTTP 429 from 127.0.0.1:\d+\/a.csv$/),
	]);
	const date = new Date(Date.now() + 3600_000).toUTCString();
	server.answer = (_request, response) =>
		response.writeHead(503, { "Retry-After": date }).end();
	const { failure } = await fetchOne({ refresh: "always" });
	expect(failure).toMatch(/asks to be left alone until [\d-]+ [\d:]+ UTC: run/);
});

test("a source that fails keeps its last files, and the others go on", async () => {
	const sources = ["a", "b", "c"].map((name) => ({
		name,
		url: `${server.url}/${name}.csv`,
	}));
	const [before] = await fetchAll(sources.slice(0, 1));
	server.answer = ({ path }, response) => {
		if (path === "/a.csv") response.writeHead(404).end("no");
		else if (path === "/b.csv") response.writeHead(500).end("no");
		else response.end("c\n");
	};
	const [a, b, c] = await fetchAll(sources);
	expect(a).toMatchObject({
		files: before?.files,
		requests: 1,
		fromCache: true,
	});
	expect(a?.failure).toMatch(
		/^a: HTTP 404 from 127.0.0.1:\d+\/a.csv: nothing is there: check the source's url; the files of [\d-]+ [\d:]+ UTC stay in use$/,
	);
	expect(b).toMatchObject({ files: [], requests: RETRY.attempts });
	expect(b?.failure).toMatch(
		/^b: HTTP 500 from .*: run again later; nothing was fetched before$/,
	);
	expect(c).toMatchObject({ files: ["weather/c.csv.gz"], failure: null });
	expect(await files()).toEqual(["weather/a.csv.gz", "weather/c.csv.gz"]);
	expect(await textOf("weather/a.csv.gz")).toBe("a,b\n1,2\n");
});

test("pages get to their places together or not at all", async () => {
	const source = {
		url: `${server.url}/1`,
		ending: ".json",
		paging: { next: "next" },
	};
	let run = 1;
	server.answer = ({ path }, response) => {
		const page = Number(path.slice(1));
		if (run === 2 && page === 2) response.writeHead(400).end();
		else
			response.end(
				JSON.stringify({ run, page, next: page < 2 ? page + 1 : null }),
			);
	};
	await fetchOne(source);
	run = 2;
	expect((await fetchOne(source)).failure).toContain("HTTP 400");
	for (const file of await files())
		expect(JSON.parse(await textOf(file)).run).toBe(1);
	run = 3;
	server.seen.length = 0;
	expect((await fetchOne(source)).failure).toBeNull();
	// The first page has arrived in the run that failed.
	expect(paths()).toEqual(["/2"]);
});

test("a cursor that has ended has its fetch begun anew", async () => {
	const source = {
		url: `${server.url}/api`,
		ending: ".json",
		paging: { cursor: "next", parameter: "cursor" },
	};
	let session = 1;
	server.answer = ({ path }, response) => {
		const cursor = new URL(path, server.url).searchParams.get("cursor");
		if (session === 1 && cursor !== null) response.writeHead(500).end();
		else if (cursor !== null && cursor !== `${session}`)
			response.writeHead(400).end();
		else
			response.end(
				JSON.stringify({ cursor, next: cursor === null ? session : null }),
			);
	};
	expect((await fetchOne(source)).failure).toContain("HTTP 500");
	session = 2;
	server.seen.length = 0;
	expect(await fetchOne(source)).toMatchObject({ failure: null });
	expect(paths()).toEqual(["/api?cursor=1", "/api", "/api?cursor=2"]);
});

test("files of sources that are no more are removed, as is what nobody knows", async () => {
	await fetchAll([{ name: "a" }, { name: "b" }]);
	await writeFile(join(filesFolder(folder), "weather/stranger.csv"), "");
	await fetchAll([{ name: "b", into: "posts", ending: ".json" }]);
	expect(await files()).toEqual(["posts/b.json.gz"]);
	expect(await readdir(join(folder, "sources"))).toEqual(["b"]);
	await fetchAll([]);
	expect(await files()).toEqual([]);
	await rm(folder, { recursive: true });
	expect(await fetchAll([])).toEqual([]);
	expect(existsSync(folder)).toBe(false);
});

test("the signal ends it with its reason", async () => {
	server.answer = (_request, response) => {
		response.write("a");
		stop.abort(new Error("stopped by hand"));
	};
	const stop = new AbortController();
	await expect(fetchOne({}, { signal: stop.signal })).rejects.toThrow(
		"stopped by hand",
	);
	expect(await files()).toEqual([]);
	server.answer = (_request, response) => response.end("a\n");
	expect((await fetchOne()).failure).toBeNull();
});

test("a folder has one process at a time", async () => {
	const release = await takeLock(join(folder, "pid"), "fetching");
	await expect(fetchOne()).rejects.toThrow(
		`process ${process.pid} is fetching the same sources`,
	);
	await release();
	expect((await fetchOne()).failure).toBeNull();
});

test("what nobody out there is to blame for is thrown", async () => {
	await writeFile(join(folder, "files"), "a file where a folder should be");
	await expect(fetchAll([{ name: "a" }, { name: "b" }])).rejects.toThrow(
		/EEXIST|ENOTDIR/,
	);
});
