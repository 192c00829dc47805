import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import {
	paxEntry,
	tarEntry,
	tarOf,
} from "../../../tests/support/tar-writer.ts";
import { FileError } from "./file-error.ts";
import { isTar, tarEntries } from "./tar.ts";

const END = Buffer.alloc(1024);

async function* inPieces(
	bytes: Uint8Array,
	size: number,
): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.length; at += size)
		yield bytes.subarray(at, at + size);
}

/** Names and contents of an archive that comes in pieces. */
async function read(
	bytes: Uint8Array,
	size = 7001,
): Promise<[name: string, content: string][]> {
	const files: [string, string][] = [];
	for await (const entry of tarEntries(inPieces(bytes, size))) {
		const parts: Uint8Array[] = [];
		for await (const part of entry.bytes()) parts.push(part);
		const content = Buffer.concat(parts);
		expect(content.length).toBe(entry.size);
		files.push([entry.name, content.toString()]);
	}
	return files;
}

/** With names that fit into a header. */
const NEAR = {
	"actor.json": "{}",
	"outbox.json": "x".repeat(1300),
	"likes.json": "",
	"media_attachments/files/1.png": "\0".repeat(512),
};
const FILES = {
	...NEAR,
	[`${"deep/".repeat(30)}Zürich ${"long".repeat(30)}.json`]: "far",
};

const hasTar = spawnSync("tar", ["--version"]).status === 0;

test.skipIf(!hasTar).each(["ustar", "pax", "gnu"])(
	"what tar packs as %s is read in pieces of any size",
	async (format) => {
		const files =
			format === "ustar"
				? Object.entries(FILES).slice(0, 4)
				: Object.entries(FILES);
		const folder = await mkdtemp(join(tmpdir(), "lakeside-tar-"));
		try {
			for (const [name, content] of files) {
				await mkdir(dirname(join(folder, name)), { recursive: true });
				await writeFile(join(folder, name), content);
			}
			const packed = spawnSync("tar", [
				`--format=${format}`,
				...["-cf", "-", "-C", folder],
				".",
			]);
			expect(packed.status).toBe(0);
			for (const size of [1, 511, 512, 100_000])
				expect((await read(packed.stdout, size)).sort()).toEqual(files.sort());
		} finally {
			await rm(folder, { recursive: true });
		}
	},
);

test("entries that are not read are passed over", async () => {
	const names: string[] = [];
	for await (const { name, bytes } of tarEntries(inPieces(tarOf(NEAR), 300))) {
		names.push(name);
		if (name === "outbox.json") for await (const _ of bytes()) break;
	}
	expect(names).toEqual(Object.keys(NEAR));
});

test.each([
	[2, 700],
	[3, 5000],
])(
	"an entry whose reader looks %i pieces ahead and goes costs no other",
	async (ahead, size) => {
		const files = { "a.gz": "a".repeat(20_000), "b.json": "b", "c.json": "" };
		const names: string[] = [];
		async function* slowly() {
			for await (const piece of inPieces(tarOf(files), size)) {
				await new Promise(setImmediate);
				yield piece;
			}
		}
		for await (const { name, bytes } of tarEntries(slowly())) {
			names.push(name);
			for (let piece = 0; piece < ahead; piece++) void bytes().next();
		}
		expect(names).toEqual(Object.keys(files));
	},
);

test("links and folders have no content, whatever size they state", async () => {
	const stating = ["1", "2", "3", "4", "5", "6"].map((type) =>
		tarEntry(`type ${type}`, "", { type, size: 5000 }),
	);
	const archive = [...stating, tarEntry("a.json", "{}"), END];
	expect(await read(Buffer.concat(archive))).toEqual([["a.json", "{}"]]);
});

test("a record of pax holds until another, and an empty one unsets it", async () => {
	const archive = Buffer.concat([
		paxEntry({ path: "all.json", size: "3" }, "g"),
		tarEntry("a", "one", { size: 9 }),
		paxEntry({ path: "", size: "" }),
		tarEntry("b.json", "three"),
		tarEntry("c", "two", { size: 9 }),
		paxEntry({ path: "", size: "" }, "g"),
		tarEntry("d.json", "three"),
		END,
	]);
	expect(await read(archive)).toEqual([
		["all.json", "one"],
		["b.json", "three"],
		["all.json", "two"],
		["d.json", "three"],
	]);
});

test("a sparse file cannot be read, and costs no other", async () => {
	const gnu = Buffer.from(tarEntry("media.png", "data", { type: "S" }));
	const more = Buffer.alloc(1024);
	// Two blocks of holes follow: the header says so, and the first of them.
	gnu[482] = 1;
	more[504] = 1;
	const sum = Number.parseInt(gnu.toString("latin1", 148, 154), 8) + 1;
	gnu.write(sum.toString(8).padStart(6, "0"), 148);
	const archive = Buffer.concat([
		...[gnu.subarray(0, 512), more, gnu.subarray(512)],
		paxEntry({
			"GNU.sparse.major": "1",
			"GNU.sparse.name": "film.mp4",
			path: "GNUSparseFile.7/film.mp4",
		}),
		tarEntry("film", "data"),
		tarEntry("a.json", "{}"),
		END,
	]);
	const found: [string, string | undefined][] = [];
	for await (const { name, fault, bytes } of tarEntries(
		inPieces(archive, 100),
	)) {
		found.push([name, fault?.message]);
		if (fault !== null) await expect(bytes().next()).rejects.toBe(fault);
	}
	const reason = "is stored as a sparse file: pack it without that";
	expect(found).toEqual([
		["media.png", `media.png ${reason}`],
		["film.mp4", `film.mp4 ${reason}`],
		["a.json", undefined],
	]);
});

test("records for all that follow cost no more the more there are", async () => {
	const seconds = async (headers: number) => {
		async function* many() {
			for (let header = 0; header < headers; header++)
				yield paxEntry({ [`key${header}`]: "x".repeat(100) }, "g");
			yield tarEntry("a.json", "{}");
			yield END;
		}
		const before = process.cpuUsage();
		for await (const { name } of tarEntries(many()))
			expect(name).toBe("a.json");
		const { user, system } = process.cpuUsage(before);
		return user + system;
	};
	await seconds(500);
	let few = 0;
	for (let time = 0; time < 16; time++) few += await seconds(500);
	expect(await seconds(8000)).toBeLessThan(6 * few);
});

test("names of tar archives", () => {
	for (const path of ["a.tar", "b/a.TGZ", "a.tar.gz"])
		expect(isTar(path)).toBe(true);
	for (const path of ["tar", "a.gz", "a.tar.bz2", "a.tgz/b"])
		expect(isTar(path)).toBe(false);
});

test("names lead nowhere but down, and what is no file is left out", async () => {
	const archive = Buffer.concat([
		tarEntry("../../etc/passwd", "one"),
		tarEntry("/root/outbox.json", "two"),
		tarEntry("link", "", { type: "2" }),
		tarEntry("folder/", "", { type: "5" }),
		paxEntry({ path: "a/../..//b.json", size: "5" }),
		tarEntry("short", "three"),
		END,
	]);
	expect(await read(archive)).toEqual([
		["etc/passwd", "one"],
		["root/outbox.json", "two"],
		["a/b.json", "three"],
	]);
});

const archive = Buffer.from(
	tarOf({ "a.json": "x".repeat(700), "b.json": "y" }),
);
const changed = (at: number) => {
	const bytes = Buffer.from(archive);
	bytes[at] = (bytes[at] ?? 0) ^ 1;
	return bytes;
};

test.each<[string, Uint8Array, RegExp]>([
	["an empty file", new Uint8Array(), /the file is empty/],
	["no archive", Buffer.alloc(4096, "x"), /not a tar archive/],
	["half of a header", archive.subarray(0, 300), /cut off after 300 bytes/],
	["half of a content", archive.subarray(0, 900), /cut off after 900 bytes/],
	["no end", archive.subarray(0, 512 + 1024), /cut off after 1536 bytes/],
	["a changed name", changed(0), /its beginning is damaged/],
	["a changed later header", changed(1536 + 3), /damaged at byte 1536/],
	[
		"a size of exabytes",
		Buffer.concat([
			paxEntry({ size: "9007199254740991" }),
			tarEntry("bomb.json", ""),
			END,
		]),
		/cut off/,
	],
	[
		"a size beyond all numbers",
		Buffer.concat([paxEntry({ size: "1e30" }), tarEntry("bomb.json", ""), END]),
		/no size of a file/,
	],
	[
		"a name of gigabytes",
		tarEntry("long", "", { type: "L", size: 2 ** 31 }),
		/a name of 2147483648 bytes/,
	],
	[
		"records that overlap",
		Buffer.concat([tarEntry("p", "3 a=b\n", { type: "x" }), END]),
		/a record of a name cannot be read/,
	],
])("%s is told, and never fills the memory", async (_, bytes, message) => {
	await expect(read(bytes)).rejects.toThrow(message);
	await expect(read(bytes)).rejects.toBeInstanceOf(FileError);
});

test("ten thousand entries are told one by one", async () => {
	async function* many() {
		for (let entry = 0; entry < 10_000; entry++)
			yield tarEntry(`${entry}.json`, String(entry));
		yield END;
	}
	let count = 0;
	for await (const { name } of tarEntries(many()))
		expect(name).toBe(`${count++}.json`);
	expect(count).toBe(10_000);
});
