import { afterEach, expect, test, vi } from "vitest";
import {
	browserStore,
	type DraftStore,
	dropPrevious,
	keepDraft,
	openDraft,
	replaceDraft,
	swapDraft,
} from "./draft.ts";

function storeWith(text: string | null, previous: string | null = null) {
	const kept = new Map([
		["text", text],
		["previous", previous],
	]);
	const store: DraftStore = {
		get: (key) => kept.get(key) ?? null,
		set: (key, value) => void kept.set(key, value),
	};
	return { store, kept };
}

const link = (sql: string) => `#q=${encodeURIComponent(sql)}`;

afterEach(() => vi.unstubAllGlobals());

test("a text with a signed address lasts as long as the page", () => {
	const disk = new Map([["lakeside.sql.text", "select 1"]]);
	vi.stubGlobal("localStorage", {
		getItem: (key: string) => disk.get(key) ?? null,
		setItem: (key: string, value: string) => disk.set(key, value),
		removeItem: (key: string) => disk.delete(key),
	});
	const store = browserStore();
	const signed = "from 'https://b.example/a.parquet?X-Amz-Signature=0ab1'";
	store.set("text", signed);
	expect(store.get("text")).toBe(signed);
	expect(browserStore().get("text")).toBe("select 1");
	store.set("text", "select 2");
	expect(store.get("text")).toBe("select 2");
	expect(browserStore().get("text")).toBe("select 2");
});

test("a first visit opens with the starter", () => {
	const { store } = storeWith(null);
	expect(openDraft(store, "", "select 1")).toStrictEqual({
		text: "select 1",
		isFromLink: false,
		previous: null,
	});
});

test("a text comes back after a reload", () => {
	const { store } = storeWith(null);
	keepDraft(store, openDraft(store, "", "select 1"), "select 'mine'");
	expect(openDraft(store, "", "select 1").text).toBe("select 'mine'");
});

test("a link shows its SQL and leaves the saved text alone", () => {
	const { store, kept } = storeWith("select 'mine'");
	const draft = openDraft(store, link("select 'é & %'"), "select 1");
	expect(draft).toStrictEqual({
		text: "select 'é & %'",
		isFromLink: true,
		previous: "select 'mine'",
	});
	expect(kept.get("text")).toBe("select 'mine'");
});

test("editing a link's SQL keeps a way back, also over reloads", () => {
	const { store } = storeWith("select 'mine'");
	keepDraft(store, openDraft(store, link("select 2"), "select 1"), "select 22");
	const reloaded = openDraft(store, "", "select 1");
	expect(reloaded).toStrictEqual({
		text: "select 22",
		isFromLink: false,
		previous: "select 'mine'",
	});
	expect(swapDraft(store, reloaded).text).toBe("select 'mine'");
	expect(openDraft(store, "", "select 1")).toMatchObject({
		text: "select 'mine'",
		previous: "select 22",
	});
});

test("further edits do not push the way back out", () => {
	const { store } = storeWith("select 'mine'");
	let draft = openDraft(store, link("select 2"), "select 1");
	for (const text of ["select 22", "select 222"])
		draft = keepDraft(store, draft, text);
	expect(draft.previous).toBe("select 'mine'");
});

test("the visitor's own link is no link", () => {
	const { store } = storeWith("select 'mine'");
	expect(openDraft(store, link("select 'mine'"), "select 1").isFromLink).toBe(
		false,
	);
});

test("an example takes the place of the visitor's text, which stays at hand over reloads", () => {
	const { store } = storeWith("select 'mine'");
	let draft = replaceDraft(store, openDraft(store, "", ""), "select 10", true);
	draft = replaceDraft(store, draft, "select 20", false);
	expect(draft).toStrictEqual(openDraft(store, "", ""));
	expect(swapDraft(store, draft).text).toBe("select 'mine'");
});

test("an example in place of a link's SQL keeps the visitor's text, not the link's", () => {
	const { store } = storeWith("select 'mine'");
	const draft = openDraft(store, link("select 2"), "");
	expect(replaceDraft(store, draft, "select 10", true).previous).toBe(
		"select 'mine'",
	);
});

test("a dropped text does not come back", () => {
	const { store } = storeWith("select 2", "select 'mine'");
	dropPrevious(store, openDraft(store, "", ""));
	expect(openDraft(store, "", "").previous).toBeNull();
});
