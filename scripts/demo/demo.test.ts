import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDemo } from "./demo.ts";
import { Random, WeightedIndex, zipfWeights } from "./random.ts";

let scratch: string;
let folder: string;
let files: string[];

beforeAll(async () => {
	scratch = await mkdtemp(join(tmpdir(), "lakeside-demo-"));
	folder = join(scratch, "input");
	await makeDemo(folder);
	files = (await readdir(folder, { recursive: true, withFileTypes: true }))
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
		.sort();
});
afterAll(() => rm(scratch, { recursive: true }));

const below = (path: string) => files.filter((file) => file.startsWith(path));

test("600 rides, a few of them without times, each file of its own", async () => {
	const rides = below("rides/");
	expect(rides).toHaveLength(600);
	const hashes = new Set<string>();
	let undated = 0;
	for (const ride of rides) {
		const text = await readFile(join(folder, ride), "utf8");
		hashes.add(createHash("sha256").update(text).digest("hex"));
		if (!text.includes("<time>")) undated += 1;
		expect(text).toContain("Synthetic");
	}
	expect(hashes.size).toBe(600);
	expect(undated).toBe(4);
});

test("100,000 posts of two years with ids of their own, about a quarter tagged", async () => {
	const ids = new Set<string>();
	let tagged = 0;
	let lines = 0;
	for (const file of below("posts/"))
		for (const line of (await readFile(join(folder, file), "utf8"))
			.trim()
			.split("\n")) {
			const post = JSON.parse(line);
			ids.add(post.id_str);
			lines += 1;
			if (post.entities.hashtags.length > 0) tagged += 1;
			expect(post.created_at.slice(0, 4)).toMatch(/^202[34]$/);
		}
	expect([lines, ids.size]).toEqual([100_000, 100_000]);
	expect(tagged / lines).toBeGreaterThan(0.2);
	expect(tagged / lines).toBeLessThan(0.32);
});

test("five stations of four modules, and NOAA's two cities untouched but for the header", async () => {
	const stations = new Set(
		below("weather/")
			.filter((path) => path.split("/").length === 3)
			.map((path) => path.split("/")[1]),
	);
	expect([...stations]).toHaveLength(5);
	for (const station of stations) {
		expect(station).toMatch(/^Synthetic /);
		expect(below(`weather/${station}/`)).toHaveLength(8);
	}
	const noaa = await readFile(join(folder, "weather/noaa-daily.csv"), "utf8");
	expect(noaa.split("\n").length - 2).toBe(2922);
	expect(noaa).toContain("\nSeattle,2012-01-02,10.9,10.6,2.8,4.5,rain\n");
});

test("a demo that is there is left alone, and nothing else is written over", async () => {
	const marker = join(folder, "rides", "own.txt");
	await writeFile(marker, "mine");
	await makeDemo(folder);
	expect(await readFile(marker, "utf8")).toBe("mine");
	await rm(marker);
	await expect(makeDemo(join(folder, "rides"))).rejects.toThrow(
		"holds something else",
	);
});

test("the generator gives the same numbers everywhere", () => {
	const random = new Random("lakeside");
	expect(Array.from({ length: 4 }, () => random.integer(0, 999))).toEqual([
		864, 156, 711, 869,
	]);
	expect(new Random("a").next()).not.toBe(new Random("b").next());
});

test("normal and weighted draws have the moments that they should", () => {
	const random = new Random("moments");
	const normals = Array.from({ length: 20_000 }, () => random.normal());
	const mean = normals.reduce((sum, value) => sum + value, 0) / normals.length;
	const variance =
		normals.reduce((sum, value) => sum + (value - mean) ** 2, 0) /
		normals.length;
	expect(Math.abs(mean)).toBeLessThan(0.03);
	expect(Math.abs(variance - 1)).toBeLessThan(0.05);
	const weights = zipfWeights(3, 1);
	const index = new WeightedIndex(weights);
	const counts = [0, 0, 0];
	for (let draw = 0; draw < 22_000; draw += 1) {
		const at = index.draw(random);
		counts[at] = (counts[at] ?? 0) + 1;
	}
	for (const [at, weight] of weights.entries())
		expect((counts[at] ?? 0) / 12_000).toBeCloseTo(weight, 1);
});
