import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomFrom } from "../../src/lib/random.ts";
import { PartialFile } from "./partial-file.ts";

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-partial-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Ten megabytes of JSON Lines. */
const LINES = 200_000;
const answer = Buffer.from(
	Array.from(
		{ length: LINES },
		(_, index) => `{"row": ${index}, "text": "abcdefghijklmnopqrstuvw"}\n`,
	).join(""),
);

const open = () => PartialFile.open(join(folder, "part"), "address", true);

test("an answer gives the same bytes, however often its process was killed", async () => {
	const whole = await open();
	await whole.restart('"v1"');
	await whole.write(answer);
	await whole.finish(join(folder, "whole.jsonl.gz"));
	const bytes = await readFile(join(folder, "whole.jsonl.gz"));
	expect(gunzipSync(bytes).equals(answer)).toBe(true);
	expect(bytes.length).toBeLessThan(answer.length / 4);

	const random = randomFrom(1);
	const starts: number[] = [];
	let partial = await open();
	await partial.restart('"v1"');
	for (let kills = 0; kills < 4; ) {
		const from = partial.received;
		const piece = answer.subarray(from, from + Math.ceil(random() * 3e6));
		await partial.write(piece);
		if (random() < 0.4 && from > 0) {
			await partial.close();
			partial = await open();
			expect(partial.received).toBeLessThanOrEqual(from + piece.length);
			expect(from + piece.length - partial.received).toBeLessThanOrEqual(
				2 ** 22,
			);
			if (partial.received > 0) expect(partial.validator).toBe('"v1"');
			else await partial.restart('"v1"');
			starts.push(partial.received);
			kills++;
		}
	}
	await partial.write(answer.subarray(partial.received));
	await partial.finish(join(folder, "cut.jsonl.gz"));
	expect(Math.max(...starts)).toBeGreaterThan(0);
	expect((await readFile(join(folder, "cut.jsonl.gz"))).equals(bytes)).toBe(
		true,
	);
	expect(await readdir(folder)).not.toContain("part.json");
});

test("DuckDB reads every part", async () => {
	const instance = await DuckDBInstance.create();
	const connection = await instance.connect();
	const result = await connection.runAndReadAll(
		`SELECT count(*)::INTEGER, max("row")::INTEGER FROM read_json('${join(folder, "whole.jsonl.gz")}')`,
	);
	expect(result.getRows()).toEqual([[LINES, LINES - 1]]);
	connection.closeSync();
	instance.closeSync();
});

test("what is compressed already stays as it is", async () => {
	const noise = randomBytes(6e6);
	for (const [bytes, mayPack] of [
		[gzipSync(noise, { level: 0 }), true],
		[noise, false],
	] as const) {
		const partial = await PartialFile.open(
			join(folder, "part"),
			"other",
			mayPack,
		);
		await partial.restart('"v1"');
		await partial.write(bytes.subarray(0, 5e6));
		await partial.close();
		const again = await PartialFile.open(
			join(folder, "part"),
			"other",
			mayPack,
		);
		expect(again.received).toBe(2 ** 22);
		await again.write(bytes.subarray(2 ** 22));
		await again.finish(join(folder, "as-is"));
		expect((await readFile(join(folder, "as-is"))).equals(bytes)).toBe(true);
	}
});

test("another answer, or one that nothing tells from another, begins anew", async () => {
	const write = async (validator: string | null) => {
		const partial = await open();
		await partial.restart(validator);
		await partial.write(answer.subarray(0, 6e6));
		await partial.close();
	};
	await write('"v1"');
	const other = await PartialFile.open(join(folder, "part"), "other", true);
	expect(other.received).toBe(0);
	await other.close();
	await write(null);
	const same = await open();
	expect(same.received).toBe(0);
	expect(same.validator).toBeNull();
	await same.close();
});

test("an empty answer is an empty file", async () => {
	const partial = await open();
	await partial.restart(null);
	await partial.finish(join(folder, "empty.gz"));
	expect(gunzipSync(await readFile(join(folder, "empty.gz")))).toHaveLength(0);
});
