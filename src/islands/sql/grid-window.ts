/** Taller boxes than this lose precision or are cut by browsers, in pixels. */
const TALLEST = 8_000_000;

/**
 * Where a grid of many rows of one height stands. The box that scrolls is as tall
 * as the rows up to a height that browsers can take; beyond it, small scrolls move
 * the rows exactly and large ones (the scrollbar's) in proportion, so that wheel
 * and arrow keep their feel over millions of rows. All lengths are in pixels.
 */
export class GridWindow {
	readonly rows: number;
	readonly rowHeight: number;
	/** Height of what is visible of the rows. */
	#view = 0;
	/** How far the first row lies above the top of the view. */
	#offset = 0;
	#scrollTop = 0;

	constructor(rows: number, rowHeight: number) {
		this.rows = rows;
		this.rowHeight = rowHeight;
	}

	/** Height of the box that scrolls. */
	get boxHeight(): number {
		return Math.min(this.rows * this.rowHeight, TALLEST);
	}

	get offset(): number {
		return this.#offset;
	}

	get #lastOffset(): number {
		return Math.max(0, this.rows * this.rowHeight - this.#view);
	}

	get #lastScroll(): number {
		return Math.max(0, this.boxHeight - this.#view);
	}

	resize(view: number): void {
		this.#view = Math.max(0, view);
		this.#offset = Math.min(this.#offset, this.#lastOffset);
	}

	/** Takes the box's new scroll position. */
	scrolled(scrollTop: number): void {
		const by = scrollTop - this.#scrollTop;
		this.#scrollTop = scrollTop;
		const isExact = this.#lastOffset === this.#lastScroll;
		if (isExact || scrollTop <= 0 || scrollTop >= this.#lastScroll)
			this.#offset = isExact
				? scrollTop
				: scrollTop <= 0
					? 0
					: this.#lastOffset;
		else if (Math.abs(by) <= this.#view * 2) this.#offset += by;
		else this.#offset = (scrollTop / this.#lastScroll) * this.#lastOffset;
		this.#offset = Math.max(0, Math.min(this.#offset, this.#lastOffset));
	}

	/**
	 * The scroll position in proportion to the rows shown. Set it when scrolling has
	 * ended, and the rows stay where they are while both ends can still be reached.
	 */
	settled(): number {
		if (this.#lastOffset > this.#lastScroll)
			this.#scrollTop = Math.round(
				(this.#offset / this.#lastOffset) * this.#lastScroll,
			);
		return this.#scrollTop;
	}

	/** Brings a row into view; gives the scroll position to set. */
	reveal(row: number): number {
		const top = row * this.rowHeight;
		const offset = Math.max(
			Math.min(this.#offset, top),
			top + this.rowHeight - this.#view,
		);
		this.#offset = Math.max(0, Math.min(offset, this.#lastOffset));
		if (this.#lastOffset === this.#lastScroll) this.#scrollTop = this.#offset;
		return this.settled();
	}

	/** Rows to draw, `to` exclusive, `spare` more at either end. */
	range(spare: number): { from: number; to: number } {
		const from = Math.floor(this.#offset / this.rowHeight);
		const to = Math.ceil((this.#offset + this.#view) / this.rowHeight);
		return {
			from: Math.max(0, from - spare),
			to: Math.min(this.rows, to + spare),
		};
	}

	/** Distance of a row's top from the top of the box that scrolls. */
	top(row: number): number {
		return this.#scrollTop + row * this.rowHeight - this.#offset;
	}

	/** Whole rows in view, for paging by key. */
	get page(): number {
		return Math.max(1, Math.floor(this.#view / this.rowHeight) - 1);
	}
}

/**
 * The columns that a view of `width` pixels shows when scrolled to `left`, `to`
 * exclusive. `starts` holds each column's start and, last, the end of all.
 */
export function columnRange(
	starts: readonly number[],
	left: number,
	width: number,
): { from: number; to: number } {
	let from = 0;
	while (from < starts.length - 2 && (starts[from + 1] ?? 0) <= left) from++;
	let to = from;
	while (to < starts.length - 1 && (starts[to] ?? 0) < left + width) to++;
	return { from, to };
}
