import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../../tests/browser.ts";
import { buildPage } from "./build-page.ts";
import type { Figure } from "./figure.ts";
import { type Link, startLink } from "./link.ts";
import type { ReaderPage } from "./pages/reader.ts";

const LATENCY_MILLISECONDS = 50;
const BYTES_PER_SECOND = 50e6 / 8;
const RUNS = 3;
const MOST_OF_LIMIT = 1.5;
const LEAST_OF_PEER = 3;

declare const page: ReaderPage;

/**
 * Our reader against the link's limit and against DuckDB-WASM's own remote reader
 * of its last version that has one, both in Chromium over the same link.
 */
export async function bench(): Promise<Figure[]> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-reader-"));
	try {
		await buildLake(folder);
		await buildPage(
			new URL("pages/reader.html", import.meta.url),
			join(folder, "page"),
		);
		const link = await startLink({
			folders: {
				"/lake/": join(folder, "lake"),
				"/original/": join(folder, "input", "flights"),
				"/peer/": peerFolder(),
				"/": join(folder, "page"),
			},
			slow: ["/lake/", "/original/"],
			latencyMilliseconds: LATENCY_MILLISECONDS,
			bytesPerSecond: BYTES_PER_SECOND,
		});
		try {
			return await measure(link);
		} finally {
			await link.close();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function measure(link: Link): Promise<Figure[]> {
	const question = (table: string) =>
		`SELECT origin, count(*) AS n, avg(delay) AS mean FROM ${table} GROUP BY 1`;
	const original = `${link.url}original/flights-3m.parquet`;

	const ours = [];
	for (let run = 0; run < RUNS; run += 1)
		ours.push(
			await inFreshPage(link, (tab) =>
				tab.evaluate(
					async ([lakeUrl, sql]) => {
						await page.openOurs(lakeUrl);
						await page.openConnections(`${lakeUrl}catalog.json`);
						return page.askOurs(sql);
					},
					[`${link.url}lake/`, question("flights")] as const,
				),
			),
		);
	ours.sort((a, b) => a.milliseconds - b.milliseconds);
	const median = ours[Math.floor(RUNS / 2)] as (typeof ours)[number];
	const { bytes } = median.plan.estimated;

	const plain = await inFreshPage(link, (tab) =>
		tab.evaluate(
			async ([url, length]) => {
				await page.openConnections(url);
				return page.fetchRange(url, length);
			},
			[original, bytes] as const,
		),
	);
	const peer = await inFreshPage(link, async (tab) => {
		await tab.evaluate((url) => page.openPeer(url), `${link.url}peer/`);
		link.takeRequests();
		const answer = await tab.evaluate(
			(sql) => page.askPeer(sql),
			question(`read_parquet('${original}')`),
		);
		return { ...answer, requests: link.takeRequests() };
	});
	if (peer.rows !== median.rows)
		throw new Error(`the peer found ${peer.rows} rows, we ${median.rows}`);

	const transfer = (bytes / BYTES_PER_SECOND) * 1000;
	const limit = transfer + 2 * LATENCY_MILLISECONDS;
	const ofLimit = median.milliseconds / limit;
	const ofPeer = peer.milliseconds / median.milliseconds;
	const linkRatio = plain / (transfer + LATENCY_MILLISECONDS);
	const { actual, stagesMs } = median.plan;
	return [
		{
			id: "reader.link",
			what: "The bench's own link: a plain fetch of the same bytes, as a multiple of what 50 ms and 50 Mbit/s allow",
			value: linkRatio,
			unit: "times",
			target: 1.1,
			met: linkRatio >= 0.95 && linkRatio <= 1.1,
		},
		{
			id: "reader.limit",
			what: `Two of five columns of 3,000,000 flights, grouped: time as a multiple of the limit (${Math.round(limit)} ms: bytes at full bandwidth and two round trips)`,
			value: ofLimit,
			unit: "times",
			target: MOST_OF_LIMIT,
			met: ofLimit <= MOST_OF_LIMIT,
		},
		{
			id: "reader.peer",
			what: "The same from DuckDB-WASM 1.28.0's own remote reader over the original file, as a multiple of our time",
			value: ofPeer,
			unit: "times",
			target: LEAST_OF_PEER,
			met: ofPeer >= LEAST_OF_PEER,
		},
		...(
			[
				["reader.milliseconds", "Our time", median.milliseconds, "ms"],
				["reader.bytes", "Bytes we fetched", actual.bytes, "B"],
				["reader.requests", "Our requests", actual.requests, "requests"],
				[
					"reader.peer.milliseconds",
					"The peer's time",
					peer.milliseconds,
					"ms",
				],
				[
					"reader.peer.requests",
					"The peer's requests",
					peer.requests,
					"requests",
				],
				...Object.entries(stagesMs).map(
					([stage, milliseconds]) =>
						[
							`reader.stage.${stage}`,
							`Of our time, which overlaps: ${stage}`,
							milliseconds,
							"ms",
						] as const,
				),
			] as const
		).map(([id, what, value, unit]) => ({
			id,
			what,
			value,
			unit,
			target: null,
			met: null,
		})),
	];
}

type Tab = Awaited<ReturnType<Awaited<ReturnType<typeof launch>>["newPage"]>>;

/** A browser that has seen nothing, so that no cache answers. */
async function inFreshPage<T>(
	link: Link,
	work: (tab: Tab) => Promise<T>,
): Promise<T> {
	const browser = await launch();
	try {
		const tab = await browser.newPage();
		await tab.goto(`${link.url}reader.html`);
		await tab.waitForFunction(() => "page" in window);
		return await work(tab);
	} finally {
		await browser.close();
	}
}

/** The flights of vega-datasets through our pipeline. */
async function buildLake(folder: string): Promise<void> {
	const input = join(folder, "input", "flights");
	await mkdir(input, { recursive: true });
	const { resolve } = createRequire(import.meta.url);
	const original = join(
		dirname(dirname(resolve("vega-datasets"))),
		"data",
		"flights-3m.parquet",
	);
	await copyFile(original, join(input, "flights-3m.parquet"));
	const script = fileURLToPath(new URL("../build-data.ts", import.meta.url));
	const { status, stderr } = spawnSync(process.execPath, [
		script,
		"--input",
		dirname(input),
		"--out",
		join(folder, "lake"),
	]);
	if (status !== 0) throw new Error(`the lake was not built: ${stderr}`);
}

function peerFolder(): string {
	const { resolve } = createRequire(import.meta.url);
	return dirname(resolve("duckdb-wasm-peer/dist/duckdb-eh.wasm"));
}
