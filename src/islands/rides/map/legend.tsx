import type { ComponentChildren } from "preact";
import { formatCount } from "../../../lib/text/format.ts";
import type { DensityScale } from "../../../maps/cells/density.ts";
import {
	type DrawName,
	LEGEND_TITLES,
	legendSentence,
	legendTicks,
} from "../../../maps/cells/legend.ts";

/** Width of the ramp, and room for half a number on either side, in pixels. */
const WIDTH = 176;
const ROOM = 14;

/** What a colour means, in rides. */
export function Legend(props: {
	readonly scale: DensityScale;
	readonly draw: DrawName;
	/** What the picture says, for who cannot see it. */
	readonly sentence: string;
	/** Controls of the scale. */
	readonly children?: ComponentChildren;
}) {
	const { scale, draw, sentence } = props;
	return (
		<figure class="rides-legend">
			<figcaption>{LEGEND_TITLES[draw]}</figcaption>
			<div class="rides-ramp" />
			<svg
				viewBox={`0 0 ${WIDTH + 2 * ROOM} 18`}
				width={WIDTH + 2 * ROOM}
				height={18}
				role="img"
				aria-label={`${legendSentence(scale)} ${sentence}`}
			>
				{legendTicks(scale, WIDTH).map(({ count, position }) => {
					const x = ROOM + position * WIDTH;
					return (
						<g key={count}>
							<line x1={x} x2={x} y1={0} y2={4} />
							<text x={x} y={15} text-anchor="middle">
								{formatCount(count)}
							</text>
						</g>
					);
				})}
			</svg>
			{props.children}
		</figure>
	);
}
