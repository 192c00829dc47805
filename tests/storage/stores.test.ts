import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	afterAll,
	afterEach,
	beforeAll,
	describe,
	expect,
	test,
	vi,
} from "vitest";
import { classify } from "../../scripts/jobs/failures.ts";
import { FolderStore } from "../../scripts/storage/folder-store.ts";
import { openStore } from "../../scripts/storage/open-store.ts";
import { S3Store } from "../../scripts/storage/s3-store.ts";
import {
	ConflictError,
	MissingFileError,
	type Store,
	StoreError,
} from "../../scripts/storage/store.ts";
import type { FaultyGateway } from "../support/faulty-gateway.ts";
import { type FaultyStore, startFaultyStore } from "../support/faulty-store.ts";
import { hasRadosgw, type ObjectStore } from "../support/radosgw.ts";
import { smallDisk } from "../support/small-disk.ts";

const QUICK = { attempts: 5, baseMs: 10, maxMs: 50 };

const text = (words: string) => Buffer.from(words);

let folder = "";
let server: ObjectStore;
let gateway: FaultyGateway;
let store: FaultyStore | null = null;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-stores-"));
	if (!hasRadosgw()) return;
	store = await startFaultyStore("lakes");
	({ server, gateway } = store);
});
afterAll(async () => {
	await store?.stop();
	await rm(folder, { recursive: true, force: true });
});

/** A local file of its own. */
let files = 0;
async function fileOf(bytes: Uint8Array): Promise<string> {
	const path = join(folder, `file-${files++}`);
	await writeFile(path, bytes);
	return path;
}

const keysOf = async (store: Store, prefix = "") =>
	(await Array.fromAsync(store.list(prefix))).map(({ key }) => key).sort();

const bucket = (prefix: string, isSpoiled = false) =>
	new S3Store(`s3://lakes/${prefix}`, {
		endpoint: isSpoiled ? gateway.endpoint : server.endpoint,
		policy: QUICK,
		turnMs: 300,
	});

const KINDS = [
	["a folder", () => new FolderStore(join(folder, "store"))],
	["a bucket", () => bucket("contract")],
] as const;

for (const [kind, open] of KINDS)
	describe.skipIf(kind === "a bucket" && !hasRadosgw())(kind, () => {
		let store: Store;
		beforeAll(() => {
			store = open();
		});
		afterAll(() => store.close());

		test("gives back what was put, as a file and as bytes", async () => {
			await store.put(await fileOf(text("one")), "rides/level=6/a é+b%20.bin");
			await store.write("b.json", text("two"));
			expect(await store.read("b.json")).toEqual(text("two"));
			expect(await store.size("rides/level=6/a é+b%20.bin")).toBe(3);
			const to = join(folder, kind, "deep", "a.bin");
			const at = await store.fetch("rides/level=6/a é+b%20.bin", to);
			expect(await readFile(at)).toEqual(text("one"));
			await store.write("b.json", text("three"));
			expect(await store.read("b.json")).toEqual(text("three"));
		});

		test("an empty file is one", async () => {
			await store.put(await fileOf(text("")), "empty");
			expect(await store.size("empty")).toBe(0);
			const at = await store.fetch("empty", join(folder, kind, "empty"));
			expect((await stat(at)).size).toBe(0);
		});

		test("what is not there is null, and cannot be fetched", async () => {
			expect(await store.read("none")).toBeNull();
			expect(await store.readTagged("none")).toBeNull();
			expect(await store.size("none")).toBeNull();
			const to = join(folder, kind, "none");
			await expect(store.fetch("none", to)).rejects.toThrow(MissingFileError);
			await expect(stat(to)).rejects.toThrow("ENOENT");
		});

		test("lists what begins so, with size and time, and removes it", async () => {
			const before = Date.now() - 2000;
			for (const key of ["l/a/1", "l/a/2", "l/b", "la"])
				await store.write(key, text(key));
			expect(await keysOf(store, "l/")).toEqual(["l/a/1", "l/a/2", "l/b"]);
			expect(await keysOf(store, "l/a/2")).toEqual(["l/a/2"]);
			for await (const { bytes, modified } of store.list("l/b")) {
				expect(bytes).toBe(3);
				expect(modified).toBeGreaterThan(before);
				expect(modified).toBeLessThan(Date.now() + 2000);
			}
			await store.remove(["l/a/1", "l/b", "l/none"]);
			expect(await keysOf(store, "l/")).toEqual(["l/a/2"]);
			await store.remove([]);
		});

		test("replaces a file only in the state that was seen", async () => {
			await store.replace("c.json", text("1"), null);
			await expect(store.replace("c.json", text("x"), null)).rejects.toThrow(
				ConflictError,
			);
			const seen = await store.readTagged("c.json");
			expect(seen?.bytes).toEqual(text("1"));
			await store.replace("c.json", text("2"), seen?.tag ?? null);
			await expect(
				store.replace("c.json", text("x"), seen?.tag ?? null),
			).rejects.toThrow(ConflictError);
			expect(await store.read("c.json")).toEqual(text("2"));
			await expect(
				store.replace("gone.json", text("x"), seen?.tag ?? null),
			).rejects.toThrow(ConflictError);
			expect(await store.read("gone.json")).toBeNull();
		});

		test("of many who make a file one does", async () => {
			const made = await Promise.allSettled(
				Array.from({ length: 8 }, (_, i) =>
					store.replace("m.json", text(`${i}`), null),
				),
			);
			const winners = made.flatMap(({ status }, i) =>
				status === "fulfilled" ? [`${i}`] : [],
			);
			expect(winners).toHaveLength(1);
			expect(String(await store.read("m.json"))).toBe(winners[0]);
		});
	});

test("an address of neither kind is refused, with how it is written", async () => {
	for (const address of ["s3://", "s3:///x", "s3://b?x"])
		await expect(openStore(address)).rejects.toThrow("write s3://bucket");
	const store = await openStore(join(folder, "some"));
	expect(store).toBeInstanceOf(FolderStore);
});

describe("a full disk", () => {
	let disk: Awaited<ReturnType<typeof smallDisk>>;
	beforeAll(async () => {
		disk = await smallDisk();
	});
	afterAll(() => disk?.remove());

	test("is an error that names the file, and leaves nothing there", async ({
		skip,
	}) => {
		if (disk === null) return skip();
		const { path } = disk;
		const store = new FolderStore(join(path, "lake"));
		const large = Buffer.alloc(2_000_000, 1);
		for (const work of [
			async () => store.put(await fileOf(large), "a/b.parquet"),
			() => store.write("a/b.parquet", large),
			() => store.replace("a/b.parquet", large, null),
		]) {
			const error = await work().catch((error) => error);
			expect(error).toBeInstanceOf(StoreError);
			expect(error.message).toContain(join(path, "lake/a/b.parquet"));
			expect(error.message).toContain("the disk is full");
			expect(await keysOf(store)).toEqual([]);
		}
		await store.write("a/small.json", text("1"));
	});

	test.skipIf(!hasRadosgw())(
		"also where a bucket's file is fetched",
		async ({ skip }) => {
			if (disk === null) return skip();
			const { path } = disk;
			const store = bucket("full");
			await store.put(await fileOf(Buffer.alloc(2_000_000, 1)), "large");
			const error = await store
				.fetch("large", join(path, "in/large"))
				.catch((error) => error);
			expect(error).toBeInstanceOf(StoreError);
			expect(error.message).toContain("the disk is full");
			expect(classify(error)).toBe("deterministic");
			await expect(stat(join(path, "in/large"))).rejects.toThrow("ENOENT");
			await store.fetch("large", join(folder, "large"));
			expect((await stat(join(folder, "large"))).size).toBe(2_000_000);
			store.close();
		},
	);
});

describe.skipIf(!hasRadosgw())("a bucket's own", () => {
	test("files of 20 MB travel in parts, and say what they are", async () => {
		const store = bucket("large");
		const bytes = Buffer.alloc(20_000_000, 7);
		const name = "rides/part-0-0123456789abcdef.parquet";
		await store.put(await fileOf(bytes), name);
		expect(await store.size(name)).toBe(bytes.length);
		await store.write("catalog.json", text("{}"));
		const to = join(folder, "back.parquet");
		await store.fetch(name, to);
		expect((await readFile(to)).equals(bytes)).toBe(true);
		await server.allowReading("lakes");
		const headers = async (key: string) => {
			const url = `${server.bucketUrl("lakes")}large/${key}`;
			const response = await fetch(url, { method: "HEAD" });
			return [
				response.headers.get("Content-Type"),
				response.headers.get("Cache-Control"),
			];
		};
		expect(await headers(name)).toEqual([
			"application/vnd.apache.parquet",
			"public, max-age=31536000, immutable",
		]);
		expect(await headers("catalog.json")).toEqual([
			"application/json",
			"no-cache",
		]);
		store.close();
	});

	test("list goes on beyond a page of a thousand, and so does remove", async () => {
		const store = bucket("many");
		const keys = Array.from({ length: 1003 }, (_, i) => `k/${i}`);
		for (let start = 0; start < keys.length; start += 50)
			await Promise.all(
				keys.slice(start, start + 50).map((key) => store.write(key, text(key))),
			);
		expect(await keysOf(store, "k/")).toEqual([...keys].sort());
		await store.remove(keys);
		expect(await keysOf(store)).toEqual([]);
		store.close();
	});

	test("a store that is busy for a while, or does not answer, costs tries only", async () => {
		const store = bucket("faults", true);
		const bytes = Buffer.alloc(9_000_000, 3);
		for (const fault of ["busy", "no answer", "lost answer"] as const) {
			gateway.spoil(fault, /^/, 3);
			await store.put(await fileOf(bytes), "large");
			gateway.spoil(fault, /^/, 3);
			await store.write("small", text(fault));
			gateway.spoil(fault, /^/, 3);
			expect(await store.read("small")).toEqual(text(fault));
			gateway.spoil(fault, /^/, 3);
			const to = join(folder, `faults-${fault}`);
			await store.fetch("large", to);
			expect((await readFile(to)).equals(bytes)).toBe(true);
			gateway.spoil(fault, /^/, 3);
			expect(await keysOf(store)).toEqual(["large", "small"]);
			gateway.spoil(fault, /^/, 3);
			await store.remove(["large", "small"]);
			expect(await keysOf(store)).toEqual([]);
		}
		gateway.spoil("lost answer", /^POST .*uploadId=/, 1);
		await store.put(await fileOf(bytes), "large");
		store.close();
	});

	test("what breaks off goes on where it was", async () => {
		const store = bucket("faults", true);
		const bytes = Buffer.from(
			Uint32Array.from({ length: 1_000_000 }, (_, i) => i).buffer,
		);
		await store.put(await fileOf(bytes), "cut");
		const to = join(folder, "cut");
		gateway.spoil("cut in the middle", /^GET/, 3);
		await store.fetch("cut", to);
		expect((await readFile(to)).equals(bytes)).toBe(true);
		expect(gateway.requests.at(-1)).toMatch(/ bytes=3[0-9]{6}-$/);
		gateway.spoil("cut in the middle", /^GET [^ ]+$/, 1);
		gateway.before(/ bytes=/, async () => gateway.spoil("busy", /^GET/, 2));
		await store.fetch("cut", to);
		expect((await readFile(to)).equals(bytes)).toBe(true);
		expect(gateway.requests.at(-1)).toMatch(/ bytes=[0-9]{6,}-$/);
		gateway.spoil("cut in the middle", /^GET/, 2);
		expect((await store.read("cut"))?.equals(bytes)).toBe(true);
		store.close();
	});

	test("what is replaced while it is fetched begins anew", async () => {
		const store = bucket("faults", true);
		await store.write("changes", Buffer.alloc(1_000_000, 1));
		gateway.spoil("cut in the middle", /^GET/, 1);
		gateway.before(/^GET/, async () => {
			gateway.before(/^GET/, () =>
				store.write("changes", Buffer.alloc(600_000, 2)),
			);
		});
		const to = join(folder, "changes");
		await store.fetch("changes", to);
		expect((await readFile(to)).equals(Buffer.alloc(600_000, 2))).toBe(true);
		store.close();
	});

	test("a store that stays busy is a fault of the network that says so", async () => {
		const store = bucket("faults", true);
		for (const [work, address] of [
			[() => store.write("a", text("1")), "s3://lakes/faults/a"],
			[() => store.fetch("a", join(folder, "never")), "s3://lakes/faults/a"],
			[() => store.read("a"), "s3://lakes/faults/a"],
			[() => store.remove(["a"]), "s3://lakes"],
		] as const) {
			gateway.spoil("busy", /^/, 100);
			const before = gateway.requests.length;
			const error = await work().catch((error) => error);
			expect(classify(error)).toBe("network");
			expect(error.message).toBe(
				`${address} at ${gateway.endpoint}: no right answer in 5 tries, the last: SlowDown`,
			);
			expect(gateway.requests.length - before).toBe(QUICK.attempts);
		}
		gateway.spoil("busy", /^/, 0);
		store.close();
	});

	test("a replacement whose answer was lost is none of somebody else's", async () => {
		const store = bucket("lost", true);
		await store.guard();
		gateway.spoil("lost answer", /^PUT/, 1);
		await store.replace("catalog.json", text("1"), null);
		const seen = await store.readTagged("catalog.json");
		gateway.spoil("lost answer", /^PUT/, 1);
		await store.replace("catalog.json", text("2"), seen?.tag ?? null);
		expect(await store.read("catalog.json")).toEqual(text("2"));
		store.close();
	});

	test("parts and probes that a killed process left are swept", async () => {
		const store = bucket("swept", true);
		gateway.spoil("busy", /^(?:PUT.*partNumber=2|DELETE)/, 1000);
		await expect(
			store.put(await fileOf(Buffer.alloc(20_000_000)), "large"),
		).rejects.toThrow("no right answer");
		gateway.spoil("busy", /^/, 0);
		await store.write(".probe/0123456789ab", text("1"));
		const uploads = async () => {
			const url = `${server.bucketUrl("lakes")}?uploads&prefix=swept/`;
			return (await server.get(url)).match(/<UploadId>/g)?.length ?? 0;
		};
		expect(await uploads()).toBe(1);
		await store.sweep();
		expect(await uploads()).toBe(1);
		// Keys that may not list them are no hindrance to the rest.
		gateway.spoil("denied", /^GET.*uploads/, 1);
		await store.sweep(-60_000);
		expect(await uploads()).toBe(1);
		expect(await keysOf(store)).toEqual([]);
		await store.sweep(-60_000);
		expect(await uploads()).toBe(0);
		store.close();
	});

	describe("guard", () => {
		test("is If-Match here, in the form that this store takes", async () => {
			const store = bucket("guard");
			expect(["quoted", "bare"]).toContain(await store.guard());
			expect(await keysOf(store)).toEqual([]);
			store.close();
		});

		test("is numbered files where If-Match is ignored: one at a time", async () => {
			gateway.ignore(["if-match"]);
			const store = bucket("numbered", true);
			expect(await store.guard()).toBe("numbered");
			await store.replace("catalog.json", text("0"), null);
			for (let round = 1; round < 4; round++) {
				const seen = await store.readTagged("catalog.json");
				const put = await Promise.allSettled(
					Array.from({ length: 4 }, (_, i) =>
						store.replace(
							"catalog.json",
							text(`${round} ${i}`),
							seen?.tag ?? null,
						),
					),
				);
				const winners = put.flatMap(({ status }, i) =>
					status === "fulfilled" ? [`${round} ${i}`] : [],
				);
				expect(winners).toHaveLength(1);
				expect(String(await store.read("catalog.json"))).toBe(winners[0]);
				expect(await keysOf(store)).toEqual([
					`catalog-0000000${round}.json`,
					"catalog.json",
				]);
			}
			store.close();
			gateway.ignore([]);
		});

		test("is numbered files, too, where If-Match is refused", async () => {
			gateway.refuse(["if-match"]);
			const store = bucket("refused", true);
			expect(await store.guard()).toBe("numbered");
			await store.replace("catalog.json", text("0"), null);
			const seen = await store.readTagged("catalog.json");
			await store.replace("catalog.json", text("1"), seen?.tag ?? null);
			expect(await store.read("catalog.json")).toEqual(text("1"));
			store.close();
			gateway.refuse([]);
		});

		test("of a turn that its taker did not use is waited for, then passed", async () => {
			gateway.ignore(["if-match"]);
			const store = bucket("died", true);
			await store.replace("catalog.json", text("0"), null);
			const seen = await store.readTagged("catalog.json");
			await store.write("catalog-00000001.json", text("died"));
			await store.replace("catalog.json", text("1"), seen?.tag ?? null);
			expect(await store.read("catalog.json")).toEqual(text("1"));
			expect(await keysOf(store)).toEqual([
				"catalog-00000002.json",
				"catalog.json",
			]);
			store.close();
			gateway.ignore([]);
		});

		test("who wakes after being overtaken restores the winner and is told", async () => {
			gateway.ignore(["if-match"]);
			const store = bucket("overtaken", true);
			const other = bucket("overtaken");
			await store.replace("catalog.json", text("0"), null);
			const seen = await store.readTagged("catalog.json");
			gateway.before(/^PUT \/lakes\/overtaken\/catalog.json/, async () => {
				await other.write("catalog-00000002.json", text("winner"));
				await other.write("catalog.json", text("winner"));
			});
			await expect(
				store.replace("catalog.json", text("late"), seen?.tag ?? null),
			).rejects.toThrow(ConflictError);
			expect(await store.read("catalog.json")).toEqual(text("winner"));
			store.close();
			other.close();
			gateway.ignore([]);
		});

		test("is none where all conditions are ignored, which only a single publisher may use", async () => {
			gateway.ignore(["if-match", "if-none-match"]);
			const store = bucket("none", true);
			expect(await store.guard()).toBe("none");
			await expect(
				store.replace("catalog.json", text("0"), null),
			).rejects.toThrow("lets two publishers overwrite each other");
			const single = new S3Store("s3://lakes/none", {
				endpoint: gateway.endpoint,
				isOnlyPublisher: true,
			});
			await single.replace("catalog.json", text("0"), null);
			await expect(
				single.replace("catalog.json", text("1"), null),
			).rejects.toThrow(ConflictError);
			store.close();
			single.close();
			gateway.ignore([]);
		});
	});

	describe("errors say what to do", () => {
		afterEach(() => {
			vi.unstubAllEnvs();
		});
		const open = (address = "s3://lakes/x") =>
			openStore(address, { endpoint: server.endpoint });

		test.each([
			[
				"a wrong secret key",
				{ AWS_SECRET_ACCESS_KEY: "wrong" },
				"s3://lakes",
				"AWS_SECRET_ACCESS_KEY",
			],
			[
				"an unknown access key",
				{ AWS_ACCESS_KEY_ID: "unknown" },
				"s3://lakes",
				"does not know the access key",
			],
			[
				"no keys",
				{
					AWS_ACCESS_KEY_ID: undefined,
					AWS_SECRET_ACCESS_KEY: undefined,
					AWS_EC2_METADATA_DISABLED: "true",
					AWS_SHARED_CREDENTIALS_FILE: "/none",
					AWS_CONFIG_FILE: "/none",
				},
				"s3://lakes",
				"no keys were found",
			],
			["a missing bucket", {}, "s3://missing/x", "there is no bucket missing"],
		])("%s", async (_, changes, address, words) => {
			for (const [name, value] of Object.entries(changes))
				vi.stubEnv(name, value);
			const error = await open(address).catch((error) => error);
			expect(error).toBeInstanceOf(StoreError);
			expect(error.message).toContain(address.replace("/x", ""));
			expect(error.message).toContain(server.endpoint);
			expect(error.message).toContain(words);
		});

		test("access that is denied, also where the answer has no body", async () => {
			const reader = await server.makeUser("reader");
			vi.stubEnv("AWS_ACCESS_KEY_ID", reader.accessKeyId);
			vi.stubEnv("AWS_SECRET_ACCESS_KEY", reader.secretAccessKey);
			const store = bucket("denied");
			for (const work of [
				() => store.write("a", text("1")),
				() => store.size("a"),
				() => open(),
			]) {
				const error = await work().catch((error) => error);
				expect(error).toBeInstanceOf(StoreError);
				expect(error.message).toContain("s3:ListBucket");
			}
			store.close();
		});

		test("an endpoint where nobody answers", async () => {
			const heard: string[] = [];
			const store = new S3Store("s3://lakes/x", {
				endpoint: "http://127.0.0.1:1",
				policy: QUICK,
				onRetry: (reason) => heard.push(reason),
			});
			await expect(store.check()).rejects.toThrow(
				/s3:\/\/lakes at http:\/\/127\.0\.0\.1:1: no right answer in 5 tries.*ECONNREFUSED/,
			);
			expect(heard).toHaveLength(QUICK.attempts - 1);
			expect(heard[0]).toContain("ECONNREFUSED");
			store.close();
		});

		test("the endpoint may come from the environment", async () => {
			vi.stubEnv("AWS_ENDPOINT_URL", server.endpoint);
			const store = await openStore("s3://lakes/x/");
			expect(store.address).toBe("s3://lakes/x");
			store.close();
		});
	});
});
