import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Page, Request } from "@playwright/test";
import { literal } from "../../src/lib/sql/literal.ts";
import { launch } from "../../tests/browser.ts";
import { serveSite } from "../site/serve.ts";
import { type Figure, untargeted } from "./figure.ts";
import { buildPosts } from "./posts/lake.ts";
import { runScript } from "./run-script.ts";

const FIRST_DAY = "2024-06-03";
const LAST_DAY = "2024-06-09";
/** What the first answer reads of `post_tags`: the funnel of whole days is in a roll-up. */
const COLUMNS = ["tag", "created_at", "is_first"];

const MOST_ROUND_TRIPS = 2;
const MOST_OF_NEEDED = 1.1;
const MOST_MILLISECONDS = 50;
const STEPS = 60;
/** Before each answer, so that what waits for another shows. */
const LATENCY_MILLISECONDS = 150;

/** A week of a lake of 10,000,000 tags: what its first answer costs, and how it is brushed. */
export async function bench(): Promise<Figure[]> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-posts-"));
	try {
		const lake = join(folder, "lake");
		const { tags } = await buildPosts(lake);
		runScript("build-site.ts", ["--lake", lake, "--out", join(folder, "dist")]);
		const server = await serveSite({ folder: join(folder, "dist"), port: 0 });
		const browser = await launch();
		try {
			const context = await browser.newContext({
				serviceWorkers: "block",
				viewport: { width: 1280, height: 720 },
			});
			const page = await context.newPage();
			return [
				...(await measureFirst(page, server.url, lake, tags)),
				...(await measureBrush(page, tags)),
			];
		} finally {
			await browser.close();
			await server.close();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Requests for data, with what was under way when each was made. */
interface Asked {
	readonly url: string;
	/** Requests that had to end first, one after the other, and this one. */
	readonly roundTrip: number;
	bytes: number;
}

async function measureFirst(
	page: Page,
	url: string,
	lake: string,
	tags: number,
): Promise<Figure[]> {
	const asked = new Map<Request, Asked>();
	let ended = 0;
	const isData = (request: Request) =>
		/\/lake\/(?:posts|post_tags|manifests)\//.test(request.url());
	page.on("request", (request) => {
		if (isData(request))
			asked.set(request, {
				url: request.url(),
				roundTrip: ended + 1,
				bytes: 0,
			});
	});
	page.on("requestfinished", async (request) => {
		const one = asked.get(request);
		if (one === undefined) return;
		ended = Math.max(ended, one.roundTrip);
		one.bytes = (await request.sizes()).responseBodySize;
	});
	await page.route("**/lake/**", async (route) => {
		await sleep(LATENCY_MILLISECONDS);
		await route.continue();
	});
	await page.goto(`${url}posts/?from=${FIRST_DAY}&to=${LAST_DAY}`);
	await answered(page);
	await sleep(500);
	await page.unroute("**/lake/**");
	const all = [...asked.values()];
	const fetched = all
		.filter((one) => one.url.endsWith(".parquet"))
		.reduce((sum, { bytes }) => sum + bytes, 0);
	const needed = await neededBytes(lake);
	const what = `one week of a lake of ${tags.toLocaleString("en")} tags`;
	const roundTrips = Math.max(...all.map(({ roundTrip }) => roundTrip));
	return [
		{
			id: "posts.first.round-trips",
			what: `First answer of ${what}: requests for data that wait for each other`,
			value: roundTrips,
			unit: "round trips",
			target: MOST_ROUND_TRIPS,
			met: roundTrips <= MOST_ROUND_TRIPS,
		},
		{
			id: "posts.first.bytes",
			what: `The same: bytes of Parquet, as a multiple of those of the column chunks that hold the week (${needed.toLocaleString("en")})`,
			value: fetched / needed,
			unit: "times",
			target: MOST_OF_NEEDED,
			met: fetched / needed <= MOST_OF_NEEDED,
		},
		untargeted(
			"posts.first.requests",
			"The same: requests for data",
			all.length,
			"requests",
		),
	];
}

/** Bytes of the chunks that the week's tags lie in, by the files' own footers. */
async function neededBytes(lake: string): Promise<number> {
	const instance = await DuckDBInstance.create();
	const connection = await instance.connect();
	try {
		const reader = await connection.runAndReadAll(`
			WITH chunks AS (
				SELECT file_name, row_group_id, path_in_schema, total_compressed_size,
					TRY_CAST(stats_min_value AS TIMESTAMP) AS first, TRY_CAST(stats_max_value AS TIMESTAMP) AS last
				FROM parquet_metadata(${literal(join(lake, "post_tags", "*.parquet"))})
			), hit AS (
				SELECT file_name, row_group_id FROM chunks
				WHERE path_in_schema = 'created_at' AND last >= TIMESTAMP '${FIRST_DAY}'
					AND first < TIMESTAMP '${LAST_DAY}' + INTERVAL 1 DAY
			)
			SELECT sum(total_compressed_size)::DOUBLE AS bytes
			FROM chunks JOIN hit USING (file_name, row_group_id)
			WHERE path_in_schema IN (${COLUMNS.map(literal).join(", ")})`);
		return Number(reader.getRowObjectsJS()[0]?.bytes);
	} finally {
		connection.closeSync();
		instance.closeSync();
	}
}

/** Drags over a month until its days are there, then back and forth within them. */
async function measureBrush(page: Page, tags: number): Promise<Figure[]> {
	const box = await page.locator(".brush").boundingBox();
	if (box === null) throw new Error("no brush");
	const y = box.y + box.height / 2;
	const day = (box.width - 68) / 366;
	const at = (number: number) => box.x + 44 + (number + 0.5) * day;
	await page.mouse.move(at(150), y);
	await page.mouse.down();
	await page.mouse.move(at(180), y, { steps: 3 });
	await answered(page);
	await page.evaluate(() => {
		const times: number[] = [];
		(window as unknown as { times: number[] }).times = times;
		const frame = () => new Promise(requestAnimationFrame);
		document.querySelector(".brush")?.addEventListener(
			"pointermove",
			async () => {
				const started = performance.now();
				const bars = () =>
					document.querySelector("#top-tags .chart svg > desc")?.parentNode;
				const before = bars();
				while (bars() === before) {
					await new Promise((resolve) => setTimeout(resolve));
					if (performance.now() - started > 2000) return;
				}
				// The next frame begins when this one's work is on its way to the screen.
				await frame();
				times.push(performance.now() - started);
			},
			{ capture: true },
		);
	});
	for (let step = 0; step < STEPS; step += 1) {
		await page.mouse.move(at(153 + (step % 8)), y);
		await sleep(150);
	}
	const times = await page.evaluate(
		() => (window as unknown as { times: number[] }).times,
	);
	await page.mouse.up();
	times.sort((one, other) => one - other);
	const median = times[times.length >> 1] ?? Number.POSITIVE_INFINITY;
	return [
		{
			id: "posts.brush",
			what: `A window of about a week is brushed over ${tags.toLocaleString("en")} tags, its days resident: from the pointer's move to redrawn tags and funnel; median of ${times.length}`,
			value: median,
			unit: "ms",
			target: MOST_MILLISECONDS,
			met: median <= MOST_MILLISECONDS,
		},
		untargeted(
			"posts.brush.slowest",
			"The same, the slowest in ten",
			times[Math.floor(times.length * 0.9)] ?? Number.POSITIVE_INFINITY,
			"ms",
		),
	];
}

async function answered(page: Page): Promise<void> {
	await page
		.locator("#posts-sentence", { hasText: /^From .*\.$/ })
		.waitFor({ timeout: 120_000 });
}
