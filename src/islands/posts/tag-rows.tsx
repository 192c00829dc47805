import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { shownTag } from "../../lib/posts/hashtags.ts";

/** What a page does with a tag that the visitor picks. */
export interface TagPicker {
	readonly chosen: readonly string[];
	/** Narrows everything to a tag, or takes it off again. */
	readonly pick: (tag: string) => void;
	/** Narrows everything to the posts that carry two tags, or takes both off again. */
	readonly pickBoth: (tag: string, other: string) => void;
}

/**
 * Buttons over a picture whose rows are tags of one height: what is drawn below can
 * be clicked, and reached by keyboard.
 */
export function TagRows(props: {
	readonly tags: readonly string[];
	/** In pixels of the picture: top of the first row, and height of each. */
	readonly rows: { readonly top: number; readonly height: number };
	readonly picker: TagPicker;
}) {
	const { tags, rows, picker } = props;
	const list = useRef<HTMLUListElement>(null);
	useLayoutEffect(() => {
		const style = list.current?.style;
		style?.setProperty("--rows-top", `${rows.top}px`);
		style?.setProperty("--row-height", `${rows.height}px`);
	}, [rows]);
	return (
		<ul class="tag-rows" ref={list}>
			{tags.map((tag) => (
				<li key={tag}>
					<button
						type="button"
						aria-label={`${shownTag(tag)}: show only posts with it`}
						aria-pressed={picker.chosen.includes(tag)}
						onClick={() => picker.pick(tag)}
					/>
				</li>
			))}
		</ul>
	);
}

/** A tag in a table or a text, as a button that does the same. */
export function TagButton(props: {
	readonly tag: string;
	readonly picker: TagPicker;
	readonly children?: ComponentChildren;
}) {
	const { tag, picker } = props;
	return (
		<button
			type="button"
			class="tag-button"
			aria-pressed={picker.chosen.includes(tag)}
			onClick={() => picker.pick(tag)}
		>
			{props.children ?? shownTag(tag)}
		</button>
	);
}

/** Tags that can be taken off one by one; the focus goes on to the next of them. */
export function TagChips(props: {
	readonly tags: readonly string[];
	/** What they are. */
	readonly label: string;
	/** What a click does, in words. */
	readonly takeLabel: (tag: string) => string;
	readonly onTake: (tag: string) => void;
	/** Called before the last one goes, for the focus to go elsewhere. */
	readonly onLast: () => void;
}) {
	const { tags } = props;
	const list = useRef<HTMLUListElement>(null);
	/** Place of the one that was taken off. */
	const taken = useRef<number | null>(null);
	useLayoutEffect(() => {
		if (taken.current === null) return;
		const next = Math.min(taken.current, tags.length - 1);
		taken.current = null;
		list.current?.querySelectorAll("button")[next]?.focus();
	}, [tags]);
	return (
		<ul class="chips" ref={list} aria-label={props.label}>
			{tags.map((tag, index) => (
				<li key={tag}>
					<button
						type="button"
						class="chip"
						aria-label={props.takeLabel(tag)}
						onClick={() => {
							if (tags.length === 1) props.onLast();
							else taken.current = index;
							props.onTake(tag);
						}}
					>
						{shownTag(tag)} <span aria-hidden="true">×</span>
					</button>
				</li>
			))}
		</ul>
	);
}
