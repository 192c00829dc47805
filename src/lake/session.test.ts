import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileSource } from "../../scripts/lake/file-source.ts";
import { openNodeDatabase } from "../../scripts/lake/node-database.ts";
import { nodeDecoder } from "../../scripts/lake/node-decoder.ts";
import { writeTestLake } from "../../tests/support/test-lake.ts";
import { memoryCache } from "./byte-cache.ts";
import { LakeSession } from "./session.ts";

let session: LakeSession;

beforeAll(async () => {
	const lake = await mkdtemp(join(tmpdir(), "lakeside-session-"));
	await writeTestLake(lake, [
		{
			name: "numbers",
			select:
				"SELECT i::INTEGER AS i, i % 7 AS rest, 'n' || i AS name, (i // 5000)::INTEGER AS part FROM range(20000) r(i)",
			partitionKeys: ["part"],
			rowGroupSize: 2048,
		},
	]);
	session = await LakeSession.open({
		source: fileSource(lake),
		openDatabase: openNodeDatabase,
		decoder: nodeDecoder(),
		cache: memoryCache(1e8),
		budgetBytes: 1e8,
	});
});

afterAll(() => session.close());

async function rows(sql: string) {
	const answer = await session.query({ sql });
	return tableFromIPC(answer.ipc)
		.toArray()
		.map((row) => ({ ...row }));
}

test("fetches and loads only what is missing", async () => {
	const first = await session.query({
		sql: "SELECT sum(i) AS s FROM numbers WHERE part = 1 AND i < 7000",
	});
	expect(tableFromIPC(first.ipc).toArray().map(String)).toEqual([
		'{"s": 11999000}',
	]);
	expect(first.columns).toEqual([{ name: "s", type: "HUGEINT" }]);
	expect(first.plan.actual).toMatchObject({ files: 1, rowGroups: 1, rows: 1 });
	expect(first.plan.actual.bytes).toBeGreaterThan(0);

	const again = await session.query({
		sql: "SELECT max(i) AS m FROM numbers WHERE part = 1 AND i < 6000",
	});
	expect(again.plan.actual).toMatchObject({ files: 0, requests: 0, bytes: 0 });
	expect(await rows("SELECT count(*)::INTEGER AS n FROM numbers")).toEqual([
		{ n: 20000 },
	]);
	expect(
		await rows(
			"SELECT part, count(*)::INTEGER AS n, min(name) AS first FROM numbers GROUP BY part ORDER BY part",
		),
	).toEqual([
		{ part: 0, n: 5000, first: "n0" },
		{ part: 1, n: 5000, first: "n5000" },
		{ part: 2, n: 5000, first: "n10000" },
		{ part: 3, n: 5000, first: "n15000" },
	]);
});
