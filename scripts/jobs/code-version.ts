import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Where the code of jobs begins: what executes them, and all kinds. */
const ENTRIES = ["./job-process.ts", "./kinds.ts"];

/** Where datasets are found, of which no import tells. */
const DATASETS = new URL("../datasets/", import.meta.url);

/** An import of ours: its path is written out, with its ending. */
const IMPORT = /\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

/** Code that was read, and what it imports of ours, by path: what runs is what was loaded, also where the files change under a watch. */
const known = new Map<string, { code: Buffer; imports: readonly URL[] }>();

let version: Promise<string> | null = null;

/**
 * Hash of the code that does jobs, with all that it imports of ours, and of the
 * versions of its packages, 16 hexadecimal digits.
 */
export function codeVersion(): Promise<string> {
	version ??= read();
	return version;
}

/**
 * The paths of modules and of all that they import of ours, types included, with their code.
 * They are read in place: a promise for each of so many small files takes several times the time.
 */
export function modulesFrom(entries: readonly URL[]): Map<string, Buffer> {
	const modules = new Map<string, Buffer>();
	const queue = [...entries];
	for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
		const path = fileURLToPath(next);
		if (modules.has(path)) continue;
		const { code, imports } = moduleAt(path, next);
		modules.set(path, code);
		queue.push(...imports);
	}
	return modules;
}

function moduleAt(path: string, url: URL) {
	let found = known.get(path);
	if (found === undefined) {
		const code = readFileSync(path);
		const imports = [...code.toString().matchAll(IMPORT)].map(
			([, specifier = ""]) => new URL(specifier, url),
		);
		found = { code, imports };
		known.set(path, found);
	}
	return found;
}

/** Hash of files, by path, wherever the repository lies: 16 hexadecimal digits. */
export function hashOf(files: ReadonlyMap<string, Buffer>): string {
	const hash = createHash("sha256");
	for (const path of [...files.keys()].sort())
		hash
			.update(relative(ROOT, path).split(sep).join("/"))
			.update("\0")
			.update(files.get(path) as Buffer)
			.update("\0");
	return hash.digest("hex").slice(0, 16);
}

async function read(): Promise<string> {
	const datasets = (await readdir(DATASETS)).filter((name) =>
		/(?<!\.test)\.ts$/.test(name),
	);
	const modules = modulesFrom([
		...ENTRIES.map((entry) => new URL(entry, import.meta.url)),
		...datasets.map((name) => new URL(name, DATASETS)),
	]);
	const lockfile = fileURLToPath(
		new URL("../../package-lock.json", import.meta.url),
	);
	return hashOf(modules.set(lockfile, readFileSync(lockfile)));
}
