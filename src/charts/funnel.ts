import * as Plot from "@observablehq/plot";
import { formatCount, formatCounted } from "../lib/text/format.ts";
import { formatFixed } from "./format.ts";

/**
 * What was left out before tags were counted:
 * `allPosts = reposts + withoutTags + outside + withoutChosen + counted`, always.
 */
export interface Funnel {
	readonly allPosts: number;
	/** Left out for what they are; null where reposts count. */
	readonly reposts: number | null;
	readonly withoutTags: number;
	/** Tagged, but not in the window. */
	readonly outside: number;
	/** In the window, but without the chosen tags; null where none is chosen. */
	readonly withoutChosen: number | null;
	readonly counted: number;
	/** Occurrences of tags in the counted posts. */
	readonly tags: number;
}

/** A bar of the funnel, from `start` to `end` posts. */
export interface Step {
	readonly name: string;
	readonly start: number;
	readonly end: number;
	readonly value: string;
	readonly kind: "all" | "left-out" | "counted";
}

const ROW_HEIGHT = 52;

/** A waterfall from all posts down to those that are counted. */
export function funnelChart(
	funnel: Funnel,
	{ width = 360 }: { width?: number } = {},
): Plot.PlotOptions {
	const steps = stepsOf(funnel);
	const name = (step: Step) => step.name;
	return {
		width,
		height: steps.length * ROW_HEIGHT + 8,
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
	const { reposts, withoutTags, outside, withoutChosen, counted } = funnel;
	const parts = [
		...(reposts === null
			? []
			: [`${formatCount(reposts)} are reposts, which do not count`]),
		`${formatCount(withoutTags)} carry no tag`,
		`${formatCount(outside)} with tags lie outside the window`,
		...(withoutChosen === null
			? []
			: [`${formatCount(withoutChosen)} in it lack a chosen tag`]),
	];
	const last = parts.pop();
	return (
		`Of ${formatCounted(funnel.allPosts, "post")}, ${parts.join(", ")} and ${last}: ` +
		`${funnelSum(funnel)} counted, with ${formatCounted(funnel.tags, "tag")}` +
		`${counted > 0 ? `, ${tagsPerPost(funnel)} a post` : ""}.`
	);
}

/** The funnel as a sum: `400 − 80 − 214 = 106`. */
export function funnelSum(funnel: Funnel): string {
	const left = [
		funnel.reposts,
		funnel.withoutTags,
		funnel.outside,
		funnel.withoutChosen,
	].filter((count) => count !== null);
	return `${[funnel.allPosts, ...left].map(formatCount).join(" − ")} = ${formatCount(funnel.counted)}`;
}

/** Tags per counted post, to two decimals; `–` where none is counted. */
export function tagsPerPost(funnel: Funnel): string {
	return funnel.counted === 0
		? "–"
		: formatFixed(funnel.tags / funnel.counted, 2);
}

/** The steps of the funnel from the top, with what each leaves. */
export function stepsOf(funnel: Funnel): Step[] {
	const { allPosts, reposts, withoutTags, outside, withoutChosen, counted } =
		funnel;
	const steps: Step[] = [
		{
			name: "All posts",
			start: 0,
			end: allPosts,
			value: formatCount(allPosts),
			kind: "all",
		},
	];
	let rest = allPosts;
	const leftOut: readonly [string, number | null][] = [
		["Reposts", reposts],
		["Without tags", withoutTags],
		["Tagged, outside the window", outside],
		["Without the chosen tags", withoutChosen],
	];
	for (const [name, count] of leftOut) {
		if (count === null) continue;
		steps.push({
			name,
			start: rest - count,
			end: rest,
			value: `− ${formatCount(count)}`,
			kind: "left-out",
		});
		rest -= count;
	}
	steps.push({
		name: "Counted",
		start: 0,
		end: counted,
		value: `= ${formatCount(counted)}`,
		kind: "counted",
	});
	return steps;
}
