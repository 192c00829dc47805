import { isNumeric } from "../../lib/sql/duckdb-types.ts";
import { columnRange, GridWindow } from "./grid-window.ts";
import type { Result } from "./result.ts";
import { canOrder, type RowOrder } from "./row-order.ts";

const ROW_HEIGHT = 28;
const HEAD_HEIGHT = 44;
const SPARE_ROWS = 12;
/** Widths of characters of the grid's type, in pixels, rounded up. */
const DIGIT = 8.4;
const LETTER = 7.9;
const WIDE_LETTER = 10.5;
/** The same of a column's type, which is set small and in capitals. */
const CAPITAL = 7.6;
const NARROWEST = 64;
const WIDEST = 420;

export interface Cell {
	readonly row: number;
	readonly column: number;
}

/**
 * A table of any number of rows, of which only those in view are in the document.
 * The grid itself has the focus and names its active cell, so that the focus stays
 * when rows leave the document: arrows, Home and End (with Ctrl: of the whole
 * table), PageUp and PageDown move, Enter opens a cell, Ctrl/Cmd+C copies it. A click
 * on a column's head, or S in one of its cells, asks for the rows in its order.
 */
export class ResultGrid {
	readonly element: HTMLElement;
	readonly #onOpen: (cell: Cell) => void;
	readonly #onCopy: (cell: Cell) => void;
	readonly #onOrder: (column: number) => void;
	readonly #canvas = box("grid-canvas");
	readonly #head = box("grid-head", "rowgroup");
	readonly #body = box("grid-body", "rowgroup");
	readonly #resized: ResizeObserver;
	#result: Result = {
		columns: [],
		rows: 0,
		text: () => null,
		preview: () => null,
	};
	#order: RowOrder | null = null;
	#window = new GridWindow(0, ROW_HEIGHT);
	#starts: number[] = [0];
	#gutter = 0;
	#active: Cell = { row: 0, column: 0 };
	#columns = { from: 0, to: 0 };
	readonly #rows = new Map<number, HTMLElement>();

	constructor(options: {
		onOpen(cell: Cell): void;
		onCopy(cell: Cell): void;
		onOrder(column: number): void;
	}) {
		this.#onOrder = options.onOrder;
		this.#onOpen = options.onOpen;
		this.#onCopy = options.onCopy;
		this.element = box("grid", "grid");
		this.element.tabIndex = 0;
		this.element.setAttribute("aria-label", "Result");
		this.element.setAttribute("aria-keyshortcuts", "S");
		this.#canvas.append(this.#head, this.#body);
		this.element.append(this.#canvas);
		this.element.addEventListener("scroll", () => this.#scrolled(), {
			passive: true,
		});
		this.element.addEventListener("scrollend", () => this.#settle());
		this.element.addEventListener("keydown", (event) => this.#key(event));
		this.element.addEventListener("mousedown", (event) => this.#press(event));
		this.#head.addEventListener("click", (event) => {
			const head = (event.target as Element).closest<HTMLElement>(
				"[data-head]",
			);
			if (head !== null) this.#onOrder(Number(head.dataset.head));
		});
		this.element.addEventListener("dblclick", (event) => {
			if (this.#cellAt(event.target) !== null) this.#onOpen(this.#active);
		});
		this.#resized = new ResizeObserver(() => this.#resize());
		this.#resized.observe(this.element);
	}

	show(result: Result, order: RowOrder | null): void {
		this.#result = result;
		this.#order = order;
		this.#window = new GridWindow(result.rows, ROW_HEIGHT);
		this.#active = { row: 0, column: 0 };
		this.#gutter = String(result.rows).length * DIGIT + 20;
		this.#starts = [0];
		for (const width of columnWidths(result))
			this.#starts.push((this.#starts.at(-1) ?? 0) + width);
		this.element.setAttribute("aria-rowcount", String(result.rows + 1));
		this.element.setAttribute(
			"aria-colcount",
			String(result.columns.length + 1),
		);
		this.#canvas.style.inlineSize = `${this.#gutter + (this.#starts.at(-1) ?? 0)}px`;
		this.#canvas.style.blockSize = `${HEAD_HEIGHT + this.#window.boxHeight}px`;
		this.element.style.setProperty("--grid-gutter", `${this.#gutter}px`);
		this.element.scrollTo(0, 0);
		this.#redraw();
		this.#resize();
	}

	/** Shows the same rows in another order, from the first on. */
	reorder(result: Result, order: RowOrder | null): void {
		this.#result = result;
		this.#order = order;
		this.#active = { row: 0, column: this.#active.column };
		this.element.scrollTop = 0;
		this.#window.scrolled(0);
		this.#redraw();
	}

	get active(): Cell {
		return this.#active;
	}

	destroy(): void {
		this.#resized.disconnect();
		this.element.remove();
	}

	#resize(): void {
		this.#window.resize(this.element.clientHeight - HEAD_HEIGHT);
		this.#draw();
	}

	#scrolled(): void {
		this.#window.scrolled(this.element.scrollTop);
		// Drawn at once: a frame later the rows would lag behind the scrollbar.
		this.#draw();
	}

	#settle(): void {
		const scrollTop = this.#window.settled();
		if (Math.abs(scrollTop - this.element.scrollTop) < 1) return;
		this.element.scrollTop = scrollTop;
		this.#draw();
	}

	/** Draws what is in view anew, for another result or other columns. */
	#redraw(): void {
		this.#rows.clear();
		this.#body.replaceChildren();
		this.#columns = this.#columnsInView();
		this.#head.replaceChildren(this.#headRow());
		this.#draw();
	}

	#draw(): void {
		const columns = this.#columnsInView();
		if (
			columns.from !== this.#columns.from ||
			columns.to !== this.#columns.to
		) {
			this.#redraw();
			return;
		}
		const { from, to } = this.#window.range(SPARE_ROWS);
		for (const [index, row] of this.#rows)
			if (index < from || index >= to) {
				row.remove();
				this.#rows.delete(index);
			}
		let before = this.#body.firstElementChild;
		for (let index = from; index < to; index++) {
			const row = this.#rows.get(index);
			if (row !== undefined) {
				before = row.nextElementSibling;
				continue;
			}
			const added = this.#row(index);
			this.#rows.set(index, added);
			this.#body.insertBefore(added, before);
		}
		this.#body.style.transform = `translateY(${Math.round(this.#window.top(from))}px)`;
		this.#showActive();
	}

	#columnsInView() {
		const { scrollLeft, clientWidth } = this.element;
		return columnRange(this.#starts, scrollLeft, clientWidth);
	}

	#headRow(): HTMLElement {
		const row = this.#line(1);
		const corner = box("grid-number", "columnheader");
		corner.setAttribute("aria-colindex", "1");
		corner.textContent = "#";
		row.append(corner, this.#spacer());
		for (let column = this.#columns.from; column < this.#columns.to; column++) {
			const { name = "", type = "" } = this.#result.columns[column] ?? {};
			const cell = this.#cell(column, "columnheader");
			const title = document.createElement("span");
			title.className = "grid-name";
			title.textContent = name;
			const kind = document.createElement("span");
			kind.className = "grid-type";
			kind.textContent = type;
			cell.title = `${name} ${type}`;
			if (canOrder(this.#result, column)) {
				cell.dataset.head = String(column);
				cell.ariaSort = this.#sortOf(column);
			}
			cell.append(title, kind);
			row.append(cell);
		}
		return row;
	}

	#sortOf(column: number): string {
		if (this.#order?.column !== column) return "none";
		return this.#order.isDescending ? "descending" : "ascending";
	}

	#row(index: number): HTMLElement {
		const row = this.#line(index + 2);
		row.classList.toggle("is-odd", index % 2 === 1);
		const number = box("grid-number", "rowheader");
		number.setAttribute("aria-colindex", "1");
		number.textContent = String(index + 1);
		row.append(number, this.#spacer());
		for (let column = this.#columns.from; column < this.#columns.to; column++) {
			const cell = this.#cell(column, "gridcell");
			const text = this.#result.preview(index, column);
			cell.id = cellId({ row: index, column });
			cell.dataset.row = String(index);
			cell.dataset.column = String(column);
			if (text === null) cell.classList.add("is-null");
			cell.textContent =
				text === null ? "NULL" : text.replace(/\r\n|\r|\n/g, "↵");
			row.append(cell);
		}
		return row;
	}

	#line(ariaIndex: number): HTMLElement {
		const row = box("grid-row", "row");
		row.setAttribute("aria-rowindex", String(ariaIndex));
		return row;
	}

	#cell(column: number, role: string): HTMLElement {
		const cell = box("grid-cell", role);
		cell.setAttribute("aria-colindex", String(column + 2));
		cell.style.inlineSize = `${this.#width(column)}px`;
		if (isNumeric(this.#result.columns[column]?.type ?? ""))
			cell.classList.add("is-number");
		return cell;
	}

	#width(column: number): number {
		return (this.#starts[column + 1] ?? 0) - (this.#starts[column] ?? 0);
	}

	/** Stands in for the columns left of the view. */
	#spacer(): HTMLElement {
		const spacer = box("grid-spacer");
		spacer.setAttribute("role", "presentation");
		spacer.style.inlineSize = `${this.#starts[this.#columns.from] ?? 0}px`;
		return spacer;
	}

	#showActive(): void {
		this.#body.querySelector(".is-active")?.classList.remove("is-active");
		const id = cellId(this.#active);
		const cell = this.#body.querySelector(`#${id}`);
		cell?.classList.add("is-active");
		if (cell === null) this.element.removeAttribute("aria-activedescendant");
		else this.element.setAttribute("aria-activedescendant", id);
	}

	#move(row: number, column: number): void {
		this.#active = {
			row: Math.max(0, Math.min(row, this.#result.rows - 1)),
			column: Math.max(0, Math.min(column, this.#result.columns.length - 1)),
		};
		const left = this.#starts[this.#active.column] ?? 0;
		const right = this.#starts[this.#active.column + 1] ?? 0;
		const { scrollLeft, clientWidth } = this.element;
		const width = clientWidth - this.#gutter;
		this.element.scrollTo({
			top: this.#window.reveal(this.#active.row),
			left: Math.max(Math.min(scrollLeft, left), Math.min(left, right - width)),
			behavior: "instant",
		});
		this.#draw();
	}

	#key(event: KeyboardEvent): void {
		const { row, column } = this.#active;
		const isWhole = event.ctrlKey || event.metaKey;
		const lastRow = this.#result.rows - 1;
		const lastColumn = this.#result.columns.length - 1;
		const moves: Readonly<Record<string, () => void>> = {
			ArrowUp: () => this.#move(isWhole ? 0 : row - 1, column),
			ArrowDown: () => this.#move(isWhole ? lastRow : row + 1, column),
			ArrowLeft: () => this.#move(row, isWhole ? 0 : column - 1),
			ArrowRight: () => this.#move(row, isWhole ? lastColumn : column + 1),
			Home: () => this.#move(isWhole ? 0 : row, 0),
			End: () => this.#move(isWhole ? lastRow : row, lastColumn),
			PageUp: () => this.#move(row - this.#window.page, column),
			PageDown: () => this.#move(row + this.#window.page, column),
		};
		const move = event.altKey ? undefined : moves[event.key];
		if (this.#result.rows === 0) return;
		if (move !== undefined) move();
		else if (event.key === "Enter" && !isWhole) this.#onOpen(this.#active);
		else if (event.key.toLowerCase() === "s" && !isWhole && !event.altKey)
			this.#orderByActive();
		else if (event.key === "c" && isWhole && hasNoSelection())
			this.#onCopy(this.#active);
		else return;
		event.preventDefault();
	}

	#orderByActive(): void {
		const { column } = this.#active;
		if (canOrder(this.#result, column)) this.#onOrder(column);
	}

	#press(event: MouseEvent): void {
		const cell = this.#cellAt(event.target);
		if (cell !== null) this.#move(cell.row, cell.column);
	}

	#cellAt(target: EventTarget | null): Cell | null {
		const cell =
			target instanceof HTMLElement
				? target.closest<HTMLElement>("[data-row]")
				: null;
		if (cell === null) return null;
		return {
			row: Number(cell.dataset.row),
			column: Number(cell.dataset.column),
		};
	}
}

/** Widths in pixels that suit the columns' heads and a sample of their values. */
function columnWidths(result: Result): number[] {
	const sample = sampleRows(result.rows);
	return result.columns.map(({ name, type }, column) => {
		const longest = sample.reduce(
			(most, row) => Math.max(most, textWidth(result.preview(row, column))),
			Math.max(textWidth(name), Math.min(type.length, 20) * CAPITAL),
		);
		return Math.round(Math.max(NARROWEST, Math.min(longest + 26, WIDEST)));
	});
}

function textWidth(text: string | null): number {
	const shown = text?.slice(0, WIDEST / LETTER) ?? "NULL";
	const digits = shown.match(/[-\d]/g)?.length ?? 0;
	const wide = shown.match(/[mw%@\p{Lu}]/gu)?.length ?? 0;
	const others = shown.length - digits - wide;
	return digits * DIGIT + wide * WIDE_LETTER + others * LETTER;
}

/** The first rows, and some spread over the rest. */
function sampleRows(rows: number): number[] {
	const sample: number[] = [];
	for (let row = 0; row < Math.min(rows, 60); row++) sample.push(row);
	for (let part = 1; part <= 60 && rows > 60; part++)
		sample.push(Math.floor(((rows - 1) * part) / 60));
	return sample;
}

function cellId({ row, column }: Cell): string {
	return `cell-${row}-${column}`;
}

function hasNoSelection(): boolean {
	return getSelection()?.isCollapsed !== false;
}

function box(className: string, role?: string): HTMLElement {
	const element = document.createElement("div");
	element.className = className;
	if (role !== undefined) element.setAttribute("role", role);
	return element;
}
