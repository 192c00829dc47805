import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAnswer } from "../../src/lake/arrow/rows.ts";
import { HttpSource } from "../../src/lake/http/source.ts";
import type { LakeSession } from "../../src/lake/session.ts";
import {
	type FaultName,
	type FaultyHost,
	faultyHost,
} from "../support/faulty-host.ts";
import { writeTestLake } from "../support/test-lake.ts";
import { openTestSession } from "../support/test-session.ts";

/** What a reader does when an answer stays so: nothing is wrong, or the error's name and cause. */
const STAYING: Readonly<
	Record<FaultName, "harmless" | readonly [name: string, cause: RegExp]>
> = {
	"500": ["FetchError", /the host answered 500/],
	"503 with Retry-After": ["FetchError", /the host answered 503/],
	"429": ["FetchError", /the host answered 429/],
	"404": ["GoneError", /not on the host any more \(404\); a newer lake/],
	"no answer": ["FetchError", /the network failed \(.+\)/],
	"a cut in the middle": [
		"FetchError",
		/the (connection ended|network failed)/,
	],
	"fewer bytes than announced by the range": [
		"FetchError",
		/the connection ended after \d+ of \d+ bytes/,
	],
	"the whole file": "harmless",
	"another page": ["FetchError", /sent another file, or not all of this one/],
	"another range": ["FetchError", /asked for bytes .+, got Content-Range/],
	"the range, compressed": ["FetchError", /sends it compressed \(gzip\)/],
	"the whole file, compressed": "harmless",
	"a range of the compressed file": [
		"FetchError",
		/sends it compressed \(gzip\)/,
	],
	"the range, compressed without saying so": [
		"FetchError",
		/more than the range it announced; was it compressed/,
	],
	"wrong bytes of the right length": [
		"FetchError",
		/are not what the catalog's checksum says, twice/,
	],
};
const FAULTS = Object.keys(STAYING) as FaultName[];
const FILES = /\/t\/.*\.parquet$/;
/** Rows of a file, and so of a question: none has been read before. */
const WINDOW = 4096;

let folder: string;
let host: FaultyHost;
let session: LakeSession;
let asked = 0;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-faults-"));
	await writeTestLake(folder, [
		{
			name: "t",
			select: `SELECT i, 'name ' || (i % 97) AS name FROM range(${2 * FAULTS.length * WINDOW}) r(i)`,
			rowGroupSize: 2048,
			rowsPerFile: WINDOW,
		},
	]);
	host = await faultyHost(folder);
	session = await openTestSession(folder, {
		source: new HttpSource(host.url, { backoffMilliseconds: 2 }),
		budgetBytes: 1e9,
	});
});
afterAll(async () => {
	await session?.close();
	await host?.close();
	await rm(folder, { recursive: true });
});

/** Asks for a file of its own, so that it has to come from the host; gives whether the answer is right. */
async function isRight(window: number): Promise<boolean> {
	const first = window * WINDOW;
	const { ipc, columns } = await session.query({
		sql: "SELECT count(*), sum(i), max(name) FROM t WHERE i >= ?::BIGINT AND i < ?::BIGINT",
		params: [first, first + WINDOW],
	});
	const { cell } = readAnswer(ipc, columns);
	const sum = WINDOW * first + (WINDOW * (WINDOW - 1)) / 2;
	return (
		[0, 1, 2].map((column) => String(cell(0, column))).join() ===
		`${WINDOW},${sum},name 96`
	);
}

describe.each(FAULTS)("%s", (fault) => {
	test("once: the answer is right", async () => {
		const window = asked++;
		host.spoil(fault, FILES, 1);
		// What is gone is not asked for again.
		if (fault === "404")
			await expect(isRight(window)).rejects.toMatchObject({
				name: "GoneError",
			});
		else expect(await isRight(window)).toBe(true);
		expect(host.mend()).toBe(1);
	});

	test("for good: right, or an error that names file and cause; and the session goes on", async () => {
		const window = asked++;
		host.spoil(fault, FILES);
		const expected = STAYING[fault];
		if (expected === "harmless") expect(await isRight(window)).toBe(true);
		else {
			const [name, cause] = expected;
			const error = await isRight(window).catch((error: Error) => error);
			expect(error).toMatchObject({
				name,
				message: expect.stringMatching(/^t\/\S+\.parquet: /),
			});
			expect((error as Error).message).toMatch(cause);
		}
		expect(host.mend()).toBeGreaterThan(0);
		expect(await isRight(window)).toBe(true);
	});
});
