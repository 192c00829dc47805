import { describe, expect, test } from "vitest";
import type { FileHost, RangeSource, WholeLimits } from "../types.ts";
import { type FileAccess, FileStore, NO_FILES } from "./file-store.ts";
import { openParquetTable, openTextTable } from "./file-tables.ts";

const BROKEN = "https://a.example/broken.parquet";
const MISSING = "https://a.example/missing.parquet";
const ENDLESS = "https://a.example/endless.parquet";

/** A host that answers to no ranges: one file is no Parquet, one is missing, one never ends. */
function storeOf() {
	const seen: AbortSignal[] = [];
	const whole = async (address: string, _: string, limits: WholeLimits) => {
		seen.push(limits.signal);
		if (address === MISSING) throw new Error("there is no such file");
		if (address === ENDLESS)
			await new Promise((_, reject) =>
				limits.signal.addEventListener("abort", () => reject(new Error("cut"))),
			);
		const blob = new Blob(["no Parquet".repeat(10)]);
		const guard = {
			name: address,
			bytes: blob.size,
			etag: null,
			lastModified: null,
		};
		return { guard, whole: blob };
	};
	const access: FileAccess = {
		...NO_FILES,
		host: { open: whole, whole } as unknown as FileHost,
		refusal: () => null,
	};
	const lake = { url: "https://a.example/lake/" } as RangeSource;
	return { store: new FileStore(lake, access), seen };
}

const limits = (): WholeLimits => ({
	maxBytes: 1e6,
	signal: new AbortController().signal,
	onBytes: () => {},
});

describe.each([
	[
		"Parquet",
		(store: FileStore, paths: readonly string[]) =>
			openParquetTable(
				"t",
				{ format: "parquet", paths, options: [] },
				store,
				limits(),
			),
	],
	[
		"text",
		(store: FileStore, paths: readonly string[]) =>
			openTextTable(
				"t",
				{ format: "json", paths, options: [] },
				store,
				limits(),
				undefined as never,
				undefined as never,
			),
	],
])("files that become no table (%s)", (_, open) => {
	test("leave no bytes behind", async () => {
		const { store } = storeOf();
		await expect(open(store, [BROKEN])).rejects.toThrow(BROKEN);
		expect(await store.here(BROKEN, 0, 1)).toBeUndefined();
		await expect(open(store, [BROKEN, MISSING])).rejects.toThrow("no such");
		expect(await store.here(BROKEN, 0, 1)).toBeUndefined();
	});

	test("end what was asked for besides them", async () => {
		const { store, seen } = storeOf();
		await expect(open(store, [ENDLESS, MISSING])).rejects.toThrow("no such");
		expect(seen.map(({ aborted }) => aborted)).toEqual([true, true]);
	});
});
