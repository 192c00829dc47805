import type { PlotOptions, Scale } from "@observablehq/plot";
import type { ComponentChildren } from "preact";
import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks";
import { plotSvg } from "../../charts/render.ts";
import { ChartCursor, type CursorPoint } from "./chart-cursor.tsx";
import { ChartHtml } from "./chart-html.ts";

/** Widths in pixels that a page carries its pictures in; CSS shows one of them. */
const BAKED_WIDTHS = { wide: 960, narrow: 350 };

/**
 * A picture as wide as its box, drawn again when the box changes its width. At
 * build time it is drawn twice, for wide and for narrow windows, at the same
 * height as in the browser, so that nothing moves when the island takes over.
 */
export function Chart(props: {
	/** Plot options for a width in pixels. */
	readonly draw: (width: number) => PlotOptions;
	readonly label: string;
	readonly description: string;
	/** Width in pixels of the wide picture at build time, where it is not the page's. */
	readonly bakedWidth?: number;
	/** What pointer and arrow keys read off the picture, in order along x. */
	readonly points?: readonly CursorPoint[];
	/** What lies over the picture in the browser, given its scale along x where it has one. */
	readonly overlay?: (xScale: Scale | undefined) => ComponentChildren;
}) {
	const { draw, label, description, bakedWidth = BAKED_WIDTHS.wide } = props;
	const toHtml = useContext(ChartHtml);
	const box = useRef<HTMLDivElement>(null);
	const [xScale, setXScale] = useState<Scale>();
	const [isDrawn, setDrawn] = useState(false);
	useLayoutEffect(() => {
		const element = box.current;
		if (element === null) return;
		let drawnWidth = 0;
		let frame = 0;
		const redraw = () => {
			const width = Math.floor(element.clientWidth);
			if (width === 0 || width === drawnWidth) return;
			drawnWidth = width;
			const plot = plotSvg(draw(width), { label, description });
			element.replaceChildren(plot);
			setXScale(plot.scale("x"));
			setDrawn(true);
		};
		redraw();
		const observer = new ResizeObserver(() => {
			cancelAnimationFrame(frame);
			frame = requestAnimationFrame(redraw);
		});
		observer.observe(element);
		return () => {
			observer.disconnect();
			// It would draw what was shown before over what is shown now.
			cancelAnimationFrame(frame);
		};
	}, [draw, label, description]);

	if (toHtml === null)
		return (
			<div class="chart">
				<div ref={box} />
				{props.points !== undefined && xScale !== undefined && (
					<ChartCursor label={label} points={props.points} xScale={xScale} />
				)}
				{isDrawn && props.overlay?.(xScale)}
			</div>
		);
	return (
		<div class="chart">
			{Object.entries({ ...BAKED_WIDTHS, wide: bakedWidth }).map(
				([size, width]) => (
					<div
						key={size}
						class={`chart-${size}`}
						dangerouslySetInnerHTML={{
							__html: toHtml(draw(width), { label, description }),
						}}
					/>
				),
			)}
		</div>
	);
}
