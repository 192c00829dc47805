import {
	mkdir,
	mkdtemp,
	readFile,
	rename,
	rm,
	truncate,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import CachePolicy from "http-cache-semantics";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Page, SourceState } from "./source-state.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-state-"));
});
afterEach(async () => {
	vi.useRealTimers();
	await rm(folder, { recursive: true, force: true });
});

const open = () =>
	SourceState.open(join(folder, "files"), join(folder, "sources/a"));

const textOf = (page: Page) =>
	readFile(join(folder, "files", page.file), "utf8");

/** A page that has arrived and waits for the others. */
async function arrive(
	state: SourceState,
	number: number,
	text: string,
): Promise<Page> {
	const file = `weather/a.${number}.csv`;
	const page: Page = {
		address: `address ${number}`,
		file,
		receivedAt: number,
		hash: text,
		etag: `"${text}"`,
		lastModified: null,
		freshness: new CachePolicy(
			{ url: "/", method: "GET", headers: {} },
			{ status: 200, headers: {} },
		).toObject(),
		next: `${number + 1}`,
		isReusable: true,
	};
	await mkdir(dirname(state.waiting(file)), { recursive: true });
	await writeFile(state.waiting(file), text);
	await state.add(page);
	return page;
}

test("a process that was killed while pages got to their places is completed", async () => {
	for (const inPlace of [0, 1, 2]) {
		const state = await open();
		await state.begin("settings");
		const pages = [
			await arrive(state, 1, `one ${inPlace}`),
			await arrive(state, 2, `two ${inPlace}`),
		];
		await state.publish("settings", pages);
		// As it was when only the first ones were there.
		const record = join(folder, "sources/a/record.json");
		const text = await readFile(record, "utf8");
		await writeFile(
			record,
			text.replace('"isInPlace":true', '"isInPlace":false'),
		);
		for (const { file } of pages.slice(inPlace)) {
			await mkdir(dirname(state.waiting(file)), { recursive: true });
			await rename(join(folder, "files", file), state.waiting(file));
		}
		const opened = await open();
		expect(opened.record?.isInPlace).toBe(true);
		expect(await Promise.all(pages.map(textOf))).toEqual([
			`one ${inPlace}`,
			`two ${inPlace}`,
		]);
	}
});

test("a fetch goes on with the pages before the first that is not whole", async () => {
	const first = await open();
	await first.begin("settings");
	const page = await arrive(first, 1, "one");
	await arrive(first, 2, "two");
	// A killed process may have written half a line.
	const journal = join(folder, "sources/a/pages.jsonl");
	await truncate(journal, (await readFile(journal)).length - 10);
	const second = await open();
	expect(await second.begin("settings")).toEqual([page]);
	const again = await arrive(second, 2, "two");
	const third = await open();
	expect(await third.begin("settings")).toEqual([page, again]);
	await rm(third.waiting(page.file));
	expect(await (await open()).begin("settings")).toEqual([]);
});

test("pages of other settings, or of long ago, are not gone on with", async () => {
	const state = await open();
	await state.begin("settings");
	await arrive(state, 1, "one");
	expect(await (await open()).begin("other settings")).toEqual([]);
	await state.begin("settings");
	await arrive(state, 1, "one");
	vi.useFakeTimers({ now: Date.now() + 2 * 3600_000, toFake: ["Date"] });
	expect(await (await open()).begin("settings")).toEqual([]);
});

test("what holds a secret is written nowhere", async () => {
	const state = await open();
	await state.begin("settings");
	const page = { ...(await arrive(state, 1, "one")), isReusable: false };
	await state.add({ ...page, next: "/?token=hidden" });
	await state.publish("settings", [{ ...page, next: "/?token=hidden" }]);
	const record = join(folder, "sources/a/record.json");
	expect(await readFile(record, "utf8")).not.toContain("hidden");
	expect(await (await open()).pages("settings")).toEqual(new Map());
	expect(await textOf(page)).toBe("one");
});
