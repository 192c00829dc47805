import type { CellWindow } from "../../lib/geo/grid.ts";

/**
 * The cell with rides that is nearest to a cell of the window, at most `reach` cells
 * away; of cells as near, the busiest. Null where there is none. For fingers and
 * pointers, which do not meet a line a few pixels wide.
 */
export function nearestOccupied(
	{ columns, rows }: CellWindow,
	counts: Uint32Array,
	cell: number,
	reach: number,
): number | null {
	const column = cell % columns;
	const row = Math.floor(cell / columns);
	let nearest: number | null = null;
	let distance = reach * reach;
	for (
		let y = Math.max(0, row - reach);
		y <= Math.min(rows - 1, row + reach);
		y++
	)
		for (
			let x = Math.max(0, column - reach);
			x <= Math.min(columns - 1, column + reach);
			x++
		) {
			const here = y * columns + x;
			const rides = counts[here] ?? 0;
			if (rides === 0) continue;
			const apart = (x - column) ** 2 + (y - row) ** 2;
			const isBusier = nearest === null || rides > (counts[nearest] as number);
			if (apart < distance || (apart === distance && isBusier)) {
				nearest = here;
				distance = apart;
			}
		}
	return nearest;
}
