import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DATASETS, datasetNamed, datasetsIn } from "./registry.ts";

test("datasets are those of the folder's files, the first as pages show them", () => {
	expect(DATASETS.map(({ name }) => name).slice(0, 4)).toEqual([
		"rides",
		"posts",
		"weather",
		"flights",
	]);
	expect(datasetNamed("markets").folder).toBe("markets");
	expect(() => datasetNamed("nothing")).toThrow("unknown dataset: nothing");
});

/** The datasets of a folder of such files. */
async function datasetsOf(files: Readonly<Record<string, string>>) {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-datasets-"));
	try {
		for (const [name, text] of Object.entries(files))
			await writeFile(join(folder, name), text);
		return await datasetsIn(folder);
	} finally {
		await rm(folder, { recursive: true });
	}
}

const declared = (name: string, folder: string, table: string) => `
type DatasetDefinition = unknown;
export const dataset: DatasetDefinition = {
	name: "${name}",
	folder: "${folder}",
	tables: [{
		name: "${table}",
		contract: { name: "${table}", dataset: "${name}", columns: [], partitionKeys: [], sortKeys: [] },
	}],
	rollups: [],
};`;

test("a dataset is added by a file, and helpers and tests beside it are not loaded", async () => {
	const found = await datasetsOf({
		"web-log.ts": declared("web", "logs", "requests"),
		"a.ts": declared("posts", "posts", "other_posts"),
		"helper.ts": "throw new Error('loaded');",
		"web-log.test.ts": `${declared("web", "logs", "requests")} throw new Error("loaded");`,
	});
	expect(found.map(({ name }) => name)).toEqual(["posts", "web"]);
});

test("a file that is like a dataset and is not found as one is told", async () => {
	const text = declared("a", "a", "t").replace(
		"rollups: [],",
		"balance: {},\n\trollups: [],",
	);
	expect(await datasetsOf({ "a.ts": text })).toHaveLength(1);
	for (const other of ["const dataset =", "export default"])
		await expect(
			datasetsOf({
				"a.ts": text.replace(
					"export const dataset: DatasetDefinition =",
					other,
				),
			}),
		).rejects.toThrow("a.ts is like a dataset and declares none: begin");
});

test.each([
	[declared("a", "b", "c"), "b.ts: two datasets are named a"],
	[declared("b", "a", "c"), "b.ts: two datasets read the folder a"],
	[declared("b", "b", "t"), "b.ts: two tables are named t"],
	[declared("b", "b", "rejects"), "b.ts: two tables are named rejects"],
	[declared("b", "b", "B c"), "b.ts: no name for a table: B c"],
	[declared("b/c", "b", "c"), "b.ts: no name for a dataset: b/c"],
	[
		declared("b", "b", "c").replace('dataset: "b"', 'dataset: "a"'),
		"b.ts: the contract of c is that of a's c",
	],
])("%s cannot stand beside another", async (text, message) => {
	await expect(
		datasetsOf({ "a.ts": declared("a", "a", "t"), "b.ts": text }),
	).rejects.toThrow(message);
});
