import { holdsSignedAddress } from "../../lib/hosts/signed-address.ts";
import { linkInHash } from "./link.ts";

/** Where the visitor's texts lie between visits. Its keys may hold nothing. */
export interface DraftStore {
	get(key: DraftKey): string | null;
	set(key: DraftKey, value: string | null): void;
}

type DraftKey = "text" | "previous" | "history";

export interface Draft {
	readonly text: string;
	/** Whether the text came by a link and is not yet the visitor's own. */
	readonly isFromLink: boolean;
	/** The visitor's own text that the link stands in front of, null where there is none. */
	readonly previous: string | null;
}

/**
 * What the editor opens with: a link's SQL, else the visitor's saved text, else
 * the starter. A link leaves the saved text alone; the first edit of what it
 * brought moves the saved text aside, from where it can be taken back.
 */
export function openDraft(
	store: DraftStore,
	hash: string,
	starter: string,
): Draft {
	const linked = linkInHash(hash)?.sql ?? null;
	const saved = store.get("text");
	if (linked === null || linked === saved)
		return {
			text: saved ?? starter,
			isFromLink: false,
			previous: store.get("previous"),
		};
	return {
		text: linked,
		isFromLink: true,
		previous: saved === starter ? store.get("previous") : saved,
	};
}

/** Keeps the text of the editor; gives what the page now knows of the draft. */
export function keepDraft(
	store: DraftStore,
	draft: Draft,
	text: string,
): Draft {
	if (draft.isFromLink) store.set("previous", draft.previous);
	store.set("text", text);
	return { ...draft, text, isFromLink: false };
}

/** Puts an example into the editor; a text of the visitor's own can be taken back. */
export function replaceDraft(
	store: DraftStore,
	draft: Draft,
	text: string,
	isOwn: boolean,
): Draft {
	const previous = isOwn && !draft.isFromLink ? draft.text : draft.previous;
	store.set("text", text);
	store.set("previous", previous);
	return { text, isFromLink: false, previous };
}

/** Brings the visitor's earlier text back; what stood in the editor takes its place. */
export function swapDraft(store: DraftStore, draft: Draft): Draft {
	if (draft.previous === null) return draft;
	const swapped: Draft = {
		text: draft.previous,
		isFromLink: false,
		previous: draft.text,
	};
	store.set("text", swapped.text);
	store.set("previous", swapped.previous);
	return swapped;
}

/** Forgets the earlier text. */
export function dropPrevious(store: DraftStore, draft: Draft): Draft {
	store.set("previous", null);
	return { ...draft, previous: null };
}

/**
 * A store in the browser; where it is forbidden or full, texts last as long as the
 * page. So does a text with an address that carries a signature: whoever finds it
 * could read the file.
 */
export function browserStore(): DraftStore {
	const memory = new Map<string, string | null>();
	return {
		get(key) {
			if (memory.has(key)) return memory.get(key) ?? null;
			try {
				return localStorage.getItem(`lakeside.sql.${key}`);
			} catch {
				return null;
			}
		},
		set(key, value) {
			if (value !== null && holdsSignedAddress(value)) {
				memory.set(key, value);
				return;
			}
			try {
				if (value === null) localStorage.removeItem(`lakeside.sql.${key}`);
				else localStorage.setItem(`lakeside.sql.${key}`, value);
				memory.delete(key);
			} catch {
				memory.set(key, value);
			}
		},
	};
}
