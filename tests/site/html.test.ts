import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { beforeAll, expect, test } from "vitest";
import { builtSite } from "./built-site.ts";

const pages = new Map<string, string>();
let site = "";
beforeAll(async () => {
	site = builtSite();
	for await (const path of glob("**/*.html", { cwd: site }))
		pages.set(path, await readFile(join(site, path), "utf8"));
});

test("every page states its policy before it names a file", () => {
	expect(pages.size).toBeGreaterThan(1);
	for (const [path, html] of pages) {
		const { document } = parseHTML(html);
		const [charset, policy] = document.head.children;
		expect(charset?.getAttribute("charset"), path).toBe("utf-8");
		expect(policy?.getAttribute("http-equiv"), path).toBe(
			"Content-Security-Policy",
		);
		const content = policy?.getAttribute("content") ?? "";
		expect(content, path).toContain("default-src 'none'");
		expect(content, path).not.toMatch(/'unsafe-(inline|eval)'|\*/);
	}
});

test("no page holds what the policy forbids", () => {
	for (const [path, html] of pages) {
		const { document } = parseHTML(html);
		for (const script of document.querySelectorAll("script"))
			expect(script.hasAttribute("src"), `${path}: ${script}`).toBe(true);
		expect(document.querySelectorAll("[style]").length, path).toBe(0);
		if (path !== "404.html")
			expect(document.querySelectorAll("style").length, path).toBe(0);
		for (const element of document.querySelectorAll("*"))
			for (const name of element.getAttributeNames())
				expect(name, path).not.toMatch(/^on/);
	}
});

test("every link is relative and leads to a file", () => {
	for (const [path, html] of pages) {
		const { document } = parseHTML(html);
		for (const element of document.querySelectorAll("[href], [src]")) {
			const address =
				element.getAttribute("href") ?? element.getAttribute("src") ?? "";
			if (/^(#|data:|https:)/.test(address)) continue;
			expect(address, path).toMatch(/^\.{1,2}\//);
			if (path === "404.html") continue;
			const target = new URL(address, `https://x.org/${path}`).pathname;
			const file = target.endsWith("/") ? `${target}index.html` : target;
			expect(existsSync(join(site, file)), `${path}: ${address}`).toBe(true);
		}
	}
});

test("a page that hosts show at any depth needs no other file", () => {
	const { document } = parseHTML(pages.get("404.html") ?? "");
	expect(document.querySelectorAll("script, img").length).toBe(0);
	for (const link of document.querySelectorAll("link"))
		expect(link.getAttribute("href")).toBe("data:,");
});

test("style sheets name their fonts and pictures from where they lie", async () => {
	for await (const path of glob("_a/*.css", { cwd: site })) {
		const css = await readFile(join(site, path), "utf8");
		for (const [, address = ""] of css.matchAll(
			/url\(["']?([^"')]+)["']?\)/g,
		)) {
			if (/^(#|data:|%23)/.test(address)) continue;
			expect(address, path).toMatch(/^\.{1,2}\//);
			expect(existsSync(join(site, "_a", address)), address).toBe(true);
		}
	}
});

test("WebAssembly is there once, and packed", async () => {
	expect(await Array.fromAsync(glob("_a/*.wasm", { cwd: site }))).toEqual([]);
	const packed = await Array.fromAsync(glob("_a/*.wasm*.gz", { cwd: site }));
	// DuckDB for pages that are isolated and for others, of which a page fetches one.
	for (const name of ["duckdb-coi", "duckdb-eh", "parquet"])
		expect(packed.filter((path) => path.includes(name))).toHaveLength(1);
	expect(packed).toHaveLength(3);
});
