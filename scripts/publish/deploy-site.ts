import { createHash } from "node:crypto";
import { glob, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { parseCatalog } from "../../src/lib/catalog/catalog.ts";
import { lakeFiles } from "../site/lake-files.ts";
import { publicUrl } from "../storage/bucket-cors.ts";
import { fileHeaders } from "../storage/file-headers.ts";
import { type OpenOptions, openBucket } from "../storage/open-store.ts";
import type { S3Store } from "../storage/s3-store.ts";
import { CATALOG, collect, publish } from "./publication.ts";

const pack = promisify(gzip);

/** Files that travel, and lie in memory, at a time. */
const AT_A_TIME = 6;

/** Types that are stored packed, because buckets do not compress what they send. */
const PACKED =
	/^(?:text\/|application\/(?:json|manifest\+json|xml|wasm)|image\/svg)/;

/** Smaller files gain nothing. */
const PACKED_MIN_BYTES = 1000;

/** What a file was made of, as metadata of the stored one; it also marks it as ours. */
const MARK = "lakeside-hash";

/** Of hosts that read it; a bucket would only show it. */
const NOT_FOR_BUCKETS = "_headers";

export interface DeployOptions extends OpenOptions {
	/** Put the lake in the site's folder there, too. */
	readonly withLake: boolean;
	/**
	 * As that of {@link publish}, for the lake. With 1 nothing of an earlier lake is left
	 * there, however young it is.
	 */
	readonly keep?: number;
	/** Remove what an earlier deployment has put there and this site does not have. */
	readonly isDeleting: boolean;
	/** Look, and put and remove nothing. */
	readonly isDryRun: boolean;
	onProgress?(progress: DeployProgress): void;
}

export interface DeployProgress {
	/** What was compared, put or removed last, as it is called in the bucket. */
	readonly key: string;
	readonly did: "keep" | "put" | "remove";
	readonly bytes: number;
	readonly done: number;
	readonly total: number;
}

export interface DeployReport {
	/** Files that were there already. */
	readonly unchanged: number;
	/** Files that were put there, or would be in a dry run. */
	readonly put: number;
	/** As they are stored. */
	readonly putBytes: number;
	readonly removed: number;
	/** The pages read a lake beside them, and there is none. */
	readonly isLakeMissing: boolean;
	/** Where the bucket itself answers for the first page, and its endpoint; null for Amazon's. */
	readonly url: string;
	readonly endpoint: string | null;
}

/** A file on its way to the bucket. */
interface Upload {
	readonly path: string;
	/** Relative to the store; a folder's page has a second one. */
	readonly key: string;
}

/**
 * Puts a built site into a bucket: only what has changed, with the headers that each
 * file deserves, and in an order in which nobody gets a page whose files are not there
 * yet: what pages need, the lake, pages, and the service worker last.
 */
export async function deploySite(
	folder: string,
	address: string,
	options: DeployOptions,
): Promise<DeployReport> {
	const store = await openBucket(address, options);
	const lake = await openBucket(`${store.address}/lake`, options);
	try {
		return await new Deployment(folder, store, lake, options).run();
	} finally {
		store.close();
		lake.close();
	}
}

class Deployment {
	readonly #folder: string;
	readonly #store: S3Store;
	readonly #lake: S3Store;
	readonly #options: DeployOptions;
	#done = 0;
	#total = 0;
	#unchanged = 0;
	#put = 0;
	#putBytes = 0;
	#removed = 0;

	constructor(
		folder: string,
		store: S3Store,
		lake: S3Store,
		options: DeployOptions,
	) {
		this.#folder = resolve(folder);
		this.#store = store;
		this.#lake = lake;
		this.#options = options;
	}

	async run(): Promise<DeployReport> {
		const { withLake, isDeleting, isDryRun } = this.#options;
		const site = await this.#siteFiles();
		const paths = (await lakeFiles(join(this.#folder, "lake"))) ?? [];
		const data = withLake ? paths.filter((path) => path.includes("/")) : [];
		this.#total = site.length + data.length;

		const [needed, pages, worker] = inOrder(site);
		await inParallel(needed, (upload) => this.#putSiteFile(upload));
		if (withLake && paths.length > 0) {
			await this.#putData(data);
			if (!isDryRun) await this.#publishLake();
		}
		await inParallel(pages, (upload) => this.#putSiteFile(upload));
		await inParallel(worker, (upload) => this.#putSiteFile(upload));
		if (isDeleting)
			await this.#removeOthers(new Set(site.map(({ key }) => key)));
		return {
			unchanged: this.#unchanged,
			put: this.#put,
			putBytes: this.#putBytes,
			removed: this.#removed,
			isLakeMissing:
				paths.length > 0 &&
				!withLake &&
				(await this.#lake.size(CATALOG)) === null,
			url: publicUrl(this.#store) + (this.#hasPrefix ? "" : "index.html"),
			endpoint: this.#store.endpoint,
		};
	}

	/** Whether the site's root is a folder in the bucket, and may have a page of its own. */
	get #hasPrefix(): boolean {
		return this.#store.address !== `s3://${this.#store.bucket}`;
	}

	/** All files of the site but its lake's. */
	async #siteFiles(): Promise<Upload[]> {
		const uploads: Upload[] = [];
		for await (const entry of glob("**/*", {
			cwd: this.#folder,
			withFileTypes: true,
			exclude: (entry) =>
				entry.name === "lake" && entry.parentPath === this.#folder,
		})) {
			if (!entry.isFile() || entry.name === NOT_FOR_BUCKETS) continue;
			const path = join(entry.parentPath, entry.name);
			const key = path.slice(this.#folder.length + 1).replaceAll("\\", "/");
			uploads.push({ path, key });
			// A plain bucket knows no index documents: the page answers for its folder.
			const own = key.slice(0, -entry.name.length);
			if (entry.name === "index.html" && (own !== "" || this.#hasPrefix))
				uploads.push({ path, key: own });
		}
		return uploads.sort((a, b) => (a.key < b.key ? -1 : 1));
	}

	async #putSiteFile({ path, key }: Upload): Promise<void> {
		const bytes = await readFile(path);
		const { contentType } = fileHeaders(path);
		const packed = await packedOrNull(bytes, contentType);
		const stored = packed ?? bytes;
		const hash = createHash("sha256")
			.update(`${contentType}\n${packed === null ? "" : "gzip"}\n`)
			.update(stored)
			.digest("hex");
		const there = await this.#store.describe(key);
		if (there?.metadata[MARK] === hash && there.bytes === stored.length) {
			this.#report(key, "keep", stored.length);
			return;
		}
		if (!this.#options.isDryRun)
			// What is not packed may be large, and travels in parts by its path.
			await this.#store.upload(packed ?? path, key, {
				contentType,
				...(packed !== null && { contentEncoding: "gzip" }),
				metadata: { [MARK]: hash },
			});
		this.#report(key, "put", stored.length);
	}

	/** Data files have a hash in their names: which of them are there shows in a list. */
	async #putData(paths: readonly string[]): Promise<void> {
		const there = new Map<string, number>();
		for (const folder of new Set(
			paths.map((path) => path.replace(/\/.*/, "/")),
		))
			for await (const { key, bytes } of this.#lake.list(folder))
				there.set(key, bytes);
		await inParallel(paths, async (key) => {
			const path = join(this.#folder, "lake", key);
			const { size } = await stat(path);
			const isThere = there.get(key) === size;
			if (!isThere && !this.#options.isDryRun)
				await this.#lake.upload(path, key);
			this.#report(`lake/${key}`, isThere ? "keep" : "put", size);
		});
	}

	async #publishLake(): Promise<void> {
		const { keep, isDeleting } = this.#options;
		const path = join(this.#folder, "lake", CATALOG);
		const catalog = parseCatalog(await readFile(path, "utf8"));
		await publish(this.#lake, catalog, { keep });
		const isAlone = keep === 1;
		if (isDeleting || isAlone)
			await collect(this.#lake, { keep, ...(isAlone && { minAgeMs: 0 }) });
	}

	/** Removes what bears our mark and is none of the site's files any more. */
	async #removeOthers(keys: ReadonlySet<string>): Promise<void> {
		const others: { key: string; bytes: number }[] = [];
		for await (const file of this.#store.list(""))
			if (!keys.has(file.key) && !file.key.startsWith("lake/"))
				others.push(file);
		const old: string[] = [];
		await inParallel(others, async ({ key, bytes }) => {
			const there = await this.#store.describe(key);
			if (there?.metadata[MARK] === undefined) return;
			old.push(key);
			this.#total += 1;
			this.#report(key, "remove", bytes);
		});
		if (!this.#options.isDryRun) await this.#store.remove(old);
	}

	#report(key: string, did: DeployProgress["did"], bytes: number): void {
		this.#done += 1;
		if (did === "keep") this.#unchanged += 1;
		if (did === "remove") this.#removed += 1;
		if (did === "put") {
			this.#put += 1;
			this.#putBytes += bytes;
		}
		this.#options.onProgress?.({
			key: key === "" ? "./" : key,
			did,
			bytes,
			done: this.#done,
			total: this.#total,
		});
	}
}

/** What pages need, then pages, then the service worker, which hands pages out by itself. */
function inOrder(uploads: readonly Upload[]): [Upload[], Upload[], Upload[]] {
	const needed: Upload[] = [];
	const pages: Upload[] = [];
	const worker: Upload[] = [];
	for (const upload of uploads)
		if (upload.key === "service-worker.js") worker.push(upload);
		else if (upload.path.endsWith(".html")) pages.push(upload);
		else needed.push(upload);
	return [needed, pages, worker];
}

/** Null where a file is better stored as it is. */
async function packedOrNull(
	bytes: Buffer,
	contentType: string,
): Promise<Buffer | null> {
	if (bytes.length < PACKED_MIN_BYTES || !PACKED.test(contentType)) return null;
	const packed = await pack(bytes, { level: constants.Z_BEST_COMPRESSION });
	return packed.length < bytes.length ? packed : null;
}

async function inParallel<T>(
	items: readonly T[],
	work: (item: T) => Promise<void>,
): Promise<void> {
	const left = [...items].reverse();
	await Promise.all(
		Array.from({ length: AT_A_TIME }, async () => {
			try {
				for (let item = left.pop(); item !== undefined; item = left.pop())
					await work(item);
			} catch (error) {
				// The others begin nothing more.
				left.length = 0;
				throw error;
			}
		}),
	);
}
