import type { PlotOptions } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { textWidthEm } from "../lib/text/text-width.ts";
import { plotHtml } from "./at-build.ts";
import { formatUnit } from "./format.ts";
import {
	describeFunnel,
	type Funnel,
	funnelChart,
	tagsPerPost,
} from "./funnel.ts";
import {
	describeTimeline,
	type PostsOfDay,
	timelineBins,
	timelineChart,
} from "./posts-timeline.ts";
import {
	describeRisingTags,
	type RisingTag,
	risingTagsChart,
} from "./rising-tags.ts";
import {
	describeTagLines,
	describeTagRows,
	tagLinesChart,
	tagRowsChart,
	tagSeriesOf,
} from "./tag-series.ts";
import {
	describeTagsTogether,
	type TagPair,
	tagsTogetherChart,
} from "./tags-together.ts";
import { describeTopTags, type TopTag, topTagsChart } from "./top-tags.ts";
import {
	axisLabel,
	describeWeather,
	figuresOf,
	gapCount,
	type WeatherPoint,
	weatherChart,
} from "./weather.ts";

const DAY_MS = 86_400_000;

const TAGS: readonly TopTag[] = [
	{ tag: "itistime", occurrences: 1312, posts: 1300 },
	{ tag: "ß", occurrences: 52, posts: 52 },
	{
		tag: "日本語のとても長いハッシュタグ日本語のとても長いハッシュタグ",
		occurrences: 1,
		posts: 1,
	},
];

const FUNNEL: Funnel = {
	allPosts: 24_271,
	reposts: null,
	withoutTags: 17_150,
	outside: 4665,
	withoutChosen: null,
	counted: 2456,
	tags: 4030,
};

const NARROWED: Funnel = {
	allPosts: 100,
	reposts: 30,
	withoutTags: 20,
	outside: 25,
	withoutChosen: 15,
	counted: 10,
	tags: 12,
};

const DAYS: readonly PostsOfDay[] = Array.from({ length: 400 }, (_, index) => ({
	day: new Date(Date.UTC(2024, 0, 1) + index * DAY_MS),
	posts: 10 + (index % 7),
	tagged: 4,
	tags: 6,
	inReposts: { posts: 3, tagged: 1, tags: 2 },
})).filter((_, index) => index % 50 !== 7);

const RISING: readonly RisingTag[] = [
	{
		tag: "new",
		occurrences: 80,
		earlier: 0,
		share: 0.08,
		earlierShare: null,
		score: 6.31,
	},
	{
		tag: "more",
		occurrences: 90,
		earlier: 40,
		share: 0.09,
		earlierShare: 0.04,
		score: 4.2,
	},
];

const HOURS = tagSeriesOf(
	[
		{ tag: "a", start: new Date("2024-05-01T06:00Z"), occurrences: 4 },
		{ tag: "a", start: new Date("2024-05-01T09:00Z"), occurrences: 2 },
		{ tag: "b", start: new Date("2024-05-01T07:00Z"), occurrences: 1 },
	],
	["a", "b", "never"],
	{
		unit: "hour",
		first: new Date("2024-05-01T06:30Z"),
		last: new Date("2024-05-01T10:10Z"),
		averageUnits: 2,
	},
);

const PAIRS: readonly TagPair[] = [
	{ tag: "a", other: "a", posts: 10 },
	{ tag: "a", other: "b", posts: 5 },
	{ tag: "b", other: "b", posts: 20 },
];

/** Hourly, two pauses, one reading alone between them. */
const POINTS: readonly WeatherPoint[] = [0, 1, 2, 3, 40, 80, 81, 82].map(
	(hour) => point(hour, 10 + (hour % 4)),
);

const WEATHER = { measure: "temperature", unit: "°C", gapSeconds: 3 * 3600 };

const CHARTS: Readonly<
	Record<string, readonly [options: () => PlotOptions, description: string]>
> = {
	"top tags": [() => topTagsChart(TAGS), describeTopTags(TAGS)],
	"no tags": [() => topTagsChart([]), describeTopTags([])],
	funnel: [() => funnelChart(FUNNEL), describeFunnel(FUNNEL)],
	"funnel of chosen tags without reposts": [
		() => funnelChart(NARROWED),
		describeFunnel(NARROWED),
	],
	"rising tags": [() => risingTagsChart(RISING), describeRisingTags(RISING)],
	"no rising tags": [() => risingTagsChart([]), describeRisingTags([])],
	"tags over time": [
		() => tagRowsChart(HOURS, "hour"),
		describeTagRows(HOURS, "hour"),
	],
	"tags over each other": [
		() => tagLinesChart(HOURS, "hour"),
		describeTagLines(HOURS, "hour"),
	],
	"no tags over each other": [
		() => tagLinesChart([], "week"),
		describeTagLines([], "week"),
	],
	"tags together": [
		() => tagsTogetherChart(PAIRS, ["a", "b"]),
		describeTagsTogether(PAIRS),
	],
	"timeline with a window": [
		() =>
			timelineChart(DAYS, {
				window: { from: new Date("2024-05-01"), to: null },
			}),
		describeTimeline(DAYS),
	],
	"timeline without days": [() => timelineChart([]), describeTimeline([])],
	weather: [
		() => weatherChart(POINTS, WEATHER),
		describeWeather(POINTS, WEATHER),
	],
	"weather without readings": [
		() => weatherChart([], WEATHER),
		describeWeather([], WEATHER),
	],
};

let warn: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
	warn = vi.spyOn(console, "warn");
});
afterEach(() => {
	expect(warn).not.toHaveBeenCalled();
	warn.mockRestore();
});

describe.each(Object.entries(CHARTS))(
	"the chart of %s",
	(_, [options, text]) => {
		it.each([340, 960])(
			"stands under a strict policy at %i pixels",
			(width) => {
				const html = plotHtml(
					{ ...options(), width },
					{ label: "A", description: text },
				);
				const { document } = parseHTML(html);
				const svg = document.querySelector("svg") as SVGSVGElement;
				expect(html).not.toMatch(/<style|\sstyle=|⚠|NaN|undefined|\sid=/);
				expect(svg.getAttribute("role")).toBe("img");
				expect(svg.getAttribute("aria-label")).toBe("A");
				expect(
					svg.querySelectorAll("[aria-label], [aria-description]"),
				).toHaveLength(0);
				expect(svg.querySelector("desc")?.textContent).toBe(text);
				expect(svg.getAttribute("viewBox")).toMatch(/^0 0 \d+ \d+$/);
				for (const element of svg.querySelectorAll("[fill], [stroke]"))
					for (const name of ["fill", "stroke"])
						expect(element.getAttribute(name) ?? "none").toMatch(
							/^(none|currentColor|var\(--[\w-]+\))$/,
						);
			},
		);

		it("is the same picture every time", () => {
			const labels = { label: "A", description: text };
			expect(plotHtml(options(), labels)).toBe(plotHtml(options(), labels));
		});
	},
);

describe("top tags", () => {
	it("have bars as long as their counts, and every count written out", () => {
		const svg = draw(topTagsChart(TAGS));
		const widths = [...svg.querySelectorAll(".bar rect")].map(barWidth);
		expect(widths).toHaveLength(3);
		expect((widths[1] as number) / (widths[0] as number)).toBeCloseTo(
			52 / 1312,
			3,
		);
		expect(textsOf(svg)).toEqual(
			expect.arrayContaining(["#itistime", "#ß", "1,312", "52", "1"]),
		);
	});

	it("cut a long tag, not its count", () => {
		const texts = textsOf(draw(topTagsChart(TAGS, { width: 340 })));
		expect(texts.find((text) => text.startsWith("#日本語"))).toMatch(/…$/);
	});

	it("say who leads", () => {
		expect(describeTopTags(TAGS.slice(0, 2))).toBe(
			"#itistime leads with 1,312 occurrences, then #ß with 52.",
		);
	});
});

describe("the funnel", () => {
	it("has steps that meet: what each leaves is where the next ends", () => {
		const svg = draw(funnelChart(FUNNEL));
		const widths = [...svg.querySelectorAll(".bar rect")].map(barWidth);
		const [all, without, outside, counted] = widths as [
			number,
			number,
			number,
			number,
		];
		expect(all - without - outside).toBeCloseTo(counted, 6);
		expect(counted / all).toBeCloseTo(2456 / 24_271, 6);
	});

	it("leaves out reposts and what lacks the chosen tags in steps of their own", () => {
		const svg = draw(funnelChart(NARROWED));
		const [all, ...others] = [...svg.querySelectorAll(".bar rect")].map(
			barWidth,
		) as [number, ...number[]];
		const counted = others.pop() as number;
		expect(others).toHaveLength(4);
		expect(all - others.reduce((sum, width) => sum + width, 0)).toBeCloseTo(
			counted,
			6,
		);
		expect(describeFunnel(NARROWED)).toContain(
			"100 − 30 − 20 − 25 − 15 = 10 counted",
		);
	});

	it("is said as a sum", () => {
		expect(describeFunnel(FUNNEL)).toContain(
			"24,271 − 17,150 − 4,665 = 2,456 counted, with 4,030 tags, 1.64 a post",
		);
		expect(tagsPerPost({ ...FUNNEL, counted: 0, tags: 0 })).toBe("–");
	});
});

describe("the timeline", () => {
	it.each([
		[340, "week"],
		[1300, "day"],
		[90, "month"],
	] as const)("sums days on %i pixels by %s and loses none", (width, unit) => {
		const { unit: chosen, bins } = timelineBins(DAYS, width);
		expect(chosen).toBe(unit);
		for (const name of ["posts", "tagged", "tags"] as const)
			expect(bins.reduce((sum, bin) => sum + bin[name], 0)).toBe(
				DAYS.reduce((sum, day) => sum + day[name], 0),
			);
		for (const { day } of DAYS)
			expect(bins.some(({ start, end }) => start <= day && day < end)).toBe(
				true,
			);
	});

	it("starts its weeks on Monday", () => {
		for (const { start } of timelineBins(DAYS, 340).bins)
			expect(start.getUTCDay()).toBe(1);
	});

	it("shades the window", () => {
		expect(
			draw(
				timelineChart(DAYS, {
					window: { from: new Date("2024-05-01"), to: null },
				}),
			).querySelectorAll(".window rect"),
		).toHaveLength(1);
	});
});

describe("tags that come together", () => {
	it("are cells both ways, the number of posts in each", () => {
		const svg = draw(tagsTogetherChart(PAIRS, ["a", "b"], { width: 400 }));
		expect(svg.querySelectorAll(".cell rect")).toHaveLength(2);
		expect(textsOf(svg).filter((text) => text === "5")).toHaveLength(2);
		expect(describeTagsTogether(PAIRS)).toBe(
			"Most often together: #a and #b in 5 posts.",
		);
	});
});

describe("the readings", () => {
	it("break their lines at gaps and show a lonely reading as a dot", () => {
		const svg = draw(weatherChart(POINTS, WEATHER));
		for (const line of ["mean", "average"]) {
			const path =
				svg.querySelector(`.${line} path`) ?? svg.querySelector(`path.${line}`);
			expect(path?.getAttribute("d")?.match(/M/g)).toHaveLength(3);
		}
		expect(svg.querySelectorAll(".lonely circle")).toHaveLength(1);
		expect(gapCount(POINTS, WEATHER.gapSeconds)).toBe(2);
		expect(gapCount(POINTS, 100 * 3600)).toBe(0);
	});

	it("name the axis once, with its unit", () => {
		const texts = textsOf(draw(weatherChart(POINTS, WEATHER)));
		expect(texts.filter((text) => text.includes("°C"))).toEqual([
			"↑ temperature (°C)",
		]);
	});

	it.each([
		[1500, 0],
		[36.5, 1],
		[4.2, 2],
		[0.03, 4],
		[0, 1],
	])("over a range of %d are told with %i decimals", (range, decimals) => {
		const low = { ...point(0, 10), low: 10, high: 10 };
		const high = { ...point(1, 10), low: 10, high: 10 + range };
		expect(figuresOf([low, high])?.decimals).toBe(decimals);
	});

	it.each([
		[0.04, 4],
		[20.123, 1],
		[0, 1],
	])("that are all %d are told with %i decimals", (value, decimals) => {
		const same = { ...point(0, value), low: value, high: value };
		expect(figuresOf([same])?.decimals).toBe(decimals);
	});

	it.each([
		[-1_000_000, 39],
		[1_234_567_890, 1_234_586_610],
		[0, 6e-9],
		[-2e300, 1e300],
		[101_325.25, 101_325.75],
	])(
		"from %d to %d have numbers at the axis that differ and fit beside it",
		(low, high) => {
			const svg = draw(
				weatherChart(
					[low, high].map((value, hour) => ({
						...point(hour, value),
						...{ low: value, high: value },
					})),
					WEATHER,
				),
			);
			const labels = [...svg.querySelectorAll('[text-anchor="end"] text')].map(
				(text) => ({
					text: text.textContent ?? "",
					x: Number(
						/translate\(([\d.]+)/.exec(
							text.getAttribute("transform") ?? "",
						)?.[1],
					),
				}),
			);
			expect(labels.length).toBeGreaterThan(2);
			expect(new Set(labels.map(({ text }) => text)).size).toBe(labels.length);
			for (const { text, x } of labels)
				expect(x - textWidthEm(text) * 12, text).toBeGreaterThan(0);
		},
	);

	it("show the range of a lonely bucket as well", () => {
		const svg = draw(weatherChart([point(0, 10)], WEATHER));
		expect(
			svg.querySelectorAll("line.lonely-range, .lonely-range line"),
		).toHaveLength(1);
	});

	it("weigh buckets by their readings when they say the mean", () => {
		const many = { ...point(0, 10), readings: 9 };
		const one = { ...point(1, 20), readings: 1 };
		expect(describeWeather([many, one], WEATHER)).toContain(
			"11\u00a0°C on average",
		);
	});
});

function point(hour: number, value: number): WeatherPoint {
	const time = new Date(Date.UTC(2024, 0, 1) + hour * 3_600_000);
	return {
		time,
		first: time,
		last: time,
		readings: 1,
		low: value - 1,
		mean: value,
		high: value + 1,
		average: value,
	};
}

function draw(options: PlotOptions): Element {
	return parseHTML(plotHtml(options, { label: "A", description: "B" })).document
		.documentElement;
}

function textsOf(svg: Element): string[] {
	return [...svg.querySelectorAll("text")].map(
		(text) => text.textContent ?? "",
	);
}

function barWidth(bar: Element): number {
	return Number(bar.getAttribute("width"));
}

it("shows a file's names and units as words and signs", () => {
	const label = (measure: string, unit: string | null) =>
		axisLabel({ measure, unit });
	expect(label("air_temperature", "degC")).toBe("air temperature (°C)");
	expect(label("temp_max", "deg F")).toBe("temp max (°F)");
	expect(label("_", "degrees")).toBe("_ (degrees)");
	expect(formatUnit(-5.2, "degC", 1)).toBe("−5.2\u00a0°C");
});
