import {
	computed,
	type ReadonlySignal,
	type Signal,
	signal,
} from "@preact/signals";

export const FILES_BEING_READ = "the files that are being read";

const LIST = new Intl.ListFormat("en-GB", { type: "conjunction" });

const parts: Signal<readonly ReadonlySignal<readonly string[]>[]> = signal([]);

/**
 * What of the visitor's own a reload would lose, as a sentence; empty where it would lose
 * nothing.
 */
export const lossOfReload: ReadonlySignal<string> = computed(() =>
	lossSentence(parts.value.flatMap((unkept) => unkept.value)),
);

/**
 * Has a part of the page tell what it holds of the visitor's own that is kept nowhere,
 * each in the plural as it stands in a sentence: `your own rides`. Once for each part.
 */
export function tellUnkept(unkept: ReadonlySignal<readonly string[]>): void {
	parts.value = [...parts.peek(), unkept];
}

function lossSentence(unkept: readonly string[]): string {
	if (unkept.length === 0) return "";
	const list = LIST.format(unkept);
	return `${list.charAt(0).toUpperCase()}${list.slice(1)} are not kept, and will be gone then.`;
}
