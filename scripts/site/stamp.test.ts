import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { siteStamp } from "./stamp.ts";

let root = "";
let lake = "";
beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), "lakeside-stamp-"));
	lake = join(root, "public/lake");
	await mkdir(join(root, "src/pages"), { recursive: true });
	await mkdir(lake, { recursive: true });
	await writeFile(join(root, "src/pages/a.astro"), "one");
});
afterAll(() => rm(root, { recursive: true }));

test("the stamp changes with what the site follows from, and with nothing else", async () => {
	const change = async (path: string, text: string) => {
		const before = await siteStamp(root, lake, null);
		await writeFile(join(root, path), text);
		return (await siteStamp(root, lake, null)) !== before;
	};
	expect(await change("src/pages/a.astro", "two")).toBe(true);
	expect(await change("src/pages/a.astro", "two")).toBe(false);
	expect(await change("public/icon.svg", "<svg/>")).toBe(true);
	expect(await change("public/lake/catalog.json", "{}")).toBe(true);
	expect(await change("public/lake/part.parquet", "x")).toBe(false);
	expect(await change("src/a.test.ts", "x")).toBe(false);
	const plain = await siteStamp(root, lake, null);
	vi.stubEnv("PUBLIC_BASEMAP", "tiles/valley.pmtiles");
	expect(await siteStamp(root, lake, null)).not.toBe(plain);
	vi.unstubAllEnvs();
	expect(await siteStamp(root, lake, null)).toBe(plain);
	expect(await siteStamp(root, lake, "https://x.org/")).not.toBe(
		await siteStamp(root, lake, null),
	);
});
