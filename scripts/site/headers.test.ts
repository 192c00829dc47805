import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EMBEDDED_PAGE, writeHeaders } from "./headers.ts";

let site = "";
beforeAll(async () => {
	site = await mkdtemp(join(tmpdir(), "lakeside-headers-"));
	for (const page of ["", "sql/", "rides/", EMBEDDED_PAGE]) {
		await mkdir(join(site, page), { recursive: true });
		await writeFile(join(site, page, "index.html"), "");
	}
	await writeHeaders(site, "default-src 'none'");
});
afterAll(() => rm(site, { recursive: true }));

/** The policies that a host which joins its rules sends for a path. */
async function policiesOf(path: string): Promise<string[]> {
	const lines = (await readFile(join(site, "_headers"), "utf8")).split("\n");
	const policies: string[] = [];
	let isMet = false;
	for (const line of lines)
		if (line.startsWith("/"))
			isMet = line.endsWith("*")
				? path.startsWith(line.slice(0, -1))
				: path === line;
		else if (isMet && line.trim().startsWith("Content-Security-Policy: "))
			policies.push(line.trim().slice("Content-Security-Policy: ".length));
	return policies;
}

test("no request carries the address of a page, which says what is looked at", async () => {
	expect(await readFile(join(site, "_headers"), "utf8")).toMatch(
		/^\/\*\n(?: {2}.*\n)* {2}Referrer-Policy: no-referrer\n/,
	);
});

test("every page has its policy, and only the one for it may be framed", async () => {
	for (const path of [
		...["/", "/index.html", "/sql/", "/sql", "/sql/index.html"],
		...["/rides/", "/rides", "/rides/index.html"],
	])
		expect(await policiesOf(path), path).toEqual([
			"default-src 'none'",
			"frame-ancestors 'none'",
		]);
	expect(await policiesOf(`/${EMBEDDED_PAGE}`)).toEqual(["default-src 'none'"]);
});
