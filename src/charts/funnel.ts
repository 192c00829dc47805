import * as Plot from "@observablehq/plot";
import { formatCount } from "../lib/format.ts";
import { formatCounted, formatFixed } from "./format.ts";

/**
 * What was left out before tags were counted:
 * `allPosts = withoutTags + outside + counted`, always.
 */
export interface Funnel {
	readonly allPosts: number;
	readonly withoutTags: number;
	/** Tagged, but not in the window. */
	readonly outside: number;
	readonly counted: number;
	/** Occurrences of tags in the counted posts. */
	readonly tags: number;
}

interface Step {
	readonly name: string;
	readonly start: number;
	readonly end: number;
	readonly value: string;
	readonly kind: "all" | "left-out" | "counted";
}

const ROW_HEIGHT = 52;

/** Height in pixels of {@link funnelChart}. */
export const FUNNEL_HEIGHT = 4 * ROW_HEIGHT + 8;

/** A waterfall from all posts down to those that are counted. */
export function funnelChart(
	funnel: Funnel,
	{ width = 360 }: { width?: number } = {},
): Plot.PlotOptions {
	const steps = stepsOf(funnel);
	const name = (step: Step) => step.name;
	return {
		width,
		height: FUNNEL_HEIGHT,
		marginTop: 26,
		marginBottom: 0,
		marginLeft: 0,
		marginRight: 0,
		x: { axis: null, domain: [0, Math.max(1, funnel.allPosts)] },
		y: {
			axis: null,
			domain: steps.map(name),
			paddingInner: 0.68,
			round: false,
		},
		marks: [
			Plot.barX(steps, {
				x1: 0,
				x2: funnel.allPosts,
				y: name,
				fill: "var(--line)",
				fillOpacity: 0.5,
			}),
			Plot.barX(steps, {
				x1: "start",
				x2: "end",
				y: name,
				fill: (step: Step) =>
					step.kind === "left-out" ? "var(--text-muted)" : "var(--series-1)",
				fillOpacity: (step: Step) => (step.kind === "counted" ? 1 : 0.55),
				className: "bar",
			}),
			Plot.text(steps, {
				y: name,
				text: name,
				frameAnchor: "left",
				textAnchor: "start",
				dy: -20,
				fill: "var(--text)",
			}),
			Plot.text(steps, {
				y: name,
				text: "value",
				frameAnchor: "right",
				textAnchor: "end",
				dy: -20,
				fill: "var(--text)",
				fontWeight: 600,
				className: "figure",
			}),
		],
		color: { type: "identity" },
		opacity: { type: "identity" },
	};
}

/** What {@link funnelChart} shows, in words. */
export function describeFunnel(funnel: Funnel): string {
	return (
		`Of ${formatCounted(funnel.allPosts, "post")}, ${formatCount(funnel.withoutTags)} carry no tag ` +
		`and ${formatCount(funnel.outside)} with tags lie outside the window: ` +
		`${formatCount(funnel.allPosts)} − ${formatCount(funnel.withoutTags)} − ${formatCount(funnel.outside)} = ` +
		`${formatCount(funnel.counted)} counted, with ${formatCounted(funnel.tags, "tag")}` +
		`${funnel.counted > 0 ? `, ${tagsPerPost(funnel)} a post` : ""}.`
	);
}

/** Tags per counted post, to two decimals; `–` where none is counted. */
export function tagsPerPost(funnel: Funnel): string {
	return funnel.counted === 0
		? "–"
		: formatFixed(funnel.tags / funnel.counted, 2);
}

function stepsOf(funnel: Funnel): Step[] {
	const { allPosts, withoutTags, outside, counted } = funnel;
	return [
		{
			name: "All posts",
			start: 0,
			end: allPosts,
			value: formatCount(allPosts),
			kind: "all",
		},
		{
			name: "Without tags",
			start: allPosts - withoutTags,
			end: allPosts,
			value: `− ${formatCount(withoutTags)}`,
			kind: "left-out",
		},
		{
			name: "Tagged, outside the window",
			start: counted,
			end: counted + outside,
			value: `− ${formatCount(outside)}`,
			kind: "left-out",
		},
		{
			name: "Counted",
			start: 0,
			end: counted,
			value: `= ${formatCount(counted)}`,
			kind: "counted",
		},
	];
}
