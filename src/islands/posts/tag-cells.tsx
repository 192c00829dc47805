import type { Scale } from "@observablehq/plot";
import { useRef, useState } from "preact/hooks";
import type { TagPair } from "../../charts/tags-together.ts";
import { shownTag } from "../../lib/posts/hashtags.ts";
import { formatCounted } from "../../lib/text/format.ts";
import type { TagPicker } from "./tag-rows.tsx";

interface Cell {
	readonly row: number;
	readonly column: number;
	readonly pair: TagPair;
}

/**
 * Buttons over the cells of a matrix of tags: each narrows everything to the posts that
 * carry both. One stop for the keyboard, within which arrow keys go from cell to cell.
 */
export function TagCells(props: {
	readonly tags: readonly string[];
	readonly pairs: readonly TagPair[];
	/** In pixels of the picture: top of the first row, and height of each. */
	readonly rows: { readonly top: number; readonly height: number };
	/** Where the picture has its columns. */
	readonly xScale: Scale;
	readonly picker: TagPicker;
}) {
	const { tags, rows, xScale, picker } = props;
	const group = useRef<HTMLFieldSetElement>(null);
	const [stop, setStop] = useState(0);
	const cells = cellsOf(props.pairs, tags);
	const focusable = Math.min(stop, cells.length - 1);
	return (
		<fieldset
			class="tag-cells"
			aria-label="Pairs of hashtags"
			ref={group}
			onKeyDown={(event) => {
				const next = moved(cells, focusable, event.key);
				if (next === null) return;
				event.preventDefault();
				setStop(next);
				group.current?.querySelectorAll("button")[next]?.focus();
			}}
		>
			{cells.map(({ row, column, pair }, at) => (
				<button
					key={`${row} ${column}`}
					type="button"
					tabIndex={at === focusable ? 0 : -1}
					aria-label={pairLabel(pair)}
					title={pairLabel(pair)}
					aria-pressed={hasBoth(picker, pair)}
					style={{
						left: `${Number(xScale.apply(tags[column]))}px`,
						width: `${xScale.bandwidth ?? 0}px`,
						top: `${rows.top + row * rows.height}px`,
						height: `${rows.height}px`,
					}}
					onFocus={() => setStop(at)}
					onClick={() => picker.pickBoth(pair.tag, pair.other)}
				/>
			))}
		</fieldset>
	);
}

/** A pair in a table, as a button that does the same. */
export function PairButton(props: {
	readonly pair: TagPair;
	readonly picker: TagPicker;
	readonly children: string;
}) {
	const { pair, picker, children } = props;
	return (
		<button
			type="button"
			class="tag-button"
			aria-label={pairLabel(pair)}
			aria-pressed={hasBoth(picker, pair)}
			onClick={() => picker.pickBoth(pair.tag, pair.other)}
		>
			{children}
		</button>
	);
}

function pairLabel({ tag, other, posts }: TagPair): string {
	return `${shownTag(tag)} and ${shownTag(other)}: show only the ${formatCounted(posts, "post")} with both`;
}

function hasBoth({ chosen }: TagPicker, { tag, other }: TagPair): boolean {
	return chosen.includes(tag) && chosen.includes(other);
}

/** Both ways, row by row. */
function cellsOf(
	pairs: readonly TagPair[],
	tags: readonly string[],
): readonly Cell[] {
	const places = new Map(tags.map((tag, place) => [tag, place]));
	return pairs
		.flatMap((pair) => {
			const row = places.get(pair.tag);
			const column = places.get(pair.other);
			return row === undefined || column === undefined || row === column
				? []
				: [
						{ row, column, pair },
						{ row: column, column: row, pair },
					];
		})
		.sort((one, other) => one.row - other.row || one.column - other.column);
}

/** Null for keys that move nothing. */
function moved(
	cells: readonly Cell[],
	from: number,
	key: string,
): number | null {
	const here = cells[from];
	if (here === undefined) return null;
	const next = {
		ArrowLeft: from - 1,
		ArrowRight: from + 1,
		ArrowUp: cells.findLastIndex(
			({ row, column }) => row < here.row && column === here.column,
		),
		ArrowDown: cells.findIndex(
			({ row, column }) => row > here.row && column === here.column,
		),
		Home: 0,
		End: cells.length - 1,
	}[key];
	return next === undefined || cells[next] === undefined ? null : next;
}
