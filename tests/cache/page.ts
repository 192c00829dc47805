import { wrap } from "comlink";
import { ByteStore } from "../../src/lake/fetch/byte-store.ts";
import type { CacheApi } from "./cache-api.ts";

const worker = new Worker(new URL("./cache.worker.ts", import.meta.url), {
	type: "module",
});
const cache = wrap<CacheApi>(worker);

/** What the test calls in the page. */
const page = {
	open: () => cache.open(),
	put: (names: readonly string[], length: number) => cache.put(names, length),
	have: (names: readonly string[], length: number) => cache.have(names, length),
	/** Puts a text under each name, one after the other, so many milliseconds apart. */
	async putTexts(names: readonly string[], text: string, apart: number) {
		for (const name of names) {
			await cache.putText(name, text);
			if (apart > 0) await new Promise((resolve) => setTimeout(resolve, apart));
		}
	},
	textsOf: (names: readonly string[]) =>
		Promise.all(names.map((name) => cache.textOf(name))),
	use: () => cache.use(),
	setBudget: (bytes: number | null) => cache.setBudget(bytes),
	clear: () => cache.clear(),
	/** As a tab dies: whatever the worker was doing. */
	kill: () => worker.terminate(),
	/** Lengths of the files in the folder, by name. */
	async files() {
		const folder = await folderOf();
		const lengths: Record<string, number> = {};
		for await (const name of folder.keys()) {
			const handle = await folder.getFileHandle(name);
			lengths[name] = (await handle.getFile()).size;
		}
		return lengths;
	},
	/** When each entry was used last, by the name of its file. */
	async uses() {
		const entries = await (await ByteStore.open()).entries();
		return Object.fromEntries(
			[...entries].map(([name, { used }]) => [name, used]),
		);
	},
	/** Leaves a file as a tab does that dies while it writes. */
	async tear(name: string) {
		const folder = await folderOf();
		const handle = await folder.getFileHandle(name, { create: true });
		const stream = await handle.createWritable();
		await stream.write(new Uint8Array(3));
		await stream.close();
	},
};
export type CachePage = typeof page;
Object.assign(window, { page });

async function folderOf(): Promise<FileSystemDirectoryHandle> {
	const root = await navigator.storage.getDirectory();
	return root.getDirectoryHandle("lakeside-bytes");
}
