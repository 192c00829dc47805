import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
	type LocalServer,
	startServer,
} from "../../tests/support/local-server.ts";
import { type FetchOptions, fetchSources } from "./fetch-sources.ts";
import type { SourceSettings } from "./source-settings.ts";

const RETRY = { attempts: 2, baseMs: 1, maxMs: 2 };
const TOKEN = "t0ken/of+the st@tion";
const KEY = "k3y&of=the/address";
const ENVIRONMENT = { TOKEN, KEY };
const FORMS = [TOKEN, KEY].flatMap((secret) => [
	secret,
	encodeURIComponent(secret),
	new URLSearchParams({ v: secret }).toString().slice(2),
]);

let folder: string;
let server: LocalServer;
let other: LocalServer;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-leaks-"));
	server = await startServer((_request, response) => response.end("a\n"));
	other = await startServer((_request, response) => response.end("b\n"));
});
afterEach(async () => {
	await server.close();
	await other.close();
	await rm(folder, { recursive: true, force: true });
});

/** Fetches a source with secrets in headers, path and query; gives all that anybody gets to see. */
async function fetchSeen(
	source: Partial<SourceSettings> = {},
	options: FetchOptions = {},
) {
	const seen: unknown[] = [];
	const watch = { ...options };
	try {
		const fetched = await fetchSources(
			[
				{
					name: "station",
					into: "weather",
					url: `${server.url}/of/\${KEY}/a?key=\${KEY}`,
					ending: ".json",
					headers: { Authorization: "Bearer ${TOKEN}", "X-Key": "${KEY}" },
					paging: null,
					requestsPerMinute: null,
					refresh: "always",
					oauth2: null,
					...source,
				},
			],
			folder,
			{
				environment: ENVIRONMENT,
				retry: RETRY,
				onProgress: (progress) => seen.push(progress),
				onRetry: (...retry) => seen.push(retry),
				...watch,
			},
		);
		seen.push(fetched);
		return { fetched: fetched[0], shown: await shown(seen) };
	} catch (error) {
		seen.push(error);
		return { fetched: undefined, shown: await shown(seen) };
	}
}

/** As text, with names and contents of all files but the answers themselves. */
async function shown(seen: readonly unknown[]): Promise<string> {
	const parts = [inspect(seen, { depth: 20, showHidden: true })];
	for (const entry of await readdir(folder, {
		recursive: true,
		withFileTypes: true,
	})) {
		const path = join(entry.parentPath, entry.name);
		parts.push(path);
		if (entry.isFile() && !path.endsWith(".gz"))
			parts.push(await readFile(path, "latin1"));
	}
	return parts.join("\n");
}

function expectNoSecret(text: string): void {
	for (const form of FORMS) expect(text).not.toContain(form);
}

test("secrets are sent, and shown nowhere", async () => {
	server.answer = (_request, response) => {
		response.setHeader("ETag", '"v1"');
		response.setHeader("Cache-Control", "max-age=60");
		response.end("{}");
	};
	const { fetched, shown } = await fetchSeen();
	expect(fetched?.failure).toBeNull();
	const [request] = server.seen;
	const sent = encodeURIComponent(KEY);
	expect(request?.path).toBe(`/of/${sent}/a?key=${sent}`);
	expect(request?.headers.authorization).toBe(`Bearer ${TOKEN}`);
	expect(request?.headers["x-key"]).toBe(KEY);
	expectNoSecret(shown);
	expect(shown).toContain("weather/station.json.gz");
});

test("records and answers are for their owner only", async () => {
	await fetchSeen();
	const mode = (path: string) =>
		stat(join(folder, path)).then((status) => status.mode & 0o777);
	expect(await mode("sources/station/record.json")).toBe(0o600);
	expect(await mode("sources/station")).toBe(0o700);
});

test("failures name host and path, with the variable's name in its place", async () => {
	for (const status of [400, 401, 403, 404, 500, 503]) {
		server.answer = (request, response) =>
			response.writeHead(status).end(request.path);
		const { fetched, shown } = await fetchSeen();
		expect(fetched?.failure).toMatch(
			new RegExp(`HTTP ${status} from 127\\.0\\.0\\.1:\\d+/of/\\$\\{KEY\\}/a`),
		);
		expectNoSecret(shown);
		if (status === 401)
			expect(fetched?.failure).toContain("check that KEY, TOKEN may read it");
	}
});

test("what fetch throws is told without secrets", async () => {
	const thrown = [
		new TypeError(`Failed to parse URL from /?key=${KEY}`),
		Object.assign(new TypeError("fetch failed"), {
			cause: Object.assign(new Error(`invalid header Bearer ${TOKEN}`), {
				input: encodeURIComponent(KEY),
			}),
		}),
		Object.assign(new Error(`reset at ?key=${encodeURIComponent(KEY)}`), {
			code: "ECONNRESET",
		}),
	];
	for (const error of thrown) {
		const { fetched, shown } = await fetchSeen(
			{},
			{ fetch: () => Promise.reject(error) },
		);
		expect(fetched?.failure).toContain("${");
		expect(fetched?.requests).toBe("code" in error ? RETRY.attempts : 1);
		expectNoSecret(shown);
	}
	const broken = await fetchSeen(
		{},
		{
			onProgress: () => {
				throw new Error(`unforeseen ${TOKEN}`);
			},
		},
	);
	expect(broken.shown).toContain("unforeseen ${TOKEN}");
	expectNoSecret(broken.shown);
});

test("redirects to another host are followed without credentials", async () => {
	server.answer = ({ path }, response) => {
		const to = path.startsWith("/of") ? "/there?b=1" : `${other.url}/else?c=2`;
		response.writeHead(302, { Location: to }).end();
	};
	const { fetched, shown } = await fetchSeen();
	expect(fetched).toMatchObject({ failure: null, requests: 3 });
	expect(server.seen[1]?.path).toBe("/there?b=1");
	expect(server.seen[1]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
	expect(other.seen[0]?.path).toBe("/else?c=2");
	expectNoSecret(JSON.stringify(other.seen));
	expectNoSecret(shown);
});

test("redirects that carry secrets fail without showing them", async () => {
	const key = encodeURIComponent(KEY);
	for (const to of [
		`${other.url}/back/${key}?key=${key}`,
		`ftp://data.example/${key}`,
		`http://${key}@[`,
	]) {
		server.answer = (_request, response) =>
			response.writeHead(307, { Location: to }).end();
		other.answer = (_request, response) => response.writeHead(404).end();
		const { fetched, shown } = await fetchSeen();
		expect(fetched?.failure).not.toBeNull();
		expectNoSecret(shown);
	}
	server.answer = (request, response) =>
		response.writeHead(302, { Location: request.path }).end();
	const { fetched, shown } = await fetchSeen();
	expect(fetched?.failure).toContain("redirected more than 10 times");
	expectNoSecret(shown);
});

test("next pages on another host get no credentials, and links that hold secrets are not kept", async () => {
	const answer: LocalServer["answer"] = ({ path }, response) => {
		const number = Number(path.at(-1));
		response.setHeader("ETag", `"${number}"`);
		response.end(
			JSON.stringify({
				number,
				next:
					number === 2
						? `${other.url}/3`
						: number === 3
							? null
							: `/2?token=${encodeURIComponent(TOKEN)}&page=2`,
			}),
		);
	};
	server.answer = answer;
	other.answer = answer;
	const source: Partial<SourceSettings> = {
		url: `${server.url}/1`,
		headers: { Authorization: "Bearer ${TOKEN}" },
		paging: { kind: "next", path: "next" },
		refresh: "when-changed",
	};
	const { fetched, shown } = await fetchSeen(source);
	expect(fetched).toMatchObject({ failure: null, requests: 3 });
	expect(other.seen[0]?.headers.authorization).toBeUndefined();
	expectNoSecret(shown);
	await fetchSeen(source);
	const conditional = [...server.seen.slice(2), ...other.seen.slice(1)].map(
		({ headers }) => headers["if-none-match"],
	);
	expect(conditional).toEqual([undefined, '"2"', '"3"']);
});

test("a page that is not JSON is told without the secrets in it", async () => {
	server.answer = (_request, response) => response.end(`${TOKEN}`);
	const { fetched, shown } = await fetchSeen({
		paging: { kind: "next", path: "next" },
	});
	expect(fetched?.failure).toContain("pages have to be JSON");
	expectNoSecret(shown);
	const [file] = await readdir(join(folder, "sources/station/waiting"));
	const bytes = await readFile(
		join(folder, "sources/station/waiting", file ?? ""),
	);
	expect(gunzipSync(bytes).toString()).toBe(TOKEN);
});

test("variables that are not set are an error before anything is sent", async () => {
	await expect(
		fetchSeen({}, { environment: { KEY } }).then(({ shown }) => shown),
	).resolves.toContain("the source station needs TOKEN: set the environment");
	expect(server.seen).toEqual([]);
});
