import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { serveSite } from "../site/serve.ts";
import { buildPage } from "./build-page.ts";
import { type Figure, untargeted } from "./figure.ts";
import { buildFlights } from "./reader/lakes.ts";
import { askOurs, inFreshTab, median, openOurs } from "./reader/tabs.ts";

const RUNS = 9;
const LEAST_GAIN = 1.6;

interface Question {
	readonly id: string;
	readonly what: string;
	readonly sql: string;
	/** Times as fast that two cores are to be at least; null where none is promised. */
	readonly target: number | null;
}

const QUESTIONS: readonly Question[] = [
	{
		id: "scan",
		what: "a trigonometric scan of 3,000,000 flights",
		sql: `SELECT sum(sin(delay / 60) * cos(distance / 6371) + exp(sin(delay)) * ln(1 + distance)
				+ atan2(delay, 1 + distance) + pow(1 + distance, 0.7)) AS total
			FROM flights`,
		target: LEAST_GAIN,
	},
	{
		id: "rank",
		what: "the rank of each of 3,000,000 flights among those of its route",
		sql: `SELECT sum(place) AS total FROM (
				SELECT rank() OVER (PARTITION BY origin, destination ORDER BY delay) AS place
				FROM flights)`,
		target: LEAST_GAIN,
	},
	{
		id: "moving",
		what: "a moving average over 100 flights of each airport",
		sql: `SELECT max(mean) AS top FROM (
				SELECT avg(delay) OVER (
					PARTITION BY origin ORDER BY date
					ROWS BETWEEN 99 PRECEDING AND CURRENT ROW) AS mean
				FROM flights)`,
		target: LEAST_GAIN,
	},
	{
		id: "unparted",
		what: "a moving average over 1,000 flights, all in one partition, whose sort is shared but not all of its rest",
		sql: `SELECT max(mean) AS top FROM (
				SELECT avg(delay) OVER (
					ORDER BY date ROWS BETWEEN 999 PRECEDING AND CURRENT ROW) AS mean
				FROM flights)`,
		target: null,
	},
	{
		id: "group",
		what: "a small GROUP BY, which has nothing to share",
		sql: "SELECT origin, count(*) AS n, avg(delay) AS mean FROM flights GROUP BY 1",
		target: null,
	},
];

/**
 * Heavy questions over resident flights, in an isolated page, where DuckDB has
 * threads, and in one that is not, by turns.
 */
export async function bench(): Promise<Figure[]> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-threads-"));
	try {
		await buildFlights(folder);
		await buildPage(
			new URL("pages/reader.html", import.meta.url),
			join(folder, "page"),
		);
		return await onPage(folder, true, (threaded, cores) =>
			onPage(folder, false, (plain) => compare(threaded, plain, cores)),
		);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function onPage<T>(
	folder: string,
	isolated: boolean,
	work: (tab: Page, cores: number) => Promise<T>,
): Promise<T> {
	const server = await serveSite({ folder, port: 0, isolated });
	try {
		return await inFreshTab(`${server.url}page/reader.html`, async (tab) => {
			const page = await tab.evaluate(() => ({
				isolated: crossOriginIsolated,
				cores: navigator.hardwareConcurrency,
			}));
			if (page.isolated !== isolated)
				throw new Error(`the page's isolation is ${page.isolated}`);
			await openOurs(tab, `${server.url}flights/`);
			return work(tab, page.cores);
		});
	} finally {
		await server.close();
	}
}

async function compare(
	threaded: Page,
	plain: Page,
	cores: number,
): Promise<Figure[]> {
	const figures = [
		untargeted("threads.cores", "Cores that the browser tells", cores, "cores"),
	];
	for (const { id, what, sql, target } of QUESTIONS) {
		// What they need becomes resident, and compiled.
		const first = await askOurs(threaded, sql);
		if ((await askOurs(plain, sql)).rows !== first.rows)
			throw new Error(`${id}: threads give another number of rows`);
		const times: { threaded: number[]; plain: number[] } = {
			threaded: [],
			plain: [],
		};
		for (let run = 0; run < RUNS; run += 1) {
			times.threaded.push((await askOurs(threaded, sql)).milliseconds);
			times.plain.push((await askOurs(plain, sql)).milliseconds);
		}
		const gain = median(times.plain) / median(times.threaded);
		figures.push({
			id: `threads.${id}`,
			what: `With threads, ${what}: time in a page that is not isolated (${Math.round(median(times.plain))} ms) as a multiple of that in one that is (${Math.round(median(times.threaded))} ms)`,
			value: gain,
			unit: "times",
			target,
			met: target === null ? null : gain >= target,
		});
	}
	return figures;
}
