import {
	copyFile,
	mkdir,
	open,
	readdir,
	readFile,
	rename,
	rm,
	rmdir,
	stat,
	writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
	type Catalog,
	type ManifestBlock,
	parseCatalog,
} from "../../src/lib/catalog.ts";
import { openHasher } from "../../src/lib/hash.ts";
import { TABLES } from "../../src/lib/tables.ts";

const CATALOG = "catalog.json";

/** The publication before this one: a reader who opened it can finish. */
const PREVIOUS = "catalog.previous.json";

/** Folder inside the lake where a build works; readers never look there. */
const SCRATCH = ".building";

/** Files that a build names by their content; nothing else is ever deleted. */
const OWN_FILE = /-[0-9a-f]{16}\.(parquet|bin)$/;

/** Another build is at work on the same lake. */
export class BusyError extends Error {
	override readonly name = "BusyError";
}

/** The folder for the lake cannot be made or written to. */
export class OutputError extends Error {
	override readonly name = "OutputError";
}

/**
 * Makes the folder in which a build works and gives its path. What a build that
 * was killed has left there is removed; throws a {@link BusyError} where another build is at work,
 * an {@link OutputError} where nothing can be written.
 */
export async function claimLake(lake: string): Promise<string> {
	const scratch = join(lake, SCRATCH);
	const owner = await readFile(join(scratch, "pid"), "utf8").catch(() => null);
	// A container that was killed and starts anew may have the same process id.
	if (owner !== null && owner !== `${process.pid}` && isAlive(Number(owner)))
		throw new BusyError(
			`process ${owner} is building this lake: wait for it to end, or remove ${scratch}`,
		);
	try {
		// The processes of a killed build may need a moment to end.
		await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
		await makeFolder(scratch);
		await writeFile(join(scratch, "pid"), `${process.pid}`);
	} catch (cause) {
		throw new OutputError(
			`the lake cannot be written to ${lake}: ${(cause as Error).message}`,
			{ cause },
		);
	}
	return scratch;
}

/**
 * Makes a folder and those above it. Node's own recursive `mkdir` never returns
 * where the file system says ENOENT for good, as below `/proc`.
 */
async function makeFolder(path: string): Promise<void> {
	if (await isFolder(path)) return;
	const parent = dirname(path);
	if (parent !== path) await makeFolder(parent);
	try {
		await mkdir(path);
	} catch (error) {
		if (!(await isFolder(path))) throw error;
	}
}

async function isFolder(path: string): Promise<boolean> {
	return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

export async function releaseLake(lake: string): Promise<void> {
	await rm(join(lake, SCRATCH), {
		recursive: true,
		force: true,
		maxRetries: 5,
	});
}

/**
 * Puts a catalog in force in one step, the last of a build, and gives its version.
 * A catalog that says the same as the one in force changes nothing.
 */
export async function publish(lake: string, catalog: Catalog): Promise<string> {
	const text = `${JSON.stringify(catalog)}\n`;
	const hash = await openHasher();
	const version = hash(Buffer.from(text));
	const current = join(lake, CATALOG);
	const former = await textOrNull(current);
	if (former === text) return version;
	if (former !== null) {
		const kept = join(lake, `${PREVIOUS}.new`);
		await copyFile(current, kept);
		await settle(kept, join(lake, PREVIOUS));
	}
	const fresh = join(lake, `${CATALOG}.new`);
	await writeFile(fresh, text);
	await settle(fresh, current);
	return version;
}

/** Deletes data files that neither of the last two catalogs names. */
export async function collect(lake: string): Promise<void> {
	const kept = new Set<string>();
	for (const name of [CATALOG, PREVIOUS]) {
		const catalog = await catalogOrNull(join(lake, name));
		if (catalog !== null)
			for (const path of await filesOf(lake, catalog)) kept.add(path);
	}
	for (const folder of [
		...TABLES.map((table) => table.name),
		"manifests",
		"rollups",
	]) {
		const entries = await readdir(join(lake, folder), {
			recursive: true,
			withFileTypes: true,
		}).catch(() => []);
		for (const entry of entries) {
			const path = join(entry.parentPath, entry.name);
			if (entry.isFile() && OWN_FILE.test(entry.name) && !kept.has(path)) {
				await rm(path);
				await removeIfEmpty(entry.parentPath);
			}
		}
	}
}

/** Null where there is none, or none that this version reads. */
async function catalogOrNull(path: string): Promise<Catalog | null> {
	const text = await textOrNull(path);
	if (text === null) return null;
	try {
		return parseCatalog(text);
	} catch {
		return null;
	}
}

async function removeIfEmpty(folder: string): Promise<void> {
	try {
		await rmdir(folder);
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
	}
}

/** Absolute paths of the files that a catalog names. */
async function filesOf(lake: string, catalog: Catalog): Promise<string[]> {
	const files = catalog.rollups.map((rollup) => rollup.path);
	for (const { manifest } of catalog.tables) {
		files.push(manifest.path);
		const bytes = await readFile(join(lake, manifest.path)).catch(() => null);
		if (bytes === null) continue;
		for (const { startByte, byteLength } of manifest.blocks) {
			const block = JSON.parse(
				gunzipSync(
					bytes.subarray(startByte, startByte + byteLength),
				).toString(),
			) as ManifestBlock;
			files.push(...block.files.map((file) => decodeURIComponent(file.path)));
		}
	}
	return files.map((path) => join(lake, path));
}

/** Renames a file once its bytes have reached the disk. */
async function settle(from: string, to: string): Promise<void> {
	const file = await open(from, "r+");
	try {
		await file.sync();
	} finally {
		await file.close();
	}
	await rename(from, to);
}

async function textOrNull(path: string): Promise<string | null> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
