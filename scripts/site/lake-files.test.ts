import {
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	stat,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Catalog, ManifestBlock } from "../../src/lib/catalog/catalog.ts";
import { lakeFiles, linkLake } from "./lake-files.ts";

let root = "";
let lake = "";
beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), "lakeside-link-"));
	lake = join(root, "lake");
	for (const folder of ["manifests", "readings/station=Z%C3%BCrich", "rollups"])
		await mkdir(join(lake, folder), { recursive: true });
	const current = "readings/station=Z%25C3%25BCrich/part-0-2222.parquet";
	const blocks = [[current], ["readings/part-1-3333.parquet"]].map((paths) =>
		gzipSync(JSON.stringify(blockOf(paths))),
	);
	await writeFile(
		join(lake, "readings/station=Z%C3%BCrich/part-0-2222.parquet"),
		"new",
	);
	await writeFile(join(lake, "readings/part-1-3333.parquet"), "more");
	await writeFile(join(lake, "readings/part-0-1111.parquet"), "old");
	await writeFile(join(lake, "rollups/a-4444.parquet"), "roll-up");
	await writeFile(
		join(lake, "manifests/readings-5555.bin"),
		Buffer.concat(blocks),
	);
	await writeFile(join(lake, "catalog.previous.json"), "{}");
	await writeFile(
		join(lake, "catalog.json"),
		JSON.stringify(
			catalogOf(
				"manifests/readings-5555.bin",
				blocks.map(({ length }) => length),
			),
		),
	);
});
afterAll(() => rm(root, { recursive: true }));

test("only the current publication is linked, by its names on disk, without a copy", async () => {
	const target = join(root, "dist/lake");
	expect(await linkLake(lake, target)).toBe(true);
	const linked = (await readdir(target, { recursive: true }))
		.filter((path) => path.includes("."))
		.map((path) => path.replaceAll("\\", "/"))
		.sort();
	expect(linked).toEqual([
		"catalog.json",
		"manifests/readings-5555.bin",
		"readings/part-1-3333.parquet",
		"readings/station=Z%C3%BCrich/part-0-2222.parquet",
		"rollups/a-4444.parquet",
	]);
	for (const path of linked) {
		expect(await readFile(join(target, path))).toEqual(
			await readFile(join(lake, path)),
		);
		expect((await stat(join(target, path))).ino).toBe(
			(await stat(join(lake, path))).ino,
		);
	}
});

test("the catalog comes last, so that it never names what is not there yet", async () => {
	expect((await lakeFiles(lake))?.at(-1)).toBe("catalog.json");
});

test("where there is no lake, nothing is made", async () => {
	expect(await linkLake(join(root, "none"), join(root, "to"))).toBe(false);
	await expect(stat(join(root, "to"))).rejects.toThrow("ENOENT");
});

function blockOf(paths: readonly string[]): ManifestBlock {
	return {
		files: paths.map((path) => ({
			path,
			bytes: 3,
			tailStart: 0,
			tailChecksum: "",
			partition: {},
			rowGroups: [],
		})),
	};
}

function catalogOf(manifest: string, lengths: readonly number[]): Catalog {
	return {
		format: "lakeside-catalog",
		formatVersion: 1,
		title: "Test",
		datasets: [],
		tables: [
			{
				name: "readings",
				dataset: "weather",
				description: "",
				columns: [],
				partitionKeys: ["station"],
				sortKeys: [],
				rows: 1,
				files: 2,
				rowGroups: 2,
				bytes: 6,
				manifest: {
					path: manifest,
					bytes: lengths.reduce((sum, length) => sum + length, 0),
					blocks: lengths.map((byteLength, index) => ({
						startByte: lengths
							.slice(0, index)
							.reduce((sum, length) => sum + length, 0),
						byteLength,
						checksum: "",
						rowGroups: 1,
						rows: 1,
						bounds: {},
					})),
				},
			},
		],
		rollups: [
			{
				name: "ride_map",
				dataset: "rides",
				path: "rollups/a-4444.parquet",
				bytes: 7,
				checksum: "",
				rows: 1,
				columns: [],
				sql: "",
			},
		],
	};
}
