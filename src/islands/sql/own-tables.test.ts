import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import type { DroppedFile } from "../../../workers/engine-api.ts";
import { FILES_OF_KIND, type OwnKind } from "../../lib/sql/own-files.ts";
import { OwnTables } from "./own-tables.ts";

const SQL = "FROM 'own-rides.parquet'";
const [RIDES, CELLS] = FILES_OF_KIND.rides as [string, string];

/** A device, and an engine whose every step may be waited for. */
function fakeWorld(kept: string | null) {
	const files = signal<readonly DroppedFile[]>([]);
	const bytes = new Map<string, string>();
	const world = {
		files,
		kept,
		reads: 0,
		/** Run before a step is over. */
		onRead: async () => {},
		onAdd: async () => {},
		async read(kind: OwnKind) {
			world.reads += 1;
			const text = world.kept;
			await world.onRead();
			if (text === null) return null;
			const tables = FILES_OF_KIND[kind].map((name) => [
				name,
				new Blob([text]),
			]);
			return Object.fromEntries(tables) as Record<string, Blob>;
		},
		async addFile(file: File) {
			const isTaken = files.value.some(({ name }) => name === file.name);
			const name = isTaken ? `other-${file.name}` : file.name;
			const added = { name, bytes: file.size, rows: 1, columns: [] };
			bytes.set(name, await file.text());
			files.value = [...files.value, added];
			await world.onAdd();
			return added;
		},
		async removeFile(name: string) {
			bytes.delete(name);
			files.value = files.value.filter((file) => file.name !== name);
		},
	};
	return { world, bytes, own: new OwnTables(world) };
}

/** Does something the first time alone. */
function once(task: () => unknown): () => Promise<void> {
	let isDone = false;
	return async () => {
		if (isDone) return;
		isDone = true;
		await task();
	};
}

test.each(["onRead", "onAdd"] as const)(
	"what is erased in another tab during %s does not come into the engine",
	async (step) => {
		const { world, bytes, own } = fakeWorld("mine");
		world[step] = once(() => {
			world.kept = null;
			own.follow("rides", "erased");
		});
		await expect(own.openIn(SQL)).rejects.toMatchObject({
			name: "UnsupportedError",
		});
		expect(bytes.size).toBe(0);
		expect(own.opening.value).toEqual([]);
		expect(own.missingIn(SQL)).toEqual(["rides"]);
	},
);

test.each(["onRead", "onAdd"] as const)(
	"what is kept besides during %s is in the tables",
	async (step) => {
		const { world, bytes, own } = fakeWorld("one");
		world[step] = once(() => {
			world.kept = "one and two";
			own.follow("rides", "kept");
		});
		await own.openIn(SQL);
		expect([...bytes]).toEqual([
			[RIDES, "one and two"],
			[CELLS, "one and two"],
		]);
		expect(own.open.value).toEqual(["rides"]);
	},
);

test("rows may show after an erasure only where the engine has had them", async () => {
	const { bytes, own } = fakeWorld("mine");
	expect(own.follow("rides", "erased")).toBe(false);
	await own.openIn(SQL);
	expect(own.follow("posts", "erased")).toBe(false);
	expect(own.follow("rides", "kept")).toBe(false);
	expect(own.follow("rides", "erased")).toBe(true);
	expect(bytes.size).toBe(0);
});

test("a file of such a name that the visitor dropped is the one that is meant, and stays", async () => {
	const { world, bytes, own } = fakeWorld("mine");
	await world.addFile(new File(["dropped"], RIDES));
	expect(own.missingIn(SQL)).toEqual([]);
	await own.openIn(SQL);
	own.follow("rides", "kept");
	own.follow("rides", "erased");
	expect(world.reads).toBe(0);
	expect([...bytes]).toEqual([[RIDES, "dropped"]]);
	await world.removeFile(RIDES);
	await own.openIn(SQL);
	expect(bytes.get(RIDES)).toBe("mine");
});

test("a file that is dropped while ours are on their way stays, and ours are gone", async () => {
	const { world, bytes, own } = fakeWorld("mine");
	world.onRead = once(() => world.addFile(new File(["dropped"], CELLS)));
	await own.openIn(SQL);
	expect([...bytes]).toEqual([[CELLS, "dropped"]]);
	expect(own.open.value).toEqual([]);
});
