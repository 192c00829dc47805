import { formatCount } from "../../lib/format.ts";
import { densityOf, legendCounts } from "../../maps/density.ts";

/** Width of the ramp, and room for half a number on either side, in pixels. */
const WIDTH = 176;
const ROOM = 14;

/** What a colour means, in rides. */
export function Legend(props: {
	/** The count that has the last colour. */
	readonly top: number;
	/** What the picture says, for who cannot see it. */
	readonly sentence: string;
}) {
	const { top, sentence } = props;
	return (
		<figure class="rides-legend">
			<figcaption>Rides that pass a spot</figcaption>
			<div class="rides-ramp" />
			<svg
				viewBox={`0 0 ${WIDTH + 2 * ROOM} 18`}
				width={WIDTH + 2 * ROOM}
				height={18}
				role="img"
				aria-label={`Colours run from 1 ride to ${formatCount(top)} rides on a logarithmic scale. ${sentence}`}
			>
				{legendCounts(top).map((count) => {
					const x = ROOM + densityOf(count, top) * WIDTH;
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
		</figure>
	);
}
