import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { Random, WeightedIndex, zipfWeights } from "./random.ts";

const COUNT = 100_000;
const START = Date.UTC(2023, 0, 1);
const DAYS = 731;
const DAY_MS = 86_400_000;
const AUTHORS = 2500;
const BURSTS = 90;
const TAGGED_SHARE = 0.24;
const REPOST_SHARE = 0.16;

/** What people write about: tags, most used first, and words. */
const TOPICS = [
	{
		tags: "coffee espresso flatwhite café latte barista homebrew pourover coffeetime beans matcha teatime",
		words:
			"cup roast morning grinder milk foam bitter sweet counter queue brew kettle",
	},
	{
		tags: "cycling commute bikelane gravel bikepacking velo radfahren mtb chainlube flattire tailwind bridges",
		words:
			"bike ride climb wheel tyre helmet rain headwind bridge lights lane kilometre",
	},
	{
		tags: "photo photography streetphotography sunset filmisnotdead blackandwhite macro nofilter 写真 goldenhour longexposure lightroom",
		words:
			"lens light frame film shutter portrait grain shadow colour tripod negative",
	},
	{
		tags: "opensource typescript webdev dataviz sql duckdb parquet wasm css accessibility linux rust",
		words:
			"query bug release table column browser test merge type cache index chart",
	},
	{
		tags: "football matchday derby penalty goal transfer worldcup fussball extratime offside",
		words:
			"match keeper corner referee striker bench season kick-off crowd away",
	},
	{
		tags: "baking sourdough bread vegan recipe dinner kimchi ramen брунч pasta pickles zerowaste",
		words: "oven dough butter salt pan crust onion lunch table bowl leftovers",
	},
	{
		tags: "nature birding hiking lake autumn snow springtime wildflowers mushrooms 桜 storm northernlights",
		words:
			"trail forest ridge heron water fog meadow summit boots sky owl branches",
	},
	{
		tags: "music livemusic vinyl jazz techno festival nowplaying choir synth música radio",
		words:
			"record song band stage bass ticket encore drums tune headphones set",
	},
	{
		tags: "books amreading poetry scifi library writing haiku nonfiction bookclub zürich",
		words: "chapter page author shelf sentence story cover novel ending lines",
	},
	{
		tags: "transit train night_bus tram delays railway timetable interrail münchen metro",
		words:
			"platform line station ticket seat minutes late connection tunnel stop",
	},
].map(({ tags, words }) => ({
	tags: tags.split(" "),
	words: words.split(" "),
}));

/** Tags that belong to days of the year, by month and day. */
const OCCASIONS = [
	[1, 1, "newyear"],
	[2, 14, "valentinesday"],
	[3, 8, "womensday"],
	[3, 14, "piday"],
	[4, 22, "earthday"],
	[6, 3, "worldbicycleday"],
	[6, 21, "solstice"],
	[9, 22, "carfreeday"],
	[10, 1, "coffeeday"],
	[10, 31, "halloween"],
	[12, 6, "adventofcode"],
	[12, 24, "holidays"],
	[12, 30, "yearinreview"],
] as const;

const GENERAL_WORDS =
	"the a my this that new old first last again today still really almost never with without before after for and but so just one two some any good quiet long small best slow finally nearly found made left right home town city lake street people friend nobody everyone because".split(
		" ",
	);

const EMOJI = ["☕", "🚲", "📷", "🎉", "🌧️", "🥐", "🎶", "📚", "🚆", "❄️", "🌅"];

const SYLLABLES =
	"ka lo mi ren ta vi so na bel dor fin gus har ily jo lea mar nor pet quin ros sam tim uma wen yas zoe".split(
		" ",
	);

interface Burst {
	readonly tag: string;
	readonly topic: number;
	readonly startMs: number;
	/** Time in which the interest falls to a third. */
	readonly decayMs: number;
	/** Posts it adds. */
	readonly posts: number;
}

interface Draft {
	readonly time: number;
	readonly burst: Burst | null;
}

/**
 * Writes 100,000 synthetic posts as JSON Lines, a file a year: two years with a
 * rhythm of day and week, tags by Zipf's law within topics that their authors
 * keep to, bursts of interest, reposts that carry their original's tags. Authors
 * and texts are made up of syllables and word lists.
 */
export async function makePosts(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	const random = new Random("lakeside posts");
	const bursts = makeBursts(random);
	const drafts = makeDrafts(random, bursts);
	const authors = makeAuthors(random);
	const authorIndex = new WeightedIndex(zipfWeights(AUTHORS, 0.9, 8));
	const topicTags = TOPICS.map(
		({ tags }) => new WeightedIndex(zipfWeights(tags.length, 1.05)),
	);
	const recent: Post[] = [];
	let year = 0;
	let lines: Lines | null = null;
	for (const [index, draft] of drafts.entries()) {
		const author = authors[authorIndex.draw(random)] as Author;
		const id = String(
			1_600_000_000_000_000_000n +
				BigInt(draft.time - START) * 4_194_304n +
				BigInt(index % 4096),
		);
		const original =
			recent.length > 100 && random.chance(REPOST_SHARE)
				? random.pick(recent.slice(-100))
				: null;
		const post =
			original === null
				? writePost(random, id, draft, author, topicTags)
				: repost(id, draft.time, author, original);
		if (original === null) {
			recent.push(post);
			if (recent.length > 400) recent.splice(0, 200);
		}
		const ownYear = new Date(draft.time).getUTCFullYear();
		if (lines === null || ownYear !== year) {
			await lines?.end();
			year = ownYear;
			lines = openLines(join(folder, `posts-${year}.jsonl`));
		}
		await lines.write(post);
	}
	await lines?.end();
}

interface Lines {
	write(post: Post): Promise<void>;
	end(): Promise<void>;
}

interface Author {
	readonly name: string;
	/** Where the author's interests lie, most first. */
	readonly topics: readonly number[];
	/** Some write tags in capitals. */
	readonly style: "lower" | "capital" | "upper";
}

interface Post {
	readonly id_str: string;
	readonly created_at: string;
	readonly author: string;
	readonly text: string;
	readonly entities: {
		readonly hashtags: readonly { readonly text: string }[];
	};
	readonly referenced_tweets?: readonly {
		readonly type: "retweeted";
		readonly id: string;
	}[];
}

function makeAuthors(random: Random): Author[] {
	const names = new Set<string>();
	while (names.size < AUTHORS) {
		const parts = Array.from({ length: random.integer(2, 3) }, () =>
			random.pick(SYLLABLES),
		);
		names.add(
			parts.join("") + (random.chance(0.4) ? random.integer(1, 99) : ""),
		);
	}
	return [...names].map((name) => ({
		name,
		topics: random.shuffled(TOPICS.map((_, index) => index)).slice(0, 3),
		style: random.chance(0.7)
			? "lower"
			: random.chance(0.85)
				? "capital"
				: "upper",
	}));
}

function makeBursts(random: Random): Burst[] {
	const bursts: Burst[] = [];
	for (const year of [2023, 2024])
		for (const [month, day, tag] of OCCASIONS)
			bursts.push({
				tag,
				topic: random.integer(0, TOPICS.length - 1),
				startMs: Date.UTC(year, month - 1, day - 1, 14),
				decayMs: random.between(0.5, 1.2) * DAY_MS,
				posts: random.integer(60, 180),
			});
	while (bursts.length < BURSTS) {
		const topic = random.integer(0, TOPICS.length - 1);
		const { tags, words } = TOPICS[topic] as (typeof TOPICS)[number];
		const stem = random.pick(words).replaceAll("-", "");
		bursts.push({
			tag: random.chance(0.4)
				? random.pick(tags)
				: `${stem}${random.pick(["gate", "week", "2024", "fail", "day", "challenge", "_live"])}`,
			topic,
			startMs: START + random.between(0, DAYS - 3) * DAY_MS,
			decayMs: random.between(0.15, 2.5) * DAY_MS,
			posts: Math.round(20 + random.exponential(70)),
		});
	}
	return bursts;
}

/** Times of all posts, sorted, some of them drawn by a burst. */
function makeDrafts(random: Random, bursts: readonly Burst[]): Draft[] {
	const end = START + DAYS * DAY_MS;
	const drafts: Draft[] = [];
	for (const burst of bursts)
		for (let post = 0; post < burst.posts; post += 1) {
			const time = burst.startMs + random.exponential(burst.decayMs);
			if (time >= START && time < end)
				drafts.push({ time: Math.floor(time / 1000) * 1000, burst });
		}
	while (drafts.length < COUNT) {
		const time = START + random.next() * DAYS * DAY_MS;
		if (random.chance(activity(time)))
			drafts.push({ time: Math.floor(time / 1000) * 1000, burst: null });
	}
	return drafts.sort((a, b) => a.time - b.time);
}

/** How likely a post at this time is: night and day, week, and slow growth. */
function activity(time: number): number {
	const hour = (time % DAY_MS) / 3_600_000;
	const daily =
		0.5 -
		0.38 * Math.cos(((hour - 4) / 24) * 2 * Math.PI) +
		0.12 * Math.exp(-(((hour - 20) / 2) ** 2));
	const weekday = new Date(time).getUTCDay();
	const weekly = weekday === 0 || weekday === 6 ? 0.78 : 1;
	const growth = 0.7 + (0.3 * (time - START)) / (DAYS * DAY_MS);
	return daily * weekly * growth;
}

function writePost(
	random: Random,
	id: string,
	{ time, burst }: Draft,
	author: Author,
	topicTags: readonly WeightedIndex[],
): Post {
	const topic =
		burst?.topic ??
		author.topics[random.chance(0.6) ? 0 : random.integer(0, 2)] ??
		0;
	const { tags, words } = TOPICS[topic] as (typeof TOPICS)[number];
	const chosen: string[] = burst === null ? [] : [burst.tag];
	if (random.chance(burst === null ? TAGGED_SHARE : 0.3)) {
		const count = 1 + Math.min(5, Math.floor(random.exponential(0.75)));
		for (let tag = 0; tag < count; tag += 1)
			chosen.push(tags[topicTags[topic]?.draw(random) ?? 0] ?? "");
	}
	const spelled = [...new Set(chosen)].map((tag) => spell(tag, author.style));
	const sentence = Array.from({ length: random.integer(4, 14) }, () =>
		random.pick(random.chance(0.55) ? GENERAL_WORDS : words),
	);
	const parts = [
		capital(sentence.join(" ")) + random.pick([".", "!", "", "…", "?"]),
		...(random.chance(0.12) ? [random.pick(EMOJI)] : []),
		...spelled.map((tag) => `#${tag}`),
	];
	return {
		id_str: id,
		created_at: new Date(time).toISOString(),
		author: author.name,
		text: parts.join(" "),
		entities: { hashtags: spelled.map((text) => ({ text })) },
	};
}

function repost(
	id: string,
	time: number,
	author: Author,
	original: Post,
): Post {
	return {
		id_str: id,
		created_at: new Date(time).toISOString(),
		author: author.name,
		text: `RT @${original.author}: ${original.text}`,
		entities: original.entities,
		referenced_tweets: [{ type: "retweeted", id: original.id_str }],
	};
}

function spell(tag: string, style: Author["style"]): string {
	if (style === "upper") return tag.toUpperCase();
	return style === "capital" ? capital(tag) : tag;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function openLines(path: string): Lines {
	const stream = createWriteStream(path);
	let pending: string[] = [];
	const flush = async () => {
		const text = pending.join("");
		pending = [];
		if (!stream.write(text))
			await new Promise<void>((resolve) => stream.once("drain", resolve));
	};
	return {
		write: async (post) => {
			pending.push(`${JSON.stringify(post)}\n`);
			if (pending.length >= 2000) await flush();
		},
		end: async () => {
			await flush();
			stream.end();
			await finished(stream);
		},
	};
}
