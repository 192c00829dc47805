import { batch, computed, type Signal, signal } from "@preact/signals";
import { TIME_UNITS } from "../../lib/time-units.ts";
import type { BrushedDays } from "../charts/day-brush.tsx";
import {
	type Codec,
	dayCodec,
	integerCodec,
	optionalCodec,
	urlSignal,
	wordCodec,
} from "../shared/url-state.ts";
import {
	DEFAULT_CHOICE,
	type PostsChoice,
	PRESETS,
	TOPS,
	type Top,
} from "./model.ts";
import { comparedCodec, MOST_TAGS, tagsCodec } from "./tags-codec.ts";
import { DRAWINGS } from "./top-tags.tsx";

const push = { history: "push" } as const;
const replace = { history: "replace" } as const;

const topCodec: Codec<Top> = {
	parse: (text) => TOPS.find((top) => String(top) === text),
	format: String,
};

const signals = {
	preset: urlSignal("window", DEFAULT_CHOICE.preset, wordCodec(PRESETS), push),
	from: urlSignal("from", null, optionalCodec(dayCodec), push),
	to: urlSignal("to", null, optionalCodec(dayCodec), push),
	reposts: urlSignal("reposts", "yes", wordCodec(["yes", "no"] as const), push),
	tags: urlSignal<readonly string[]>("tag", [], tagsCodec, push),
};

/** What the address chooses. */
export const choice = computed<PostsChoice>(() => ({
	preset: signals.preset.value,
	from: signals.from.value,
	to: signals.to.value,
	withReposts: signals.reposts.value === "yes",
	tags: signals.tags.value,
}));

/** The days that are being brushed, before they are chosen. */
export const brushed: Signal<BrushedDays | null> = signal(null);

/** What shows: the choice with the days that are being brushed. */
export const shown = computed<PostsChoice>(() =>
	brushed.value === null ? choice.value : { ...choice.value, ...brushed.value },
);

export const top = urlSignal<Top>("top", 20, topCodec, replace);
export const drawing = urlSignal("draw", "bars", wordCodec(DRAWINGS), replace);
export const unit = urlSignal("unit", "day", wordCodec(TIME_UNITS), replace);

/** The tags to lay over each other; null for the first ones of the window. */
export const compared = urlSignal<readonly string[] | null>(
	"compare",
	null,
	comparedCodec,
	replace,
);

/** Pages of posts that can be read at once. */
export const MOST_PAGES = 100;

/** How often the visitor asked for more posts to read, and once more. */
export const pages = urlSignal("read", 1, integerCodec(1, MOST_PAGES), replace);

export function choose(next: PostsChoice): void {
	batch(() => {
		brushed.value = null;
		signals.preset.value = next.preset;
		signals.from.value = next.from;
		signals.to.value = next.to;
		signals.reposts.value = next.withReposts ? "yes" : "no";
		signals.tags.value = next.tags;
		pages.value = 1;
	});
}

/** Narrows everything to a tag as well, or no longer. */
export function pickTag(tag: string): void {
	narrow([tag]);
}

/** Narrows everything to the posts that carry two tags as well, or no longer. */
export function pickBoth(tag: string, other: string): void {
	narrow([tag, other]);
}

/** With more tags than an address holds those that were picked first leave. */
function narrow(picked: readonly string[]): void {
	const chosen = choice.peek();
	const others = chosen.tags.filter((tag) => !picked.includes(tag));
	const isOn = picked.every((tag) => chosen.tags.includes(tag));
	const added = picked.filter((tag) => !chosen.tags.includes(tag));
	choose({
		...chosen,
		tags: isOn ? others : [...chosen.tags, ...added].slice(-MOST_TAGS),
	});
}
