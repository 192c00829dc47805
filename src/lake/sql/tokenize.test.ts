import { createRequire } from "node:module";
import {
	createDuckDB,
	type DuckDBBindings,
	NODE_RUNTIME,
	VoidLogger,
} from "@duckdb/duckdb-wasm/blocking";
import { beforeAll, expect, test } from "vitest";
import { Random } from "../../../tests/differential/random.ts";
import { tokenizeSql } from "./tokenize.ts";

let duckdb: DuckDBBindings;

beforeAll(async () => {
	const { resolve } = createRequire(import.meta.url);
	const bundle = (name: string) => ({
		mainModule: resolve(`@duckdb/duckdb-wasm/dist/duckdb-${name}.wasm`),
		mainWorker: "",
	});
	duckdb = await createDuckDB(
		{ mvp: bundle("mvp"), eh: bundle("eh") },
		new VoidLogger(),
		NODE_RUNTIME,
	);
	await duckdb.instantiate(() => {});
	duckdb.open({ path: ":memory:" });
});

test("finds the semicolons between statements that DuckDB's own scanner finds", () => {
	const fragments = [
		";", ";", "'", "'", "''", '"', '"', "$$", "$a$", "$", "--", "\n", "/*", "*/", "e'", "E'", "x'", "\\", "\\'", "a", "1", "é", "😀", " ", ".", "-", "/", "1e5", "select ",
	]; // biome-ignore format: one line reads better
	const random = new Random(7);
	let compared = 0;
	for (let round = 0; round < 20_000; round++) {
		const length = 1 + random.below(12);
		const sql = Array.from({ length }, () => random.pick(fragments)).join("");
		const tokens = tokenizeSql(sql);
		if (tokens.some(({ kind }) => kind === "broken")) continue;
		const theirs = semicolonsOfDuckDB(sql);
		if (theirs === undefined) continue;
		compared += 1;
		const ours = tokens.filter(
			({ kind, text }) => kind === "symbol" && text === ";",
		).length;
		expect({ sql, semicolons: ours }).toEqual({ sql, semicolons: theirs });
	}
	expect(compared).toBeGreaterThan(3_000);
});

test("gives what quotes hold", () => {
	expect(
		tokenizeSql(`a 'it''s' "odd ""name" $x$;'$x$ -- gone\n/* /* ; */ */ 1.5e3`),
	).toEqual([
		{ kind: "word", text: "a", value: "a", start: 0 },
		{ kind: "string", text: "'it''s'", value: "it's", start: 2 },
		{ kind: "quoted", text: '"odd ""name"', value: 'odd "name', start: 10 },
		{ kind: "string", text: "$x$;'$x$", value: ";'", start: 23 },
		{ kind: "number", text: "1.5e3", value: "1.5e3", start: 54 },
	]);
});

/** Undefined where the scanner gives up: it then has no tokens, or stops early. */
function semicolonsOfDuckDB(sql: string): number | undefined {
	const { offsets, types } = duckdb.tokenize(`${sql} end_of_text`);
	const bytes = new TextEncoder().encode(sql);
	if (offsets.at(-1) !== bytes.length + 1) return undefined;
	return offsets.filter(
		(offset, index) => types[index] === 3 && bytes[offset] === 0x3b,
	).length;
}
