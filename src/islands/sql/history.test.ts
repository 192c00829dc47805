import { expect, test } from "vitest";
import type { DraftStore } from "./draft.ts";
import { forgetRuns, historyIn, keepRun } from "./history.ts";

function storeWith(history: string | null) {
	const kept = new Map([["history", history]]);
	const store: DraftStore = {
		get: (key) => kept.get(key) ?? null,
		set: (key, value) => void kept.set(key, value),
	};
	return store;
}

test("texts that ran come back, the latest first, each once, and no more than fifty", () => {
	const store = storeWith(null);
	expect(historyIn(store)).toEqual([]);
	keepRun(store, "select 1");
	keepRun(store, "select 'zwei'");
	expect(keepRun(store, "select 1")).toEqual(["select 1", "select 'zwei'"]);
	for (let turn = 0; turn < 100; turn++) keepRun(store, `select ${turn}`);
	expect(historyIn(store)).toHaveLength(50);
	expect(historyIn(store)[0]).toBe("select 99");
	expect(forgetRuns(store)).toEqual([]);
	expect(historyIn(store)).toEqual([]);
});

test("a text with a signed address is not kept", () => {
	const store = storeWith('["select 1"]');
	const signed = "from 'https://b.example/a.parquet?X-Amz-Signature=0ab1'";
	expect(keepRun(store, signed)).toEqual(["select 1"]);
	expect(historyIn(store)).toEqual(["select 1"]);
});

test.each(["{", '{"a": 1}', "[1, null]"])("%j is no history", (kept) => {
	expect(historyIn(storeWith(kept))).toEqual([]);
});
