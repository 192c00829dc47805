import { openHasher } from "../../src/lib/bytes/hash.ts";
import { type Catalog, parseCatalog } from "../../src/lib/catalog/catalog.ts";
import { unpackBlock } from "../../src/lib/catalog/unpack-block.ts";
import { isBucketAddress } from "../storage/bucket-address.ts";
import { LAKE_FILE } from "../storage/file-headers.ts";
import { ConflictError, type Store, StoreError } from "../storage/store.ts";

/** Where the publication in force lies. */
export const CATALOG = "catalog.json";

/** Publications that stay where nothing else is said: who opened the one before can finish. */
export const DEFAULT_KEEP = 2;

const MANIFEST = /^manifests\/(.+)-[0-9a-f]{16}\.bin$/;

/** Longer than a build is likely to take, in milliseconds. */
const BUCKET_MIN_AGE_MS = 86_400_000;

/** Removed between two looks at whether somebody has published meanwhile. */
const REMOVED_AT_A_TIME = 1000;

/** The catalog that readers find. */
export interface Publication {
	/** Hash of the catalog. */
	readonly version: string;
	/** Null where it is none that this version of the build reads. */
	readonly catalog: Catalog | null;
	/** Tells this state from any other; what `base` of {@link publish} takes. */
	readonly tag: string;
}

export interface PublishOptions {
	/** Publications that stay, the new one among them; at least 1, by default 2. */
	readonly keep?: number;
	/**
	 * `tag` of the publication on which the build began, null where there was none.
	 * Where it is given, one that somebody else has put in force since is a conflict
	 * also if this build read none of it.
	 */
	readonly base?: string | null;
}

export interface CollectOptions {
	/** As that of {@link publish}. */
	readonly keep?: number;
	/**
	 * Younger files stay: a build that still runs elsewhere may have put them, and no
	 * catalog names them yet. By default a day in a bucket, and nothing in a folder,
	 * where one build runs at a time.
	 */
	readonly minAgeMs?: number;
}

export interface Collected {
	readonly files: number;
	readonly bytes: number;
}

/** What readers of a lake find now, null where nothing has been published. */
export async function publicationOf(store: Store): Promise<Publication | null> {
	const current = await store.readTagged(CATALOG);
	if (current === null) return null;
	const hash = await openHasher();
	return {
		version: hash(current.bytes),
		catalog: catalogOrNull(current.bytes),
		tag: current.tag,
	};
}

/**
 * Puts a catalog in force in one step, the last of a build, and gives its version.
 * The publication before stays as `catalog.previous.json`, those before it as
 * `catalog.previous.2.json` and so on. A catalog that says the same as the one in
 * force stays as it is, and `keep` counts all the same. Throws a {@link ConflictError}
 * where somebody else has published meanwhile, and a {@link StoreError} where a file that the catalog names
 * is not there whole; what was in force stays so.
 */
export async function publish(
	store: Store,
	catalog: Catalog,
	{ keep = DEFAULT_KEEP, base }: PublishOptions = {},
): Promise<{ version: string; isNew: boolean }> {
	const bytes = Buffer.from(`${JSON.stringify(catalog)}\n`);
	const version = (await openHasher())(bytes);
	const current = await store.readTagged(CATALOG);
	if (current?.bytes.equals(bytes)) {
		// A publisher that was killed after its last step has not come to this.
		await forgetOlder(store, keep);
		return { version, isNew: false };
	}
	if (base !== undefined && base !== (current?.tag ?? null))
		throw await overtaken(store);
	await checkFiles(store, catalog);
	try {
		if (current !== null) await keepFormer(store, current.bytes, keep);
		await store.replace(CATALOG, bytes, current?.tag ?? null);
	} catch (error) {
		throw error instanceof ConflictError
			? await overtaken(store, error)
			: error;
	}
	await forgetOlder(store, keep);
	return { version, isNew: true };
}

/**
 * Removes data files that none of the kept publications names, and tells how many.
 * Removes nothing where one of these is not to be read, and stops where somebody
 * publishes meanwhile: what is left then is for the next collection.
 */
export async function collect(
	store: Store,
	{
		keep = DEFAULT_KEEP,
		minAgeMs = isBucketAddress(store.address) ? BUCKET_MIN_AGE_MS : 0,
	}: CollectOptions = {},
): Promise<Collected> {
	const nothing: Collected = { files: 0, bytes: 0 };
	const began = Date.now();
	const publications = await keptPublications(store, keep);
	const [inForce] = publications;
	if (inForce === undefined) return nothing;
	const named = new Set<string>();
	const tables = new Set<string>();
	for (const { catalog } of publications) {
		const files =
			catalog && (await filesOf(store, catalog).catch(nullIfMissing));
		if (catalog === null || files === null) return nothing;
		for (const { key } of files) named.add(key);
		for (const { name } of catalog.tables) tables.add(name);
	}

	const unnamed = await unnamedFiles(store, named, tables, began - minAgeMs);
	let files = 0;
	let bytes = 0;
	for (let start = 0; start < unnamed.length; start += REMOVED_AT_A_TIME) {
		const some = unnamed.slice(start, start + REMOVED_AT_A_TIME);
		const now = await store.readTagged(CATALOG);
		if (now?.tag !== inForce.tag) break;
		await store.remove(some.map(({ key }) => key));
		files += some.length;
		bytes += some.reduce((sum, file) => sum + file.bytes, 0);
	}
	return { files, bytes };
}

/** Files that a build has put and no kept publication names, manifests last. */
async function unnamedFiles(
	store: Store,
	named: ReadonlySet<string>,
	tables: ReadonlySet<string>,
	before: number,
): Promise<{ key: string; bytes: number }[]> {
	// A table that no publication has any more is known by its manifests alone.
	const manifests = await Array.fromAsync(store.list("manifests/"));
	const dropped = new Set<string>();
	for (const { key } of manifests) {
		const table = MANIFEST.exec(key)?.[1];
		if (table !== undefined && !tables.has(table)) dropped.add(table);
	}

	const unnamed: { key: string; bytes: number }[] = [];
	/** Dropped tables of which something stays: so must their manifests. */
	const staying = new Set<string>();
	for (const folder of [...tables, ...dropped, "rollups"])
		for await (const { key, bytes, modified } of store.list(`${folder}/`)) {
			// What no build has named by its content is somebody else's.
			if (!LAKE_FILE.test(key) || named.has(key)) continue;
			if (modified <= before) unnamed.push({ key, bytes });
			else if (dropped.has(folder)) staying.add(folder);
		}
	for (const { key, bytes, modified } of manifests) {
		const table = MANIFEST.exec(key)?.[1];
		if (table === undefined || named.has(key) || staying.has(table)) continue;
		if (modified <= before) unnamed.push({ key, bytes });
	}
	return unnamed;
}

/** The last publications, the one in force first. */
async function keptPublications(
	store: Store,
	keep: number,
): Promise<{ catalog: Catalog | null; tag: string }[]> {
	const keys = [CATALOG];
	for (let age = 1; age < keep; age++) keys.push(formerKey(age));
	const found = await Promise.all(keys.map((key) => store.readTagged(key)));
	if (found[0] === null) return [];
	return found.flatMap((each) =>
		each === null
			? []
			: [{ catalog: catalogOrNull(each.bytes), tag: each.tag }],
	);
}

/**
 * Moves every former publication one place back. Each place is replaced only in the
 * state that was seen, so that of two publishers the later one stops here. A build
 * that is killed in between leaves the one in force twice, and nothing is lost.
 */
async function keepFormer(
	store: Store,
	current: Buffer,
	keep: number,
): Promise<void> {
	const ages = Array.from({ length: Math.max(0, keep - 1) }, (_, i) => i + 1);
	const former = await Promise.all(
		ages.map((age) => store.readTagged(formerKey(age))),
	);
	if (former[0]?.bytes.equals(current)) return;
	for (const age of ages.toReversed()) {
		const there = former[age - 1] ?? null;
		const next = age === 1 ? current : former[age - 2]?.bytes;
		if (next === undefined || there?.bytes.equals(next)) continue;
		await store.replace(formerKey(age), next, there?.tag ?? null);
	}
}

/**
 * Removes former publications that a smaller `keep` leaves over, the oldest first: one
 * that is killed in between leaves no gap, behind which the next would not look.
 */
async function forgetOlder(store: Store, keep: number): Promise<void> {
	const keys: string[] = [];
	for (let age = Math.max(1, keep); ; age++) {
		const key = formerKey(age);
		if ((await store.size(key)) === null) break;
		keys.push(key);
	}
	for (const key of keys.toReversed()) await store.remove([key]);
}

/** Where a publication lies since so many newer ones have come, from 1 on. */
export function formerKey(age: number): string {
	return age === 1 ? "catalog.previous.json" : `catalog.previous.${age}.json`;
}

/** Throws a {@link StoreError} where a file that a catalog names is missing or of another size. */
async function checkFiles(store: Store, catalog: Catalog): Promise<void> {
	const files = await filesOf(store, catalog);
	const folders = new Set(files.map(({ key }) => key.replace(/\/.*/, "/")));
	const sizes = new Map<string, number>();
	for (const folder of folders)
		for await (const { key, bytes } of store.list(folder))
			sizes.set(key, bytes);
	const broken = files.filter(({ key, bytes }) => sizes.get(key) !== bytes);
	if (broken[0] !== undefined)
		throw new StoreError(
			`${broken.length} of ${files.length} files that the new catalog names are not whole in ${store.address}, ${broken[0].key} the first: nothing is published; run the build again`,
		);
}

/** Every file that a catalog names, and its size. Throws a {@link MissingManifestError} where one is missing. */
async function filesOf(
	store: Store,
	catalog: Catalog,
): Promise<{ key: string; bytes: number }[]> {
	const files = catalog.rollups.map(named);
	for (const { manifest } of catalog.tables) {
		const { key, bytes } = named(manifest);
		files.push({ key, bytes });
		const packed = await store.read(key);
		if (packed?.length !== bytes)
			throw new MissingManifestError(
				`${key} is not whole in ${store.address}: nothing is published; run the build again`,
			);
		for (const { startByte, byteLength } of manifest.blocks) {
			const block = await unpackBlock(
				packed.subarray(startByte, startByte + byteLength),
			);
			for (const file of block.files) files.push(named(file));
		}
	}
	return files;
}

/** Paths in a catalog are written as in a URL. */
function named(file: { readonly path: string; readonly bytes: number }) {
	return { key: decodeURIComponent(file.path), bytes: file.bytes };
}

class MissingManifestError extends StoreError {}

function nullIfMissing(error: unknown): null {
	if (error instanceof MissingManifestError) return null;
	throw error;
}

function catalogOrNull(bytes: Buffer): Catalog | null {
	try {
		return parseCatalog(bytes.toString());
	} catch {
		return null;
	}
}

async function overtaken(
	store: Store,
	cause?: unknown,
): Promise<ConflictError> {
	const now = await publicationOf(store);
	const what = now === null ? "" : ` version ${now.version}`;
	return new ConflictError(
		`somebody else has published${what} to ${store.address} meanwhile, and this build is not in force: run it again, one publisher at a time`,
		{ cause },
	);
}
