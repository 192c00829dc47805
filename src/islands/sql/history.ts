import { holdsSignedAddress } from "../../lib/hosts/signed-address.ts";
import type { DraftStore } from "./draft.ts";

const MOST_TEXTS = 50;
const MOST_LETTERS = 10_000;

/** Texts that ran in this browser, the latest first, each once. */
export function historyIn(store: DraftStore): readonly string[] {
	const kept = store.get("history");
	if (kept === null) return [];
	try {
		const texts: unknown = JSON.parse(kept);
		return Array.isArray(texts)
			? texts.filter((text) => typeof text === "string")
			: [];
	} catch {
		// Something else wrote there.
		return [];
	}
}

/**
 * Keeps a text that runs, and gives all that are kept, also those of other tabs. One
 * with a signed address is not: whoever finds it could read the file.
 */
export function keepRun(store: DraftStore, text: string): readonly string[] {
	const before = historyIn(store);
	if (text.length > MOST_LETTERS || holdsSignedAddress(text)) return before;
	const history = [text, ...before.filter((other) => other !== text)].slice(
		0,
		MOST_TEXTS,
	);
	store.set("history", JSON.stringify(history));
	return history;
}

export function forgetRuns(store: DraftStore): readonly string[] {
	store.set("history", null);
	return [];
}
