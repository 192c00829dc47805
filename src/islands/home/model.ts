import type { TopTag } from "../../charts/top-tags.ts";
import type { WeatherPoint } from "../../charts/weather.ts";
import type { RollupRow } from "../../lake/catalog/rollup.ts";
import type {
	Catalog,
	CatalogDataset,
	CatalogRollup,
	RollupName,
} from "../../lib/catalog/catalog.ts";
import {
	formatCount,
	formatCounted,
	formatDistance,
} from "../../lib/text/format.ts";
import type { CellCount } from "../../maps/cells/glimpse.ts";
import { starterOf } from "../../queries/examples.ts";
import type { TimeRange } from "../../queries/weather.ts";
import {
	DEFAULT_CHOICE,
	defaultAnswer,
	postsData,
	sentence,
} from "../posts/model.ts";
import {
	chosenSeries,
	rangeOf,
	rollupAnswer,
	DEFAULT_CHOICE as WEATHER_DEFAULT,
	weatherData,
	sentence as weatherSentence,
} from "../weather/model.ts";

/** Rows of the roll-ups that the glimpses are drawn from, null where the lake lacks one. */
export interface HomeRollups {
	readonly ridesPerMonth: readonly RollupRow[] | null;
	readonly rideMap: readonly RollupRow[] | null;
	readonly postFunnel: readonly RollupRow[] | null;
	readonly postTopTags: readonly RollupRow[] | null;
	readonly postsPerDay: readonly RollupRow[] | null;
	readonly readingsPerDay: readonly RollupRow[] | null;
}

/** The roll-up that each part is read from. */
export const HOME_ROLLUPS = {
	ridesPerMonth: "rides_per_month",
	rideMap: "ride_map",
	postFunnel: "post_funnel",
	postTopTags: "post_top_tags",
	postsPerDay: "posts_per_day",
	readingsPerDay: "readings_per_day",
} as const satisfies Record<keyof HomeRollups, RollupName>;

export interface HomeData {
	readonly totals: readonly {
		readonly value: number;
		readonly what: string;
		readonly isBytes?: boolean;
	}[];
	readonly rides: Glimpse<{ readonly cells: readonly CellCount[] }> | null;
	readonly posts: Glimpse<{ readonly tags: readonly TopTag[] }> | null;
	readonly weather: Glimpse<WeatherSeries> | null;
	readonly datasets: readonly (CatalogDataset & {
		readonly rows: number;
	})[];
	/** SQL to begin with, null where there is no table. */
	readonly starter: string | null;
}

export type Glimpse<T = unknown> = T & {
	readonly dataset: CatalogDataset;
	/** What the picture is drawn from. */
	readonly rollup: CatalogRollup;
	/** What is seen, in a sentence. */
	readonly finding: string;
};

export interface WeatherSeries {
	readonly points: readonly WeatherPoint[];
	readonly measure: string;
	readonly unit: string | null;
	/** Longest pause that is no gap. */
	readonly gapSeconds: number;
	readonly range: TimeRange;
}

const TAGS = 8;

/** What the home page shows of a lake. */
export function homeData(catalog: Catalog, rollups: HomeRollups): HomeData {
	const sum = (part: (table: Catalog["tables"][number]) => number) =>
		catalog.tables.reduce((total, table) => total + part(table), 0);
	const rejects = catalog.tables.find(({ name }) => name === "rejects");
	return {
		totals: [
			{ value: sum(({ rows }) => rows), what: "rows" },
			{ value: catalog.tables.length, what: "tables" },
			{ value: sum(({ files }) => files), what: "Parquet files" },
			{ value: sum(({ bytes }) => bytes), what: "in all", isBytes: true },
		],
		rides: ridesGlimpse(catalog, rollups),
		posts: postsGlimpse(catalog, rollups),
		weather: weatherGlimpse(catalog, rollups),
		datasets: catalog.datasets
			.filter(({ name }) => name !== rejects?.dataset)
			.map((dataset) => ({
				...dataset,
				rows: catalog.tables
					.filter((table) => table.dataset === dataset.name)
					.reduce((total, { rows }) => total + rows, 0),
			}))
			.filter(({ rows }) => rows > 0),
		starter: starterOf(catalog.tables)?.sql ?? null,
	};
}

function sourceOf(
	catalog: Catalog,
	name: RollupName,
): Pick<Glimpse, "dataset" | "rollup"> | null {
	const rollup = catalog.rollups.find((candidate) => candidate.name === name);
	const dataset = catalog.datasets.find(
		(candidate) => candidate.name === rollup?.dataset,
	);
	return rollup === undefined || dataset === undefined
		? null
		: { dataset, rollup };
}

function ridesGlimpse(
	catalog: Catalog,
	{ ridesPerMonth, rideMap }: HomeRollups,
): HomeData["rides"] {
	const source = sourceOf(catalog, "ride_map");
	if (source === null || ridesPerMonth === null || rideMap === null)
		return null;
	const rides = ridesPerMonth.reduce((sum, row) => sum + Number(row.rides), 0);
	const metres = ridesPerMonth.reduce(
		(sum, row) => sum + Number(row.distance_m ?? 0),
		0,
	);
	const cells = rideMap.map((row) => ({
		level: Number(row.level),
		x: Number(row.x),
		y: Number(row.y),
		rides: Number(row.rides),
	}));
	const most = cells.reduce((best, cell) => Math.max(best, cell.rides), 0);
	return {
		...source,
		cells,
		finding: `${formatCounted(rides, "ride")} over ${formatDistance(metres)}${rides > 1 ? `; ${formatCount(most)} of them pass the place that is passed most` : ""}.`,
	};
}

function postsGlimpse(
	catalog: Catalog,
	{ postFunnel, postTopTags, postsPerDay }: HomeRollups,
): HomeData["posts"] {
	if (postFunnel === null || postTopTags === null || postsPerDay === null)
		return null;
	const data = postsData(catalog, {
		funnel: postFunnel,
		topTags: postTopTags,
		days: postsPerDay,
	});
	const source = sourceOf(catalog, "post_top_tags");
	if (data === null || source === null) return null;
	return {
		...source,
		tags: data.topTags.slice(0, TAGS),
		finding: sentence(DEFAULT_CHOICE, data, defaultAnswer(data)),
	};
}

/** The last year of the series that the weather page opens with. */
function weatherGlimpse(
	catalog: Catalog,
	{ readingsPerDay }: HomeRollups,
): HomeData["weather"] {
	const source = sourceOf(catalog, "readings_per_day");
	if (source === null || readingsPerDay === null) return null;
	const data = weatherData(catalog, readingsPerDay);
	if (data === null) return null;
	const series = chosenSeries(data, WEATHER_DEFAULT);
	const [whole, year] = (["all", "year"] as const).map((range) =>
		rangeOf({ ...WEATHER_DEFAULT, range }, series),
	) as [TimeRange, TimeRange];
	const range = whole.from > year.from ? whole : year;
	const answer = rollupAnswer(series, range, WEATHER_DEFAULT.averageSeconds, 0);
	return {
		...source,
		points: answer.points.map((point) => ({ ...point, average: null })),
		measure: series.series.measure,
		unit: series.unit,
		gapSeconds: answer.gapSeconds,
		range,
		finding: weatherSentence(series, range, answer),
	};
}
