import { useEffect, useRef } from "preact/hooks";
import { formatCount } from "../../lib/text/format.ts";
import type { Cell } from "./grid.ts";
import type { Result } from "./result.ts";

/** A cell's whole value, as it is. Escape or Close gives the focus back to the grid. */
export function ValueDialog(props: {
	readonly result: Result;
	readonly cell: Cell;
	readonly onCopy: (cell: Cell) => void;
	readonly onClose: () => void;
}) {
	const { result, cell, onCopy, onClose } = props;
	const dialog = useRef<HTMLDialogElement>(null);
	const value = useRef<HTMLTextAreaElement>(null);
	useEffect(() => {
		dialog.current?.showModal();
		// A focused text begins at its cursor, which is at its end.
		value.current?.setSelectionRange(0, 0);
		value.current?.scrollTo(0, 0);
	}, []);
	const column = result.columns[cell.column];
	const text = result.text(cell.row, cell.column);
	return (
		<dialog
			ref={dialog}
			class="value"
			aria-labelledby="value-title"
			onClose={onClose}
		>
			<h2 id="value-title">
				{column?.name} <span class="grid-type">{column?.type}</span>
			</h2>
			<p class="muted small">
				Row {formatCount(cell.row + 1)}
				{text !== null && `, ${formatCount(text.length)} characters`}
			</p>
			<textarea
				ref={value}
				class={text === null ? "value-text is-null" : "value-text"}
				aria-label="Value"
				rows={12}
				readOnly
				value={text ?? "NULL"}
			/>
			<div class="value-actions">
				<button type="button" class="button" onClick={() => onCopy(cell)}>
					Copy
				</button>
				<button
					type="button"
					class="button"
					onClick={() => dialog.current?.close()}
				>
					Close
				</button>
			</div>
		</dialog>
	);
}
