import { copyFile, link, mkdir, open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Catalog, parseCatalog } from "../../src/lib/catalog/catalog.ts";
import { unpackBlock } from "../../src/lib/catalog/unpack-block.ts";

/**
 * Paths, below the lake's folder, of the catalog and of every file that it names;
 * older publications that the folder keeps are left out. Null where there is no
 * catalog.
 */
export async function lakeFiles(folder: string): Promise<string[] | null> {
	let text: string;
	try {
		text = await readFile(join(folder, "catalog.json"), "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
	const catalog = parseCatalog(text);
	const paths = [
		...catalog.rollups.map(({ path }) => path),
		...catalog.tables.map(({ manifest }) => manifest.path),
		...(await tableFiles(folder, catalog)),
	];
	return [...new Set(paths.map(decodeURIComponent)), "catalog.json"];
}

/**
 * Puts the current publication of a lake into another folder by hard links, or
 * copies where the file system has none; the catalog comes last. False where
 * there is no lake.
 */
export async function linkLake(from: string, to: string): Promise<boolean> {
	const paths = await lakeFiles(from);
	if (paths === null) return false;
	for (const path of paths) {
		const target = join(to, path);
		await mkdir(dirname(target), { recursive: true });
		await link(join(from, path), target).catch(() =>
			copyFile(join(from, path), target),
		);
	}
	return true;
}

async function tableFiles(folder: string, catalog: Catalog): Promise<string[]> {
	const paths: string[] = [];
	for (const { manifest } of catalog.tables) {
		const file = await open(join(folder, decodeURIComponent(manifest.path)));
		try {
			for (const { startByte, byteLength } of manifest.blocks) {
				const bytes = new Uint8Array(byteLength);
				await file.read(bytes, 0, byteLength, startByte);
				const block = await unpackBlock(bytes);
				paths.push(...block.files.map(({ path }) => path));
			}
		} finally {
			await file.close();
		}
	}
	return paths;
}
