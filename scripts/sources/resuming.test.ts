import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
	type LocalServer,
	type SeenRequest,
	startServer,
} from "../../tests/support/local-server.ts";
import { fetchSources } from "./fetch-sources.ts";
import { filesFolder } from "./files-folder.ts";
import type { SourceSettings } from "./source-settings.ts";

const RETRY = { attempts: 3, baseMs: 1, maxMs: 5 };
const PART = 4 * 2 ** 20;
const DATE = "Wed, 01 May 2024 12:00:00 GMT";

/** Some 18 MB of CSV. */
const CONTENT = Buffer.from(
	Array.from(
		{ length: 500_000 },
		(_, index) => `${index},2024-05-01T00:00:00Z,${index % 977}\n`,
	).join(""),
);

let folder: string;
let server: LocalServer;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-resuming-"));
	server = await startServer((request, response) =>
		send(request, response, CONTENT, '"v1"'),
	);
});
afterEach(async () => {
	await server.close();
	await rm(folder, { recursive: true, force: true });
});

function source(): SourceSettings {
	return {
		name: "large",
		into: "weather",
		url: `${server.url}/large.csv`,
		ending: ".csv",
		headers: {},
		paging: null,
		requestsPerMinute: null,
		refresh: "when-changed",
		oauth2: null,
	};
}

/** A file as a server with Range support sends it; `cut` is how many bytes arrive before it falls silent or hangs up. */
function send(
	{ headers }: SeenRequest,
	response: ServerResponse,
	content: Buffer,
	etag: string | null,
	cut?: { after: number; hangUp: boolean },
): void {
	const [, from = "0"] = /^bytes=(\d+)-$/.exec(headers.range ?? "") ?? [];
	const isRest =
		headers.range !== undefined &&
		(headers["if-range"] === etag || headers["if-range"] === DATE);
	const start = isRest ? Number(from) : 0;
	if (isRest && start >= content.length) {
		response.writeHead(416).end();
		return;
	}
	response.writeHead(isRest ? 206 : 200, {
		...(etag === null ? { "Last-Modified": DATE } : { ETag: etag }),
		"Content-Length": content.length - start,
		...(isRest
			? {
					"Content-Range": `bytes ${start}-${content.length - 1}/${content.length}`,
				}
			: {}),
	});
	if (cut === undefined) response.end(content.subarray(start));
	else
		response.write(content.subarray(start, start + cut.after), () => {
			if (cut.hangUp) response.destroy();
		});
}

async function content(): Promise<Buffer> {
	return gunzipSync(
		await readFile(join(filesFolder(folder), "weather/large.csv.gz")),
	);
}

const ranges = () => server.seen.map(({ headers }) => headers.range);

test("a cut connection goes on where it was cut, however often", async () => {
	for (const etag of ['"v1"', null]) {
		server.seen.length = 0;
		const lengths: number[] = [];
		server.answer = (request, response) =>
			send(request, response, CONTENT, etag, { after: 5e6, hangUp: true });
		const [fetched] = await fetchSources(
			[{ ...source(), refresh: "always" }],
			folder,
			{
				retry: { ...RETRY, attempts: 2 },
				onProgress: ({ bytes, totalBytes }) => {
					expect(totalBytes).toBe(CONTENT.length);
					lengths.push(bytes);
				},
			},
		);
		expect(fetched).toMatchObject({ failure: null, bytes: CONTENT.length });
		expect(server.seen.length).toBeGreaterThan(3);
		expect(lengths.toSorted((a, b) => a - b)).toEqual(lengths);
		expect(lengths.at(-1)).toBe(CONTENT.length);
		expect((await content()).equals(CONTENT)).toBe(true);
	}
});

test("a killed process goes on with what it had whole on disk", async () => {
	server.answer = (request, response) =>
		send(request, response, CONTENT, '"v1"', { after: 15e6, hangUp: false });
	const child = fetchInChild();
	await journalSays(2 * PART);
	child.kill("SIGKILL");
	await once(child, "exit");
	expect(await readdir(folder, { recursive: true })).not.toContain("files");

	server.answer = (request, response) =>
		send(request, response, CONTENT, '"v1"');
	const [fetched] = await fetchSources([source()], folder);
	const [, range] = ranges();
	const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1]);
	expect(start).toBeGreaterThanOrEqual(2 * PART);
	expect(server.seen[1]?.headers["if-range"]).toBe('"v1"');
	expect(fetched).toMatchObject({
		failure: null,
		requests: 1,
		bytes: CONTENT.length - start,
	});
	expect((await content()).equals(CONTENT)).toBe(true);
	expect(await readdir(join(folder, "sources/large"))).toEqual(["record.json"]);
});

test("pages of a killed process that are there are not asked for again", async () => {
	const page = ({ path }: SeenRequest, response: ServerResponse) => {
		const number = Number(path.slice(1));
		const next = number < 4 ? `/${number + 1}` : null;
		response.end(JSON.stringify({ number, next }));
	};
	server.answer = (request, response) => {
		if (request.path === "/3") child.kill("SIGKILL");
		else page(request, response);
	};
	const paged: SourceSettings = {
		...source(),
		url: `${server.url}/1`,
		ending: ".json",
		paging: { kind: "next", path: "next" },
	};
	const child = fetchInChild(paged);
	await once(child, "exit");
	server.answer = page;
	server.seen.length = 0;
	const [fetched] = await fetchSources([paged], folder);
	expect(fetched?.files).toHaveLength(4);
	expect(server.seen.map(({ path }) => path)).toEqual(["/3", "/4"]);
});

test("what has changed meanwhile is fetched from its beginning", async () => {
	const changed = Buffer.from(CONTENT).fill("x", 0, 1000);
	server.answer = (request, response) =>
		server.seen.length === 1
			? send(request, response, CONTENT, '"v1"', { after: 5e6, hangUp: true })
			: send(request, response, changed, '"v2"');
	const [fetched] = await fetchSources([source()], folder, { retry: RETRY });
	expect(fetched?.failure).toBeNull();
	expect((await content()).equals(changed)).toBe(true);
});

test("ranges that do not fit are not believed", async () => {
	const answers: ((request: SeenRequest, response: ServerResponse) => void)[] =
		[
			(request, response) =>
				send(request, response, CONTENT, '"v1"', { after: 5e6, hangUp: true }),
			(_request, response) =>
				response
					.writeHead(206, {
						ETag: '"v1"',
						"Content-Range": `bytes 0-9/${CONTENT.length}`,
					})
					.end("0123456789"),
			(request, response) =>
				send(request, response, CONTENT, '"v1"', { after: 5e6, hangUp: true }),
			(_request, response) => response.writeHead(416).end(),
		];
	server.answer = (request, response) =>
		(
			answers.shift() ??
			((request, response) => send(request, response, CONTENT, '"v1"'))
		)(request, response);
	const [fetched] = await fetchSources([source()], folder, {
		retry: { ...RETRY, attempts: 5 },
	});
	expect(fetched?.failure).toBeNull();
	expect(ranges().map((range) => range !== undefined)).toEqual([
		false,
		true,
		false,
		true,
		false,
	]);
	expect((await content()).equals(CONTENT)).toBe(true);
});

test("a short download is never taken for the whole", async () => {
	// Nothing tells this answer from another, so that each try begins anew.
	server.answer = (_request, response) => {
		response.writeHead(200, { "Content-Length": 100 });
		response.write("a,b\n", () => response.destroy());
	};
	const [fetched] = await fetchSources([source()], folder, { retry: RETRY });
	expect(fetched).toMatchObject({ files: [], requests: RETRY.attempts });
	expect(fetched?.failure).toMatch(/^large: 127.0.0.1:\d+\/large.csv: /);
	expect(ranges()).toEqual([undefined, undefined, undefined]);
});

test("an answer packed on the way is kept whole, and not resumed", async () => {
	const { gzipSync } = await import("node:zlib");
	const packed = gzipSync(CONTENT);
	server.answer = (_request, response) => {
		response.writeHead(200, {
			ETag: '"v1"',
			"Content-Encoding": "gzip",
			"Content-Length": packed.length,
		});
		if (server.seen.length > 1) response.end(packed);
		else
			response.write(packed.subarray(0, packed.length / 2), () =>
				response.destroy(),
			);
	};
	const [fetched] = await fetchSources([source()], folder, { retry: RETRY });
	expect(fetched?.failure).toBeNull();
	expect(ranges()).toEqual([undefined, undefined]);
	expect((await content()).equals(CONTENT)).toBe(true);
});

/** The same as here, in a process that can be killed. */
function fetchInChild(settings = source()): ChildProcess {
	const module = new URL("fetch-sources.ts", import.meta.url);
	return spawn(
		process.execPath,
		[
			"--input-type=module",
			"-e",
			`const { fetchSources } = await import(${JSON.stringify(module)});
			await fetchSources(${JSON.stringify([settings])}, ${JSON.stringify(folder)});`,
		],
		{ stdio: ["ignore", "inherit", "inherit"] },
	);
}

/** Resolves once so many bytes of the answer are on disk. */
async function journalSays(bytes: number): Promise<void> {
	const path = join(folder, "sources/large/part.json");
	for (;;) {
		const text = await readFile(path, "utf8").catch(() => "{}");
		if (JSON.parse(text).received >= bytes) return;
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}
