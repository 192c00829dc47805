import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SiteServer, serveSite } from "./serve.ts";

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

let folder = "";
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-serve-"));
	for (const name of ["_a", "lake/rides", "rides"])
		await mkdir(join(folder, name), { recursive: true });
	await writeFile(join(folder, "index.html"), "home");
	await writeFile(join(folder, "404.html"), "not here");
	await writeFile(join(folder, "rides/index.html"), "rides");
	for (const name of [
		"_a/a.12345678.js",
		"_a/a.12345678.mjs",
		"_a/a.12345678.wasm",
		"_a/a.12345678.wasm.gz",
		"lake/rides/part-0-0123456789abcdef.parquet",
		"lake/catalog.json",
		"service-worker.js",
	])
		await writeFile(join(folder, name), BYTES);
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(["/", "/deep/base/"])("under %s", (base) => {
	let server: SiteServer;
	const get = (path: string, init?: RequestInit) =>
		fetch(`${server.url}${path}`, { redirect: "manual", ...init });
	beforeAll(async () => {
		server = await serveSite({ folder, port: 0, base });
	});
	afterAll(() => server.close());

	test("pages answer with their folder, folders lead there and keep the query", async () => {
		expect(await (await get("")).text()).toBe("home");
		expect(await (await get("rides/?a=1")).text()).toBe("rides");
		const redirect = await get("rides?a=1");
		expect(redirect.status).toBe(301);
		expect(redirect.headers.get("Location")).toBe(`${base}rides/?a=1`);
	});

	test.each([
		["_a/a.12345678.js", "text/javascript"],
		["_a/a.12345678.mjs", "text/javascript"],
		["_a/a.12345678.wasm", "application/wasm"],
		["_a/a.12345678.wasm.gz", "application/gzip"],
		[
			"lake/rides/part-0-0123456789abcdef.parquet",
			"application/vnd.apache.parquet",
		],
		["lake/catalog.json", "application/json"],
	])("%s is %s, unpacked by nobody", async (path, type) => {
		const response = await get(path);
		expect(response.headers.get("Content-Type")).toContain(type);
		expect(response.headers.get("Content-Encoding")).toBeNull();
		expect(new Uint8Array(await response.arrayBuffer())).toEqual(BYTES);
	});

	test("ranges are cut exactly, at the front, in the middle and at the end", async () => {
		for (const [range, from, to] of [
			["bytes=0-0", 0, 1],
			["bytes=100-199", 100, 200],
			["bytes=-8", 992, 1000],
			["bytes=990-", 990, 1000],
		] as const) {
			const response = await get("lake/rides/part-0-0123456789abcdef.parquet", {
				headers: { Range: range },
			});
			expect(response.status).toBe(206);
			expect(new Uint8Array(await response.arrayBuffer())).toEqual(
				BYTES.subarray(from, to),
			);
		}
		const beyond = await get("lake/rides/part-0-0123456789abcdef.parquet", {
			headers: { Range: "bytes=1000-" },
		});
		expect(beyond.status).toBe(416);
	});

	test("hashed names last, the others are asked for again", async () => {
		const cached = async (path: string) =>
			(await get(path)).headers.get("Cache-Control");
		for (const path of [
			"_a/a.12345678.js",
			"lake/rides/part-0-0123456789abcdef.parquet",
		])
			expect(await cached(path)).toContain("immutable");
		for (const path of [
			"",
			"rides/",
			"lake/catalog.json",
			"service-worker.js",
			"missing",
			"_a/missing.js",
		])
			expect(await cached(path)).toBe("no-cache");
	});

	test("what is not there is a 404 with its page, also outside the folder", async () => {
		for (const path of ["missing", "a/b/c/", "..%2F..%2Fetc%2Fpasswd"]) {
			const response = await get(path);
			expect(response.status).toBe(404);
			expect(await response.text()).toBe("not here");
		}
	});

	test("pages, their scripts and what is missing are isolated, unless told otherwise", async () => {
		const isolation = async (url: string) => {
			const { headers } = await fetch(url);
			return [
				headers.get("Cross-Origin-Opener-Policy"),
				headers.get("Cross-Origin-Embedder-Policy"),
			];
		};
		for (const path of ["", "_a/a.12345678.js", "missing"])
			expect(await isolation(server.url + path)).toEqual([
				"same-origin",
				"require-corp",
			]);
		const other = await serveSite({ folder, port: 0, base, isolated: false });
		expect(await isolation(other.url)).toEqual([null, null]);
		await other.close();
	});

	test("nobody may frame a page but the one that is there for it", async () => {
		const policy = async (path: string) =>
			(await get(path)).headers.get("Content-Security-Policy");
		for (const path of ["", "rides/", "rides/embed/index.html", "no/page/"])
			expect(await policy(path), path).toContain("frame-ancestors 'none'");
		expect(await policy("rides/embed/?draw=lines")).toBeNull();
	});
});

test("without a port it takes the next free one", async () => {
	const first = await serveSite({ folder });
	const second = await serveSite({ folder });
	try {
		expect(second.url).not.toBe(first.url);
		await expect(
			serveSite({ folder, port: Number(new URL(first.url).port) }),
		).rejects.toThrow("EADDRINUSE");
	} finally {
		await first.close();
		await second.close();
	}
});
