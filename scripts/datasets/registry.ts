import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { DatasetDefinition } from "./dataset.ts";

/** What stands first in a catalog; other datasets follow by the names of their files. */
const FIRST = ["rides", "posts", "weather", "flights"];

/** What makes a file of this folder one of a dataset. */
const DECLARATION = /^export const (\w+): DatasetDefinition\b/gm;

/** Members that no definition is without, and hardly a helper has. */
const MEMBERS = [/^\s*balance: \{/m, /^\s*rollups\b/m];

/** Names become folders, and are written in SQL. */
const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * The datasets that the files of a folder declare, each by a line that begins with
 * `export const NAME: DatasetDefinition`; other files are helpers and are not loaded.
 * Throws where a declaration cannot be loaded or is written otherwise, or two cannot
 * stand beside each other.
 */
export async function datasetsIn(folder: string): Promise<DatasetDefinition[]> {
	const found: DatasetDefinition[] = [];
	for (const file of (await readdir(folder)).sort()) {
		if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
		const path = join(folder, file);
		const text = await readFile(path, "utf8");
		const names = [...text.matchAll(DECLARATION)];
		if (names.length === 0) {
			if (MEMBERS.every((member) => member.test(text)))
				throw new Error(
					`${file} is like a dataset and declares none: begin the line with export const NAME: DatasetDefinition`,
				);
			continue;
		}
		const module = (await import(
			/* @vite-ignore */ pathToFileURL(path).href
		)) as Readonly<Record<string, DatasetDefinition>>;
		for (const [, name = ""] of names) {
			const dataset = module[name] as DatasetDefinition;
			try {
				refuse(dataset, found);
			} catch (cause) {
				throw new Error(`${file}: ${(cause as Error).message}`, { cause });
			}
			found.push(dataset);
		}
	}
	const place = ({ name }: DatasetDefinition) =>
		FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length;
	return found.sort((a, b) => place(a) - place(b));
}

/** Throws where a dataset's names are not usable, or taken by those found before it. */
function refuse(
	dataset: DatasetDefinition,
	others: readonly DatasetDefinition[],
): void {
	const namesOf = ({ tables, rollups }: DatasetDefinition) =>
		[...tables, ...rollups].map(({ name }) => name);
	const taken = new Set(["rejects", ...others.flatMap(namesOf)]);
	for (const name of namesOf(dataset)) {
		if (!NAME.test(name))
			throw new Error(
				`no name for a table: ${name} (small letters, digits and _)`,
			);
		if (taken.has(name)) throw new Error(`two tables are named ${name}`);
		taken.add(name);
	}
	const { name, folder } = dataset;
	if (!NAME.test(name))
		throw new Error(
			`no name for a dataset: ${name} (small letters, digits and _)`,
		);
	if (others.some((other) => other.name === name))
		throw new Error(`two datasets are named ${name}`);
	if (others.some((other) => other.folder === folder))
		throw new Error(`two datasets read the folder ${folder}`);
	for (const table of dataset.tables) {
		const { contract } = table;
		if (contract.name !== table.name || contract.dataset !== name)
			throw new Error(
				`the contract of ${table.name} is that of ${contract.dataset}'s ${contract.name}`,
			);
	}
}

/** Every dataset that a lake can hold, in the order of the catalog. */
export const DATASETS: readonly DatasetDefinition[] = await datasetsIn(
	fileURLToPath(new URL(".", import.meta.url)),
);

/** The dataset of a name. Throws for a name that is none. */
export function datasetNamed(name: string): DatasetDefinition {
	const dataset = DATASETS.find((entry) => entry.name === name);
	if (dataset === undefined) throw new Error(`unknown dataset: ${name}`);
	return dataset;
}
