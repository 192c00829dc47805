import { describe, expect, it } from "vitest";
import type { Catalog } from "../../lib/catalog/catalog.ts";
import { unitsBetween } from "../../lib/time-units.ts";
import { contains } from "../../queries/time-window.ts";
import {
	countsOfDays,
	DEFAULT_CHOICE,
	defaultAnswer,
	funnelWith,
	type LakePosts,
	type PostsChoice,
	postsData,
	sentence,
	unitFor,
	windowEnds,
	windowOf,
} from "./model.ts";

const CATALOG: Catalog = {
	format: "lakeside-catalog",
	formatVersion: 1,
	title: "",
	datasets: [
		{
			name: "posts",
			title: "Posts",
			description: "",
			source: "",
			licence: "",
			synthetic: false,
			startView: null,
		},
	],
	tables: [],
	rollups: [],
};

const FUNNEL_ROW = {
	all_posts: 24_271,
	without_tags: 17_150,
	outside: 4665,
	counted: 2456,
	tags: 4030,
	window_start: new Date("2024-12-24T22:10:05Z"),
	window_end: new Date("2024-12-31T22:10:05Z"),
};

const TAG_ROWS = [
	{ tag: "x", occurrences: 312, posts: 300 },
	{ tag: "y", occurrences: 12, posts: 12 },
];

/** A row of `posts_per_day`, with half of the tagged posts' share in reposts. */
function dayRow(
	day: string,
	posts: number,
	tagged: number,
	tags: number,
	reposts: number,
) {
	const part = Math.floor(reposts / 2);
	return {
		day: new Date(day),
		...{ posts, tagged, tags, reposts },
		tagged_reposts: part,
		repost_tags: part + 10,
	};
}

const DATA = postsData(CATALOG, {
	funnel: [FUNNEL_ROW],
	topTags: TAG_ROWS,
	days: [
		dayRow("2023-01-01", 20_000, 5000, 7000, 4000),
		dayRow("2024-12-30", 4271, 2121, 2000, 271),
	],
}) as LakePosts;

const choice = (change: Partial<PostsChoice>): PostsChoice => ({
	...DEFAULT_CHOICE,
	...change,
});

it("no posts, or no dataset of them, is no data", () => {
	const nothing = { funnel: [], topTags: [], days: [] };
	expect(postsData(CATALOG, nothing)).toBe(null);
	const empty = { ...FUNNEL_ROW, all_posts: 0, window_end: null };
	expect(postsData(CATALOG, { ...nothing, funnel: [empty] })).toBe(null);
	expect(
		postsData(
			{ ...CATALOG, datasets: [] },
			{ ...nothing, funnel: [FUNNEL_ROW] },
		),
	).toBe(null);
});

describe("the window", () => {
	const last = FUNNEL_ROW.window_end;
	const at = (time: string) => new Date(time);

	it("of a week excludes its start and includes the last post", () => {
		const week = windowOf(DEFAULT_CHOICE, last);
		expect(contains(week, last)).toBe(true);
		expect(contains(week, FUNNEL_ROW.window_start)).toBe(false);
		expect(contains(week, at("2024-12-24T22:10:05.001Z"))).toBe(true);
	});

	it("of days includes both days whole", () => {
		const days = windowOf(
			choice({ from: at("2024-12-01"), to: at("2024-12-02") }),
			last,
		);
		expect(contains(days, at("2024-12-01T00:00:00Z"))).toBe(true);
		expect(contains(days, at("2024-12-02T23:59:59.999Z"))).toBe(true);
		expect(contains(days, at("2024-12-03T00:00:00Z"))).toBe(false);
	});

	it("goes by days where there are some, open at the end that is missing", () => {
		const open = windowOf(
			choice({ preset: "day", from: at("2024-01-01") }),
			last,
		);
		expect(contains(open, at("2099-01-01"))).toBe(true);
		expect(contains(open, at("2023-12-31"))).toBe(false);
	});

	it("is said with its ends", () => {
		expect(windowEnds(DEFAULT_CHOICE, DATA)).toBe(
			"posts after 24 Dec 2024, 22:10 UTC, up to 31 Dec 2024, 22:10 UTC",
		);
		expect(windowEnds(choice({ preset: "all" }), DATA)).toBe("all posts");
		const day = at("2024-12-01");
		expect(windowEnds(choice({ from: day, to: day }), DATA)).toBe(
			"posts of 1 Dec 2024, UTC",
		);
	});
});

describe("the sentence", () => {
	it("states what is seen", () => {
		expect(sentence(DEFAULT_CHOICE, DATA, defaultAnswer(DATA))).toBe(
			"In the 7 days to 31 Dec 2024, 2,456 posts carried 4,030 tags, 1.64 each; the first was #x with 312.",
		);
	});

	it("of one post is in the singular", () => {
		const answer = {
			...defaultAnswer(DATA),
			funnel: { ...DATA.funnel, counted: 1, tags: 1 },
			topTags: [{ tag: "x", occurrences: 1, posts: 1 }],
		};
		const day = new Date("2024-12-24");
		expect(sentence(choice({ from: day, to: day }), DATA, answer)).toBe(
			"On 24 Dec 2024, 1 post carried 1 tag, 1.00 each; the first was #x with 1.",
		);
	});

	it("names equal leaders together", () => {
		const topTags = ["a", "b"].map((tag) => ({
			tag,
			occurrences: 5,
			posts: 5,
		}));
		expect(
			sentence(choice({ preset: "day" }), DATA, {
				...defaultAnswer(DATA),
				topTags,
			}),
		).toMatch(/^In the 24 hours to .* the first were #a and #b with 5 each\.$/);
	});

	it("of chosen tags says how many posts carry them, and what stands beside", () => {
		const answer = {
			...defaultAnswer(DATA),
			funnel: { ...DATA.funnel, counted: 300 },
		};
		const chosen = choice({ tags: ["x"], withReposts: false });
		expect(sentence(chosen, DATA, answer)).toBe(
			"In the 7 days to 31 Dec 2024, 300 original posts carried #x; beside it #y came most often, in 12.",
		);
	});

	it("of a window without tags says so", () => {
		const answer = {
			...defaultAnswer(DATA),
			funnel: { ...DATA.funnel, counted: 0, tags: 0 },
			topTags: [],
		};
		expect(sentence(choice({ preset: "all" }), DATA, answer)).toBe(
			"From 1 Jan 2023 to 31 Dec 2024, none of 24,271 posts carried a tag.",
		);
	});
});

describe("the funnel", () => {
	it("of any window adds up, with reposts and without, with tags and without", () => {
		for (const withReposts of [true, false])
			for (const tagged of [0, 1, 2456, 4900])
				for (const counted of [null, 0, Math.floor(tagged / 2), tagged]) {
					const funnel = funnelWith(
						DATA.days,
						choice({ withReposts }),
						{ tagged, tags: tagged * 2 },
						counted === null ? null : { tagged: counted, tags: counted },
					);
					const { reposts, withoutTags, outside, withoutChosen } = funnel;
					expect(
						(reposts ?? 0) +
							withoutTags +
							outside +
							(withoutChosen ?? 0) +
							funnel.counted,
					).toBe(funnel.allPosts);
					expect(funnel.allPosts).toBe(24_271);
					expect(outside).toBeGreaterThanOrEqual(0);
				}
	});

	it("of whole days needs no engine, one that ends with the last post does", () => {
		const day = new Date("2024-12-30");
		const days = choice({ from: day, to: day });
		expect(countsOfDays(DATA.days, days)).toEqual({ tagged: 2121, tags: 2000 });
		expect(countsOfDays(DATA.days, { ...days, withReposts: false })).toEqual({
			tagged: 2121 - 135,
			tags: 2000 - 145,
		});
		expect(countsOfDays(DATA.days, choice({ preset: "all" }))).toEqual({
			tagged: 7121,
			tags: 9000,
		});
		expect(countsOfDays(DATA.days, choice({ preset: "day" }))).toBe(null);
	});
});

it("the unit of a series leaves at most some two hundred of them", () => {
	const start = new Date("2020-01-01");
	for (const days of [
		0.5, 1, 7, 8, 30, 190, 365, 1000, 1340, 5000, 9000, 40_000,
	]) {
		const end = new Date(start.getTime() + days * 86_400_000);
		const unit = unitFor({ start, end });
		expect(unitsBetween(start, end, unit)).toBeLessThan(191);
	}
});
