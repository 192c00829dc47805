import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	collect,
	publicationOf,
	publish,
} from "../../scripts/publish/publication.ts";
import { readingPolicy } from "../../scripts/storage/bucket-policy.ts";
import { FolderStore } from "../../scripts/storage/folder-store.ts";
import { S3Store } from "../../scripts/storage/s3-store.ts";
import {
	ConflictError,
	type Store,
	StoreError,
} from "../../scripts/storage/store.ts";
import type { FaultyGateway } from "../support/faulty-gateway.ts";
import { type FaultyStore, startFaultyStore } from "../support/faulty-store.ts";
import { hasRadosgw, type ObjectStore } from "../support/radosgw.ts";
import { putLake } from "../support/small-lake.ts";

let folder = "";
let server: ObjectStore;
let gateway: FaultyGateway;
let store: FaultyStore | null = null;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-publishing-"));
	if (!hasRadosgw()) return;
	store = await startFaultyStore("lakes");
	({ server, gateway } = store);
});
afterAll(async () => {
	await store?.stop();
	await rm(folder, { recursive: true, force: true });
});

const keysOf = async (store: Store) =>
	(await Array.fromAsync(store.list(""))).map(({ key }) => key).sort();

/** Data files, by the words in them. */
async function wordsOf(store: Store, table: string): Promise<string[]> {
	const words: string[] = [];
	for await (const { key } of store.list(`${table}/`))
		words.push(String(await store.read(key)));
	return words.sort();
}

/** Nothing is too young to be collected. */
const AT_ONCE = { minAgeMs: -60_000 };

let lakes = 0;
for (const [kind, open] of [
	["a folder", () => new FolderStore(join(folder, `lake-${lakes++}`))],
	[
		"a bucket",
		() =>
			new S3Store(`s3://lakes/lake-${lakes++}`, { endpoint: server.endpoint }),
	],
	[
		"a bucket that ignores If-Match",
		() => {
			gateway.ignore(["if-match"]);
			return new S3Store(`s3://lakes/lake-${lakes++}`, {
				endpoint: gateway.endpoint,
				turnMs: 500,
			});
		},
	],
] as const)
	describe.skipIf(kind !== "a folder" && !hasRadosgw())(
		`publishing to ${kind}`,
		() => {
			async function publishWords(
				store: Store,
				words: readonly string[],
				options: Parameters<typeof publish>[2] = {},
			) {
				return publish(store, await putLake(store, { rides: words }), options);
			}

			test("puts a catalog in force, and its like changes nothing", async () => {
				const store = open();
				expect(await publicationOf(store)).toBeNull();
				const first = await publishWords(store, ["one"]);
				expect(first.isNew).toBe(true);
				const inForce = await publicationOf(store);
				expect(inForce?.version).toBe(first.version);
				expect(inForce?.catalog?.title).toBe("Small");
				const keys = await keysOf(store);
				expect(await publishWords(store, ["one"])).toEqual({
					version: first.version,
					isNew: false,
				});
				expect(await keysOf(store)).toEqual(keys);
				expect((await publicationOf(store))?.tag).toBe(inForce?.tag);
				store.close();
			});

			test.each([1, 2, 4])(
				"keeps the last %i, and their files alone",
				async (keep) => {
					const store = open();
					const rounds = ["a", "b", "c", "d", "e", "f"].slice(0, keep + 2);
					for (const word of rounds) {
						await publishWords(store, [word, "same"], { keep });
						await collect(store, { keep, ...AT_ONCE });
					}
					expect(await wordsOf(store, "rides")).toEqual([
						...rounds.slice(-keep),
						"same",
					]);
					const former = (await keysOf(store)).filter((key) =>
						/^catalog\.previous(\.\d+)?\.json$/.test(key),
					);
					expect(former).toHaveLength(keep - 1);
					expect(await keysOf(store)).toHaveLength(
						// Of each the roll-up, the manifest, its own file; the common one; the catalogs.
						3 * keep +
							1 +
							(await keysOf(store)).filter((key) => /^catalog/.test(key))
								.length,
					);
					await publishWords(store, ["g"], { keep: 1 });
					await collect(store, { keep: 1, ...AT_ONCE });
					expect(await wordsOf(store, "rides")).toEqual(["g"]);
					store.close();
				},
			);

			test("of two at once one is in force, and the other is told", async () => {
				const store = open();
				await publishWords(store, ["base"]);
				const catalogs = await Promise.all(
					["x", "y", "z"].map((word) => putLake(store, { rides: [word] })),
				);
				const outcomes = await Promise.allSettled(
					catalogs.map((catalog) => publish(store, catalog)),
				);
				const won = outcomes.flatMap((outcome) =>
					outcome.status === "fulfilled" ? [outcome.value.version] : [],
				);
				// A folder is locked for as long as a build runs: there all come in turn.
				if (kind !== "a folder") expect(won).toHaveLength(1);
				expect(won).toContain((await publicationOf(store))?.version);
				for (const outcome of outcomes)
					if (outcome.status === "rejected") {
						expect(outcome.reason).toBeInstanceOf(ConflictError);
						expect(outcome.reason.message).toContain("run it again");
					}
				store.close();
			});

			test("what was published since a build began is a conflict", async () => {
				const store = open();
				const before = await publicationOf(store);
				await publishWords(store, ["theirs"]);
				await expect(
					publishWords(store, ["ours"], { base: before?.tag ?? null }),
				).rejects.toThrow(ConflictError);
				const now = await publicationOf(store);
				await publishWords(store, ["ours"], { base: now?.tag ?? null });
				store.close();
			});

			test("a file that is missing or cut is never put in force", async () => {
				const store = open();
				const first = await publishWords(store, ["whole"]);
				for (const spoil of [
					(key: string) => store.remove([key]),
					(key: string) => store.write(key, Buffer.from("cu")),
				])
					for (const folder of ["rides/", "manifests/", "rollups/"]) {
						const there = await keysOf(store);
						const catalog = await putLake(store, { rides: ["longer"] });
						const fresh = (await keysOf(store)).find(
							(key) => !there.includes(key) && key.startsWith(folder),
						);
						await spoil(String(fresh));
						const error = await publish(store, catalog).catch((error) => error);
						expect(error).toBeInstanceOf(StoreError);
						expect(error.message).toContain(fresh);
						expect((await publicationOf(store))?.version).toBe(first.version);
						await collect(store, AT_ONCE);
						expect(await keysOf(store)).toEqual(there);
					}
				store.close();
			});
		},
	);

describe("collecting", () => {
	const open = () => new FolderStore(join(folder, `collected-${lakes++}`));

	test("tables that are no dataset's any more go, with their manifests", async () => {
		const store = open();
		for (const words of ["a", "b", "c"])
			await publish(
				store,
				await putLake(store, {
					rides: [words],
					...(words === "a" && { "of a plugin": ["own"] }),
				}),
			);
		expect(await collect(store, { minAgeMs: 600_000 })).toEqual({
			files: 0,
			bytes: 0,
		});
		expect((await collect(store, AT_ONCE)).files).toBe(5);
		expect((await keysOf(store)).join()).not.toContain("plugin");
	});

	test("what no build has put stays, wherever it lies", async () => {
		const store = open();
		const theirs = [
			"raw/export-0123456789abcdef.parquet",
			"rides/notes.txt",
			"rides/backup.parquet",
			".building/rides/part-0-0123456789abcdef.parquet",
			"catalog-00000007.json",
		];
		for (const key of theirs) await store.write(key, Buffer.from("theirs"));
		for (const word of ["a", "b", "c"])
			await publish(store, await putLake(store, { rides: [word] }));
		expect((await collect(store, AT_ONCE)).files).toBe(3);
		expect(await keysOf(store)).toEqual(expect.arrayContaining(theirs));
	});

	test("nothing goes where a kept catalog is not to be read, or none is in force", async () => {
		const store = open();
		for (const word of ["a", "b", "c"])
			await publish(store, await putLake(store, { rides: [word] }));
		await store.write(
			"catalog.previous.json",
			Buffer.from('{"format":"lakeside-catalog","formatVersion":2}'),
		);
		expect((await collect(store, AT_ONCE)).files).toBe(0);
		await store.remove(["catalog.json"]);
		expect((await collect(store, AT_ONCE)).files).toBe(0);
		expect(await wordsOf(store, "rides")).toEqual(["a", "b", "c"]);
	});

	test("a build that was killed before it forgot the former ones forgets them the next time", async () => {
		const store = open();
		for (const word of ["a", "b", "c"])
			await publish(store, await putLake(store, { rides: [word] }), {
				keep: 3,
			});
		const again = () => putLake(store, { rides: ["c"] });
		expect(await publish(store, await again(), { keep: 1 })).toMatchObject({
			isNew: false,
		});
		expect((await keysOf(store)).filter((key) => /^catalog/.test(key))).toEqual(
			["catalog.json"],
		);
		await collect(store, { keep: 1, ...AT_ONCE });
		expect(await wordsOf(store, "rides")).toEqual(["c"]);
	});

	test("a build that is killed while it forgets leaves no former one that the next does not see", async () => {
		const store = open();
		for (const word of ["a", "b", "c", "d"])
			await publish(store, await putLake(store, { rides: [word] }), {
				keep: 4,
			});
		const remove = store.remove.bind(store);
		let left = 1;
		store.remove = async (keys) => {
			if (left-- === 0) throw new Error("killed");
			await remove(keys);
		};
		const again = async () =>
			publish(store, await putLake(store, { rides: ["d"] }), { keep: 1 });
		await expect(again()).rejects.toThrow("killed");
		store.remove = remove;
		await again();
		expect((await keysOf(store)).filter((key) => /^catalog/.test(key))).toEqual(
			["catalog.json"],
		);
	});

	test("a build that was killed while it moved the former ones loses none", async () => {
		const store = open();
		for (const word of ["a", "b", "c"])
			await publish(store, await putLake(store, { rides: [word] }), {
				keep: 3,
			});
		const current = await store.read("catalog.json");
		const former = await store.read("catalog.previous.json");
		await store.write("catalog.previous.2.json", former ?? Buffer.from(""));
		await store.write("catalog.previous.json", current ?? Buffer.from(""));
		await publish(store, await putLake(store, { rides: ["d"] }), { keep: 3 });
		await collect(store, { keep: 3, ...AT_ONCE });
		expect(await wordsOf(store, "rides")).toEqual(["b", "c", "d"]);
	});
});

describe.skipIf(!hasRadosgw())("deploying a site", () => {
	const page = (words: string) =>
		`<!doctype html>${`<p>${words}</p>`.repeat(100)}`;
	const SITE: Readonly<Record<string, string>> = {
		"index.html": page("home"),
		"404.html": page("not here"),
		"rides/index.html": page("rides"),
		"_a/page.Bx3yT1aa.js": "let a = 1;\n".repeat(500),
		"_a/worker-DZ5w_c1-.mjs": "export {};",
		"_a/plain.BLAxZ123.wasm": "\0asm",
		"_a/duckdb-eh.wasm.BLAxZ123.gz": "packed",
		"site.webmanifest": "{}",
		"service-worker.js": "self;",
		_headers: "/*",
	};
	const RUN = [
		process.execPath,
		fileURLToPath(new URL("../../scripts/deploy.ts", import.meta.url)),
	] as const;

	let site = "";
	beforeAll(async () => {
		gateway.ignore([]);
		site = join(folder, "dist");
		await change(SITE);
		const lake = new FolderStore(join(site, "lake"));
		await publish(lake, await putLake(lake, { rides: ["one", "two"] }));
		await server.makeBucket("sites");
		await server.allowReading("sites");
	});

	async function change(files: Readonly<Record<string, string>>) {
		for (const [path, text] of Object.entries(files)) {
			await mkdir(dirname(join(site, path)), { recursive: true });
			await writeFile(join(site, path), text);
		}
	}

	/** What `npm run deploy` prints, and its exit code. */
	async function deploy(
		...args: string[]
	): Promise<[code: number, said: string]> {
		const [node, script] = RUN;
		const ran = promisify(execFile)(node, [
			...[script, "s3://sites/our/maps", "--dir", site],
			...["--endpoint", gateway.endpoint, ...args],
		]);
		return ran.then(
			({ stdout, stderr }) => [0, stdout + stderr],
			({ code, stdout, stderr }) => [code, stdout + stderr],
		);
	}

	const get = (path: string) =>
		fetch(`${server.bucketUrl("sites")}our/maps/${path}`);

	const there = async (path: string) => (await get(path)).status === 200;

	test("a dry run prints what would be done, and does nothing", async () => {
		const [code, said] = await deploy("--dry-run");
		expect(code).toBe(0);
		expect(said).toMatch(/^put +\S+ \S+ +rides\/index\.html$/m);
		expect(said).toContain("would be put");
		expect(said).toContain("--lake");
		const store = new S3Store("s3://sites", { endpoint: server.endpoint });
		expect(await keysOf(store)).toEqual([]);
		store.close();
	});

	test("pages follow what they need, and the service worker is last", async () => {
		const before = gateway.requests.length;
		expect(await deploy("--lake")).toEqual([
			0,
			expect.stringContaining("15 files"),
		]);
		const put = gateway.requests
			.slice(before)
			.filter((line) => /^PUT .*our/.test(line) && !line.includes(".probe"))
			.map((line) => line.replace(/^PUT \/sites\/our\/maps\/|[?].*/g, ""));
		const rank = (key: string) =>
			key === "service-worker.js"
				? 3
				: key.endsWith(".html") || key === "" || key === "rides/"
					? 2
					: key === "lake/catalog.json"
						? 1
						: 0;
		expect(put.map(rank)).toEqual(put.map(rank).sort());
		expect(new Set(put.map(rank)).size).toBe(4);
	});

	const NO_CACHE = "no-cache";
	const FOR_EVER = "public, max-age=31536000, immutable";
	test.each([
		["", "text/html; charset=utf-8", NO_CACHE, "gzip", "index.html"],
		["index.html", "text/html; charset=utf-8", NO_CACHE, "gzip", "index.html"],
		[
			"rides/",
			"text/html; charset=utf-8",
			NO_CACHE,
			"gzip",
			"rides/index.html",
		],
		["404.html", "text/html; charset=utf-8", NO_CACHE, "gzip", "404.html"],
		[
			"_a/page.Bx3yT1aa.js",
			"text/javascript; charset=utf-8",
			FOR_EVER,
			"gzip",
			null,
		],
		[
			"_a/worker-DZ5w_c1-.mjs",
			"text/javascript; charset=utf-8",
			FOR_EVER,
			null,
			null,
		],
		["_a/plain.BLAxZ123.wasm", "application/wasm", FOR_EVER, null, null],
		["_a/duckdb-eh.wasm.BLAxZ123.gz", "application/gzip", FOR_EVER, null, null],
		["site.webmanifest", "application/manifest+json", NO_CACHE, null, null],
		[
			"service-worker.js",
			"text/javascript; charset=utf-8",
			NO_CACHE,
			null,
			null,
		],
		["lake/catalog.json", "application/json", NO_CACHE, null, null],
	] as const)(
		"%s is %s, %s, packed: %s",
		async (path, type, caching, packed, from) => {
			const answer = await get(path);
			expect(answer.status).toBe(200);
			expect(answer.headers.get("Content-Type")).toBe(type);
			expect(answer.headers.get("Cache-Control")).toBe(caching);
			expect(answer.headers.get("Content-Encoding")).toBe(packed);
			expect(await answer.text()).toBe(
				await readFile(join(site, from ?? path), "utf8"),
			);
		},
	);

	test("data of the lake are there by ranges, and the hosts' file is not", async () => {
		const lake = new S3Store("s3://sites/our/maps/lake", {
			endpoint: server.endpoint,
		});
		const [file] = await Array.fromAsync(lake.list("rides/"));
		const answer = await fetch(
			`${server.bucketUrl("sites")}our/maps/lake/${file?.key.split("/").map(encodeURIComponent).join("/")}`,
			{ headers: { Range: "bytes=1-2" } },
		);
		expect(answer.status).toBe(206);
		expect(answer.headers.get("Content-Type")).toBe(
			"application/vnd.apache.parquet",
		);
		expect(answer.headers.get("Cache-Control")).toBe(FOR_EVER);
		expect(await there("_headers")).toBe(false);
		lake.close();
	});

	test("again only what has changed is put, and the old stays until it is to go", async () => {
		expect((await deploy("--lake"))[1]).toMatch(/^0 files .* 0 removed/m);
		await rm(join(site, "_a/page.Bx3yT1aa.js"));
		await change({
			"_a/page.Cx3yT1aa.js": "let a = 2;",
			"rides/index.html": page("more rides"),
		});
		const store = new S3Store("s3://sites/our/maps", {
			endpoint: server.endpoint,
		});
		await store.write("by-hand.txt", Buffer.from("theirs"));
		const [, said] = await deploy();
		expect(said).toMatch(/^3 files .* 0 removed/m);
		expect(said).not.toContain("--lake");
		expect(await there("_a/page.Bx3yT1aa.js")).toBe(true);
		expect(await (await get("rides/")).text()).toContain("more rides");
		expect((await deploy("--delete"))[1]).toMatch(/^0 files .* 1 removed/m);
		expect(await there("_a/page.Bx3yT1aa.js")).toBe(false);
		expect(await there("by-hand.txt")).toBe(true);
		expect(await there("lake/catalog.json")).toBe(true);
		store.close();
	});

	test("a bucket that nobody may read comes with the policy that opens it", async () => {
		const address = "s3://closed/our/maps";
		await server.makeBucket("closed");
		const { stdout } = await promisify(execFile)(RUN[0], [
			...[RUN[1], address, "--dir", site, "--endpoint", server.endpoint],
		]);
		const page = `${server.bucketUrl("closed")}our/maps/`;
		expect(stdout).toContain(`It is at ${page}\n`);
		expect(stdout).toContain(JSON.stringify(readingPolicy(address), null, 2));
		expect(stdout).toContain(
			`file://policy.json --endpoint-url ${server.endpoint}`,
		);
		expect((await fetch(page)).status).toBe(403);
		await server.allowReading("closed", "/our/maps");
		expect((await fetch(page)).status).toBe(200);
		expect((await deploy())[1]).not.toContain("policy");
	});

	test("with --keep 1 nothing of the lake before is left, also where it was put a moment ago", async () => {
		const bucket = new S3Store("s3://sites/our/maps/lake", {
			endpoint: server.endpoint,
		});
		const lake = new FolderStore(join(site, "lake"));
		await publish(lake, await putLake(lake, { rides: ["uncut"] }));
		expect((await deploy("--lake"))[0]).toBe(0);
		await publish(lake, await putLake(lake, { rides: ["cut"] }));
		expect((await deploy("--lake"))[0]).toBe(0);
		expect(await wordsOf(bucket, "rides")).toContain("uncut");
		// The catalog is in force already, and the former one goes all the same.
		expect((await deploy("--lake", "--keep", "1"))[0]).toBe(0);
		expect(await wordsOf(bucket, "rides")).toEqual(["cut"]);
		expect(await there("lake/catalog.previous.json")).toBe(false);
		await publish(lake, await putLake(lake, { rides: ["cut more"] }));
		expect((await deploy("--lake", "--keep", "1"))[0]).toBe(0);
		expect(await wordsOf(bucket, "rides")).toEqual(["cut more"]);
		bucket.close();
	});

	test("where a file fails, no page that needs it is put", async () => {
		await change({
			"_a/page.Dx3yT1aa.js": "let a = 3;",
			"index.html": page("new home"),
		});
		gateway.spoil("denied", /^PUT .*_a/, 1);
		const [code, said] = await deploy();
		expect(code).toBe(2);
		expect(said).toContain("access is denied");
		expect(await (await get("")).text()).not.toContain("new home");
	});

	test("what cannot be deployed says what to do", async () => {
		const refused = [
			[[], "one address is needed"],
			[["dist"], "no address of a bucket"],
			[["s3://sites", "--dir", join(folder, "none")], "npm run build"],
			[["s3://sites", "--frob"], "--frob"],
			[["s3://sites", "--lake", "--keep", "0"], "--keep must be"],
			[["s3://sites", "--keep", "1"], "--keep goes with --lake"],
			[
				["s3://none", "--dir", site, "--endpoint", server.endpoint],
				"there is no bucket none",
			],
		] as const;
		await Promise.all(
			refused.map(async ([args, words]) => {
				const { code, stderr } = await promisify(execFile)(RUN[0], [
					RUN[1],
					...args,
				]).catch((error) => error);
				expect(code).toBe(2);
				expect(stderr).toContain(words);
				expect(stderr).not.toContain("    at ");
			}),
		);
	});
});
