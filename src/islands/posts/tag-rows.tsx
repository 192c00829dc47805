import type { ComponentChildren } from "preact";

/** What a page does with a tag that the visitor picks. */
export interface TagPicker {
	readonly chosen: readonly string[];
	/** Narrows everything to a tag, or takes it off again. */
	readonly pick: (tag: string) => void;
}

/**
 * Buttons over a picture whose rows are tags of one height, `rows` of them: what is
 * drawn below can be clicked, and reached by keyboard.
 */
export function TagRows(props: {
	readonly tags: readonly string[];
	/** Height and place of the rows: a class `tag-rows-…` of `posts.css`. */
	readonly kind: "bars" | "rising" | "series" | "pairs";
	readonly picker: TagPicker;
}) {
	const { tags, kind, picker } = props;
	return (
		<ul class={`tag-rows tag-rows-${kind}`}>
			{tags.map((tag) => (
				<li key={tag}>
					<button
						type="button"
						aria-label={pickLabel(tag, picker)}
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
			{props.children ?? `#${tag}`}
		</button>
	);
}

function pickLabel(tag: string, { chosen }: TagPicker): string {
	return chosen.includes(tag)
		? `#${tag}: show posts with other tags again`
		: `#${tag}: show only posts with it`;
}
