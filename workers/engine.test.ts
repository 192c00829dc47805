import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileSource } from "../scripts/lake/file-source.ts";
import { reopenNodeDatabase } from "../scripts/lake/node-database.ts";
import { nodeDecoder } from "../scripts/lake/node-decoder.ts";
import { readAnswer } from "../src/lake/arrow/rows.ts";
import { memoryCache } from "../src/lake/fetch/byte-cache.ts";
import { KeyRing } from "../src/lake/signing/key-ring.ts";
import { writeTestLake } from "../tests/support/test-lake.ts";
import { createEngine } from "./engine.ts";
import type { Progress } from "./engine-api.ts";

let lake: string;
let starts = 0;
let stuck: Promise<void> | undefined;

const engine = createEngine({
	keys: new KeyRing(),
	async parts(lakeUrl) {
		starts += 1;
		if (starts === 1) throw new Error("the first start fails");
		const files = fileSource(lakeUrl);
		return {
			source: {
				...files,
				read: async (...args) => {
					await stuck;
					return files.read(...args);
				},
			},
			openDatabase: reopenNodeDatabase,
			decoder: nodeDecoder(),
			cache: memoryCache(1e7),
			budgetBytes: 1e8,
		};
	},
});
const ignore = () => {};

beforeAll(async () => {
	lake = await mkdtemp(join(tmpdir(), "lakeside-engine-"));
	await writeTestLake(lake, [
		{
			name: "t",
			select: "SELECT i, i % 5 AS k FROM range(50000) r(i)",
			rowGroupSize: 2048,
		},
	]);
});

afterAll(() => rm(lake, { recursive: true }));

test("a start that failed may be tried again, and two share one", async () => {
	await expect(engine.open(lake, ignore)).rejects.toThrow("first start");
	const [status, same] = await Promise.all([
		engine.open(lake, ignore),
		engine.open(lake, ignore),
	]);
	expect(status.engine).toMatch(/^v1\.5\./);
	expect(status.catalog.tables[0]?.name).toBe("t");
	expect(same.version).toBe(status.version);
	expect(starts).toBe(2);
});

test("a request is cancelled by its name, also before it has begun", async () => {
	let go = ignore;
	stuck = new Promise((resolve) => {
		go = resolve;
	});
	const sql = "SELECT sum(i) FROM t";
	const requests = ["a", "b"].map((id) => engine.query({ sql, id }, ignore));
	await engine.cancel("a");
	await engine.cancel("unknown");
	await expect(requests[0]).rejects.toMatchObject({ name: "CancelledError" });
	go();
	const { ipc, columns } = (await requests[1]) as Awaited<(typeof requests)[0]>;
	expect(readAnswer(ipc, columns).cell(0, 0)).toBe(1_249_975_000);
});

test("values are bound with the types of the statement, and prune", async () => {
	const request = {
		sql: "SELECT count(*) AS n FROM t WHERE i < ?::BIGINT AND ?::VARCHAR = 'x''y'",
		params: [1000, "x'y"],
		id: "c",
	};
	const { cost } = await engine.price(request);
	expect(cost.rowGroups).toBe(1);
	const { ipc, columns } = await engine.query(request, ignore);
	expect(readAnswer(ipc, columns).cell(0, 0)).toBe(1000);
});

test("progress goes from plan to run, and loading ends with all rows", async () => {
	const seen: Progress[] = [];
	const began = performance.now();
	await engine.query({ sql: "SELECT sum(k) FROM t", id: "d" }, (progress) =>
		seen.push(progress),
	);
	const elapsedMs = performance.now() - began;
	const stages = seen.map(({ stage }) => stage);
	expect(stages[0]).toBe("plan");
	expect(stages.at(-1)).toBe("run");
	expect(seen.filter(({ stage }) => stage === "load").at(-1)).toEqual({
		stage: "load",
		rows: 50_000,
		totalRows: 50_000,
	});
	// Fewer than row groups have parts: they are spaced in time.
	expect(seen.length).toBeLessThan(20 + elapsedMs / 25);
});
