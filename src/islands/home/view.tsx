import type { ComponentChildren } from "preact";
import { useCallback } from "preact/hooks";
import { formatDay, readableMeasure } from "../../charts/format.ts";
import { describeTopTags, topTagsChart } from "../../charts/top-tags.ts";
import { describeWeather, weatherChart } from "../../charts/weather.ts";
import { syntheticLabel } from "../../lib/catalog/synthetic.ts";
import {
	formatBytes,
	formatCount,
	formatCounted,
} from "../../lib/text/format.ts";
import { rideGlimpse } from "../../maps/cells/glimpse.ts";
import { Chart } from "../charts/chart.tsx";
import { Provenance, sqlHrefFrom } from "../shared/provenance.tsx";
import type { Glimpse, HomeData } from "./model.ts";

/** A glimpse of each page, from roll-ups: at build time and in the browser. */
export function HomeView(props: {
	/** Null where there is no lake. */
	readonly data: HomeData | null;
	/** Root of the site. */
	readonly root: string;
}) {
	const { data, root } = props;
	if (data === null) return <NoLake />;
	const { rides, posts, weather, totals, datasets, starter } = data;
	return (
		<>
			<dl class="home-totals">
				{totals.map(({ value, what, isBytes }) => (
					<div key={what}>
						<dt>{what}</dt>
						<dd>{isBytes ? formatBytes(value) : formatCount(value)}</dd>
					</div>
				))}
			</dl>
			<div class="home-cards">
				{rides !== null && (
					<Card
						root={root}
						page="rides"
						title="Where do I ride most?"
						glimpse={rides}
						isWide
					>
						<div
							class="home-map"
							dangerouslySetInnerHTML={{
								__html: rideGlimpse(rides.cells, { width: 960, height: 420 }),
							}}
						/>
					</Card>
				)}
				{posts !== null && (
					<Card
						root={root}
						page="posts"
						title="What do people talk about now?"
						glimpse={posts}
					>
						<Tags tags={posts.tags} />
					</Card>
				)}
				{weather !== null && (
					<Card
						root={root}
						page="weather"
						title="What is the station doing?"
						glimpse={weather}
					>
						<Weather series={weather} />
					</Card>
				)}
				<section class="home-card">
					<h2>
						<a href={`${root}data/`}>What is in the lake?</a>
					</h2>
					<p class="home-finding">
						{formatCounted(datasets.length, "dataset")} in plain Parquet, which
						DuckDB, Spark or Polars read as it stands.
					</p>
					<ul class="home-datasets">
						{datasets.map(({ name, title, rows, synthetic }) => (
							<li key={name}>
								<span class="home-dataset">
									{title}
									{syntheticLabel(synthetic) !== null && (
										<span class="provenance-synthetic home-synthetic">
											{syntheticLabel(synthetic)}
										</span>
									)}
								</span>
								<span class="home-number">{formatCounted(rows, "row")}</span>
							</li>
						))}
					</ul>
				</section>
				<section class="home-card">
					<h2>
						<a href={`${root}sql/`}>Ask anything else</a>
					</h2>
					<p class="home-finding">
						SQL over all tables, with the price of a query before it runs.
					</p>
					{starter !== null && (
						<>
							<pre class="home-sql">{starter}</pre>
							<p class="small">
								<a href={sqlHrefFrom(root, starter)}>Open it in the editor</a>
							</p>
						</>
					)}
				</section>
			</div>
		</>
	);
}

function Card(props: {
	readonly root: string;
	readonly page: string;
	readonly title: string;
	readonly glimpse: Glimpse;
	readonly isWide?: boolean;
	readonly children: ComponentChildren;
}) {
	const { root, page, title, glimpse, isWide = false } = props;
	const { dataset, rollup, finding } = glimpse;
	return (
		<section class={isWide ? "home-card home-card-wide" : "home-card"}>
			<h2>
				<a href={`${root}${page}/`}>{title}</a>
			</h2>
			<p class="home-finding">{finding}</p>
			{props.children}
			<Provenance
				source={dataset.source}
				licence={dataset.licence}
				synthetic={dataset.synthetic}
				rows={rollup.rows}
				bytes={rollup.bytes}
				query={rollup.sql}
				root={root}
			/>
		</section>
	);
}

function Tags({
	tags,
}: {
	readonly tags: NonNullable<HomeData["posts"]>["tags"];
}) {
	const draw = useCallback(
		(width: number) => topTagsChart(tags, { width }),
		[tags],
	);
	return (
		<Chart
			draw={draw}
			bakedWidth={620}
			label="The most frequent hashtags"
			description={describeTopTags(tags)}
		/>
	);
}

function Weather({
	series,
}: {
	readonly series: NonNullable<HomeData["weather"]>;
}) {
	const { points, measure, unit, gapSeconds, range } = series;
	const draw = useCallback(
		(width: number) =>
			weatherChart(points, {
				...{ width, height: 216 },
				...{ measure, unit, gapSeconds },
				...range,
			}),
		[points, measure, unit, gapSeconds, range],
	);
	return (
		<Chart
			draw={draw}
			bakedWidth={620}
			label={`Daily range and mean of ${readableMeasure(measure)}`}
			description={describeWeather(
				points,
				{ measure, unit, gapSeconds },
				({ first }) => formatDay(first),
			)}
		/>
	);
}

function NoLake() {
	return (
		<div class="state state-empty">
			<p>
				There is no lake yet. <code>npm start</code> builds one for a
				demonstration, <code>npm run data -- --input DIR</code> one from your
				own folder.
			</p>
		</div>
	);
}
