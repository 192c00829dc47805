import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
	type LocalServer,
	startServer,
} from "../../tests/support/local-server.ts";
import { fetchSources } from "./fetch-sources.ts";
import type { OAuth2Settings, SourceSettings } from "./source-settings.ts";

const RETRY = { attempts: 3, baseMs: 1, maxMs: 5 };
const ENVIRONMENT = { SECRET: "cl1ent-secret", REFRESH: "refresh-0" };

let folder: string;
/** A server whose refresh tokens are good for once, with what it accepts now. */
let server: LocalServer;
let accepted: { refresh: string; access: string; given: number };
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-tokens-"));
	accepted = { refresh: "refresh-0", access: "", given: 0 };
	server = await startServer(({ path, headers, body }, response) => {
		if (path !== "/token") {
			const isGood = headers.authorization === `Bearer ${accepted.access}`;
			response.writeHead(isGood ? 200 : 401).end("a\n");
			return;
		}
		const form = new URLSearchParams(body);
		if (form.get("refresh_token") !== accepted.refresh) {
			response.writeHead(400).end('{"error": "invalid_grant"}');
			return;
		}
		const given = accepted.given + 1;
		accepted = {
			refresh: `refresh-${given}`,
			access: `access-${given}`,
			given,
		};
		response.end(
			JSON.stringify({
				access_token: accepted.access,
				refresh_token: accepted.refresh,
				expires_in: 3600,
			}),
		);
	});
});
afterEach(async () => {
	await server.close();
	await rm(folder, { recursive: true, force: true });
});

function source(
	name: string,
	oauth2: Partial<OAuth2Settings> = {},
): SourceSettings {
	return {
		name,
		into: "weather",
		url: `${server.url}/${name}.csv`,
		ending: ".csv",
		headers: {},
		paging: null,
		requestsPerMinute: null,
		refresh: "always",
		oauth2: {
			tokenUrl: `${server.url}/token`,
			clientId: "client",
			clientSecret: "${SECRET}",
			refreshToken: "${REFRESH}",
			authentication: "body",
			...oauth2,
		},
	};
}

const fetchAll = (sources: SourceSettings[], environment = ENVIRONMENT) =>
	fetchSources(sources, folder, { environment, retry: RETRY });

const paths = () => server.seen.map(({ path }) => path);

test("a token is asked for once, kept for later runs and shared by sources", async () => {
	const sources = [source("a"), source("b")];
	const [a, b] = await fetchAll(sources);
	expect(a).toMatchObject({ failure: null, requests: 2 });
	expect(b).toMatchObject({ failure: null, requests: 1 });
	const [grant] = server.seen;
	expect(grant?.method).toBe("POST");
	expect(Object.fromEntries(new URLSearchParams(grant?.body))).toEqual({
		grant_type: "refresh_token",
		refresh_token: "refresh-0",
		client_id: "client",
		client_secret: "cl1ent-secret",
	});
	await fetchAll(sources);
	expect(paths().filter((path) => path === "/token")).toHaveLength(1);
});

test("a token that has ended is replaced once, by the rotated refresh token", async () => {
	await fetchAll([source("a")]);
	accepted.access = "none any more";
	server.seen.length = 0;
	const [again] = await fetchAll([source("a")]);
	expect(again).toMatchObject({ failure: null, requests: 3 });
	expect(paths()).toEqual(["/a.csv", "/token", "/a.csv"]);
	expect(new URLSearchParams(server.seen[1]?.body).get("refresh_token")).toBe(
		"refresh-1",
	);
	const [file, ...others] = await readdir(join(folder, "tokens"));
	expect(others).toEqual([]);
	const path = join(folder, "tokens", file ?? "");
	expect((await stat(path)).mode & 0o777).toBe(0o600);
	const kept = JSON.parse(await readFile(path, "utf8"));
	expect(kept).toMatchObject({
		refreshToken: "refresh-2",
		accessToken: "access-2",
	});
	for (const secret of Object.values(ENVIRONMENT)) {
		expect(JSON.stringify(kept)).not.toContain(secret);
		expect(path).not.toContain(secret);
	}
});

test("a token that is refused even though it is new fails the source", async () => {
	const { answer } = server;
	server.answer = (request, response) =>
		request.path === "/token"
			? answer(request, response)
			: response.writeHead(401).end();
	const [fetched] = await fetchAll([source("a")]);
	expect(paths()).toEqual(["/token", "/a.csv", "/token", "/a.csv"]);
	expect(fetched?.failure).toContain("HTTP 401 from");
});

test("a grant that has ended says what to set, and new consent takes its place", async () => {
	await fetchAll([source("a")]);
	accepted = { refresh: "refresh-new", access: "none", given: 8 };
	const [ended] = await fetchAll([source("a")]);
	expect(ended?.failure).toMatch(
		/^a: HTTP 400 \(invalid_grant\) from .*\/token, which gives out access tokens: grant access anew and set REFRESH; the files of/,
	);
	const shown = inspect(ended);
	for (const secret of ["refresh-1", "access-1", "cl1ent-secret"])
		expect(shown).not.toContain(secret);
	const [renewed] = await fetchAll([source("a")], {
		...ENVIRONMENT,
		REFRESH: "refresh-new",
	});
	expect(renewed?.failure).toBeNull();
});

test("the client may also be told by a header, and a busy server is asked again", async () => {
	const { answer } = server;
	server.answer = (request, response) =>
		server.seen.length === 1
			? response.writeHead(503).end()
			: answer(request, response);
	const [fetched] = await fetchAll([source("a", { authentication: "basic" })]);
	expect(fetched).toMatchObject({ failure: null, requests: 3 });
	const grant = server.seen[1];
	expect(grant?.headers.authorization).toBe(
		`Basic ${btoa("client:cl1ent-secret")}`,
	);
	expect(grant?.body).not.toContain("client");
});
