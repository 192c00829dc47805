import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileSource } from "../../../scripts/lake/file-source.ts";
import { nodeDecoder } from "../../../scripts/lake/node-decoder.ts";
import { writeTestLake } from "../../../tests/support/test-lake.ts";
import { openTestSession } from "../../../tests/support/test-session.ts";
import { memoryCache } from "../fetch/byte-cache.ts";
import type { Decoder, RangeSource } from "../types.ts";

let lake: string;
beforeAll(async () => {
	lake = await mkdtemp(join(tmpdir(), "lakeside-load-"));
	await writeTestLake(lake, [
		{
			name: "t",
			select: "SELECT i, (i // 10000)::INTEGER AS part FROM range(30000) r(i)",
			partitionKeys: ["part"],
			rowGroupSize: 2048,
		},
	]);
});
afterAll(() => rm(lake, { recursive: true }));

function openSession(source: RangeSource, decoder: Decoder) {
	return openTestSession(lake, {
		source,
		decoder,
		cache: memoryCache(1e7),
	});
}

test("a decoder's fault is told at once, and ends what is still on its way", async () => {
	const files = fileSource(lake);
	const hanging = new Set<string>();
	const ended = new Set<string>();
	const source: RangeSource = {
		...files,
		async read(path, startByte, endByte, signal, onBytes) {
			if (!/part=[12]/.test(path))
				return files.read(path, startByte, endByte, signal, onBytes);
			hanging.add(path);
			return new Promise((_, reject) => {
				signal.addEventListener("abort", () => {
					ended.add(path);
					reject(signal.reason);
				});
			});
		},
	};
	const session = await openSession(source, {
		...nodeDecoder(),
		decode: async () => {
			throw new Error("it does not like this one");
		},
	});
	await expect(session.query({ sql: "SELECT sum(i) FROM t" })).rejects.toThrow(
		/part=0.*it does not like this one/,
	);
	expect(hanging.size).toBe(2);
	expect(ended).toEqual(hanging);
	await session.close();
});

test("a fault in a later row group is not waited for by those before it", async () => {
	const files = fileSource(lake);
	const source: RangeSource = {
		...files,
		read: (path, startByte, endByte, signal, onBytes) =>
			path.includes("part=0")
				? new Promise((_, reject) => {
						signal.addEventListener("abort", () => reject(signal.reason));
					})
				: files.read(path, startByte, endByte, signal, onBytes),
	};
	const session = await openSession(source, {
		...nodeDecoder(),
		decode: async () => {
			throw new Error("it does not like this one");
		},
	});
	await expect(
		session.query({ sql: "SELECT sum(i) FROM t WHERE i > 8500" }),
	).rejects.toThrow(/part=1.*it does not like this one/);
	await session.close();
});

test("a cancelled load gives decoders the signal and asks them for nothing more", async () => {
	const canceller = new AbortController();
	const signals: (AbortSignal | undefined)[] = [];
	const session = await openSession(fileSource(lake), {
		...nodeDecoder(),
		decode: (_, signal) => {
			signals.push(signal);
			canceller.abort();
			return new Promise(() => {});
		},
	});
	await expect(
		session.query({ sql: "SELECT sum(i) FROM t" }, canceller.signal),
	).rejects.toMatchObject({ name: "CancelledError" });
	const asked = signals.length;
	await new Promise((resolve) => setTimeout(resolve, 100));
	expect(signals.length).toBe(asked);
	expect(signals.every((signal) => signal?.aborted)).toBe(true);
	await session.close();
});
