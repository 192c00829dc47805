import {
	appendFile,
	copyFile,
	link,
	mkdir,
	readdir,
	readFile,
	rename,
	rm,
	stat,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type CachePolicy from "http-cache-semantics";
import { writeWhole } from "./durable-files.ts";

/** Pages and cursors of a fetch that was broken off longer ago may no longer fit together. */
const CONTINUED_WITHIN_MS = 60 * 60_000;

/** An answer that was fetched, and what is needed not to fetch it again. */
export interface Page {
	/** Hash of the address that it answers. */
	readonly address: string;
	/** Path of its file below the folder of fetched files, with forward slashes. */
	readonly file: string;
	/** When the file's bytes had come, milliseconds since 1970. */
	readonly receivedAt: number;
	/** Of the file's bytes; null where there are no other pages to compare with. */
	readonly hash: string | null;
	readonly etag: string | null;
	readonly lastModified: string | null;
	/** How long it is fresh by its own headers. */
	readonly freshness: CachePolicy.CachePolicyObject;
	/** What it says of the next page: an address or a cursor; null for the last. */
	readonly next: string | null;
	/** False where the answer's headers or `next` hold a secret: they are not kept. */
	readonly isReusable: boolean;
}

/** What a source's last successful fetch has left. */
export interface SourceRecord {
	/** Hash of the settings that decide what is fetched. */
	readonly source: string;
	readonly pages: readonly Page[];
	/** Milliseconds since 1970. */
	readonly fetchedAt: number;
	/** Whether all files have got to their places. */
	readonly isInPlace: boolean;
}

interface JournalHead {
	readonly source: string;
	readonly begunAt: number;
}

/**
 * What is kept of one source: the record of its last fetch, and the pages of the one
 * under way, which get to their places together once it has ended.
 */
export class SourceState {
	/** Folder of all fetched files. */
	readonly #files: string;
	readonly #folder: string;
	#record: SourceRecord | null;

	private constructor(
		files: string,
		folder: string,
		record: SourceRecord | null,
	) {
		this.#files = files;
		this.#folder = folder;
		this.#record = record;
	}

	/** Completes what a process that was killed had begun to put in its place. */
	static async open(files: string, folder: string): Promise<SourceState> {
		const record = await jsonOrNull<SourceRecord>(recordPath(folder));
		const state = new SourceState(files, folder, record);
		if (record !== null && !record.isInPlace) await state.#putInPlace(record);
		return state;
	}

	/** Null where nothing was fetched yet. */
	get record(): SourceRecord | null {
		return this.#record;
	}

	/** Where the answer that arrives now lies. */
	get partPath(): string {
		return join(this.#folder, "part");
	}

	/** Where a page's file waits for the others. */
	waiting(file: string): string {
		return join(this.#folder, "waiting", basename(file));
	}

	/**
	 * Begins a fetch, and gives the pages, from the first on, that one by the same
	 * settings has left which was broken off.
	 */
	async begin(source: string): Promise<Page[]> {
		const text = (await textOrNull(this.#journalPath)) ?? "";
		const [former, ...left] = text.split("\n").flatMap(jsonLine);
		const { source: of, begunAt = 0 } = (former ?? {}) as Partial<JournalHead>;
		const pages: Page[] = [];
		if (of === source && Date.now() - begunAt < CONTINUED_WITHIN_MS)
			for (const page of left as Page[]) {
				if (!page.isReusable || !(await isFile(this.waiting(page.file)))) break;
				pages.push(page);
			}
		await this.#startJournal(
			{ source, begunAt: pages.length > 0 ? begunAt : Date.now() },
			pages,
		);
		return pages;
	}

	/** Begins a fetch without what another has left. */
	async beginAnew(source: string): Promise<void> {
		await this.#startJournal({ source, begunAt: Date.now() }, []);
	}

	/** The last fetch's pages by the hash of their address, if the settings are the same and their files are there. */
	async pages(source: string): Promise<Map<string, Page>> {
		const pages = new Map<string, Page>();
		if (this.#record?.source !== source) return pages;
		for (const page of this.#record.pages)
			if (page.isReusable && (await isFile(join(this.#files, page.file))))
				pages.set(page.address, page);
		return pages;
	}

	/** Lets an earlier fetch's file wait as a page of this one. */
	async keep(from: Page, to: string): Promise<void> {
		const path = join(this.#files, from.file);
		const waiting = this.waiting(to);
		await mkdir(dirname(waiting), { recursive: true });
		await rm(waiting, { force: true });
		// Not every file system has links.
		await link(path, waiting).catch(() => copyFile(path, waiting));
	}

	/** Notes a page whose file waits. */
	async add(page: Page): Promise<void> {
		await appendFile(this.#journalPath, `${JSON.stringify(kept(page))}\n`);
	}

	/** Puts the pages in the place of the last fetch's. */
	async publish(source: string, pages: readonly Page[]): Promise<void> {
		const fetchedAt = Date.now();
		await this.#putInPlace({
			source,
			pages: pages.map(kept),
			fetchedAt,
			isInPlace: false,
		});
	}

	async #putInPlace(record: SourceRecord): Promise<void> {
		await this.#write(record);
		for (const { file } of record.pages) {
			const path = join(this.#files, file);
			await mkdir(dirname(path), { recursive: true });
			await rename(this.waiting(file), path).catch(
				(error: NodeJS.ErrnoException) => {
					// It got to its place before the process was killed.
					if (error.code !== "ENOENT") throw error;
				},
			);
		}
		await this.#write({ ...record, isInPlace: true });
		await rm(this.#journalPath, { force: true });
		await rm(join(this.#folder, "waiting"), { recursive: true, force: true });
	}

	async #startJournal(head: JournalHead, pages: Page[]): Promise<void> {
		if (pages.length === 0)
			await rm(join(this.#folder, "waiting"), { recursive: true, force: true });
		const lines = [head, ...pages].map((entry) => `${JSON.stringify(entry)}\n`);
		await writeWhole(this.#journalPath, lines.join(""));
	}

	async #write(record: SourceRecord): Promise<void> {
		await writeWhole(recordPath(this.#folder), JSON.stringify(record));
		this.#record = record;
	}

	get #journalPath(): string {
		return join(this.#folder, "pages.jsonl");
	}
}

/** Removes fetched files that no record names, and what is kept of sources that are no more. */
export async function sweep(
	files: string,
	states: string,
	inUse: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
	for (const name of await namesIn(states))
		if (!inUse.has(name))
			await rm(join(states, name), { recursive: true, force: true });
	const used = new Set(
		[...inUse.values()].flat().map((file) => join(files, file)),
	);
	const entries = await readdir(files, {
		recursive: true,
		withFileTypes: true,
	}).catch(() => []);
	for (const entry of entries) {
		const path = join(entry.parentPath, entry.name);
		if (!entry.isDirectory() && !used.has(path)) await rm(path);
	}
}

/** What may be written down of a page. */
function kept(page: Page): Page {
	return page.isReusable
		? page
		: { ...page, etag: null, lastModified: null, next: null };
}

async function namesIn(folder: string): Promise<string[]> {
	return await readdir(folder).catch(() => []);
}

function recordPath(folder: string): string {
	return join(folder, "record.json");
}

async function jsonOrNull<T>(path: string): Promise<T | null> {
	const [value] = jsonLine((await textOrNull(path)) ?? "");
	return (value as T | undefined) ?? null;
}

async function isFile(path: string): Promise<boolean> {
	return (await stat(path).catch(() => null))?.isFile() ?? false;
}

async function textOrNull(path: string): Promise<string | null> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}

/** None for a line that was cut off with the process that wrote it. */
function jsonLine(text: string): unknown[] {
	try {
		return [JSON.parse(text)];
	} catch (error) {
		if (error instanceof SyntaxError) return [];
		throw error;
	}
}
