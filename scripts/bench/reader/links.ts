import { stat } from "node:fs/promises";
import { type Figure, untargeted } from "../figure.ts";
import { type Link, type LinkOptions, startLink } from "../link.ts";
import { originalFlights } from "./lakes.ts";
import {
	askOurs,
	askPeer,
	fetchPlainly,
	inFreshTab,
	openOurs,
	openPeer,
	read,
} from "./tabs.ts";

const RUNS = 3;
/** What the link's own proof may cost, of what the link allows. */
const LINK_RATIO = { least: 0.95, most: 1.1 };

/** Of a link: a round trip, and bytes one way. */
export type LinkPace = Pick<
	LinkOptions,
	"latencyMilliseconds" | "bytesPerSecond"
>;

/** The links on which fresh queries, and questions about what they made resident, are measured. */
export const PACES = {
	columns: { latencyMilliseconds: 50, bytesPerSecond: 50e6 / 8 },
	week: { latencyMilliseconds: 100, bytesPerSecond: 200e6 / 8 },
	key: { latencyMilliseconds: 100, bytesPerSecond: 200e6 / 8 },
} as const satisfies Record<string, LinkPace>;

/** A fresh query over a slow link, ours and the peer's. */
interface Case extends LinkPace {
	readonly id: string;
	readonly what: string;
	/** The lake's folder below the bench's. */
	readonly lake: string;
	readonly ours: string;
	/** The peer reads these files, below the link's address. */
	readonly files: readonly string[];
	readonly peer: (table: string) => string;
	readonly mostOfLimit: number;
	readonly leastOfPeer: number;
}

function cases(meterFiles: readonly string[]): Case[] {
	const grouped = (table: string) =>
		`SELECT origin, count(*) AS n, avg(delay) AS mean FROM ${table} GROUP BY 1`;
	const week = (table: string) =>
		`SELECT * FROM ${table} WHERE date >= TIMESTAMP '2001-02-05' AND date < TIMESTAMP '2001-02-12'`;
	const key = (table: string) => `SELECT * FROM ${table} WHERE meter = 1234`;
	return [
		{
			id: "columns",
			what: "two of five columns of 3,000,000 flights, grouped, at 50 ms and 50 Mbit/s",
			...PACES.columns,
			lake: "flights",
			ours: grouped("flights"),
			files: ["original/flights-3m.parquet"],
			peer: grouped,
			mostOfLimit: 1.3,
			leastOfPeer: 3.5,
		},
		{
			id: "week",
			what: "one week of flights, all columns, at 100 ms and 200 Mbit/s",
			...PACES.week,
			lake: "flights",
			ours: week("flights"),
			files: ["original/flights-3m.parquet"],
			peer: week,
			mostOfLimit: 2,
			leastOfPeer: 4,
		},
		{
			id: "key",
			what: "one key of a sorted table of 20,000,000 rows, at 100 ms and 200 Mbit/s",
			...PACES.key,
			lake: "meters",
			ours: key("meters"),
			files: meterFiles.map((path) => `meters/${path}`),
			peer: key,
			mostOfLimit: 2,
			leastOfPeer: 4,
		},
	];
}

/**
 * Our reader against each link's limit and against DuckDB-WASM's own remote reader
 * of its last version that has one, both in Chromium over the same link.
 */
export async function benchLinks(
	folders: Readonly<Record<string, string>>,
	meterFiles: readonly string[],
): Promise<Figure[]> {
	const figures: Figure[] = [];
	for (const one of cases(meterFiles)) {
		const link = await startLink({
			folders,
			slow: ["/flights/", "/meters/", "/original/"],
			latencyMilliseconds: one.latencyMilliseconds,
			bytesPerSecond: one.bytesPerSecond,
			isolates: true,
		});
		try {
			figures.push(...(await measure(one, link)));
		} finally {
			await link.close();
		}
	}
	return figures;
}

async function measure(one: Case, link: Link): Promise<Figure[]> {
	const pageUrl = `${link.url}reader.html`;
	const ours = [];
	for (let run = 0; run < RUNS; run += 1)
		ours.push(
			await inFreshTab(pageUrl, async (tab) => {
				await openOurs(tab, `${link.url}${one.lake}/`);
				await read();
				return askOurs(tab, one.ours);
			}),
		);
	ours.sort((a, b) => a.milliseconds - b.milliseconds);
	const middle = ours[Math.floor(RUNS / 2)] as (typeof ours)[number];
	const { estimated, actual, stagesMs } = middle.plan;

	const large = `${link.url}original/flights-3m.parquet`;
	const proofBytes = Math.min(
		estimated.bytes,
		(await stat(originalFlights())).size,
	);
	const plain = await inFreshTab(pageUrl, (tab) =>
		fetchPlainly(tab, large, proofBytes),
	);
	const peer = await inFreshTab(pageUrl, async (tab) => {
		await openPeer(tab, `${link.url}peer/`);
		await read();
		link.takeRequests();
		const list = one.files.map((path) => `'${link.url}${path}'`).join(", ");
		const answer = await askPeer(tab, one.peer(`read_parquet([${list}])`));
		return { ...answer, requests: link.takeRequests() };
	});
	if (peer.rows !== middle.rows)
		throw new Error(
			`${one.id}: the peer found ${peer.rows} rows, we ${middle.rows}`,
		);

	const transfer = (bytes: number) => (bytes / one.bytesPerSecond) * 1000;
	const limit = transfer(estimated.bytes) + 2 * one.latencyMilliseconds;
	const ofLimit = middle.milliseconds / limit;
	const ofPeer = peer.milliseconds / middle.milliseconds;
	const linkRatio = plain / (transfer(proofBytes) + one.latencyMilliseconds);
	const id = (name: string) => `reader.${one.id}.${name}`;
	return [
		{
			id: id("link"),
			what: "The bench's own link: a plain fetch of the same bytes, as a multiple of what the link allows",
			value: linkRatio,
			unit: "times",
			target: LINK_RATIO.most,
			met: linkRatio >= LINK_RATIO.least && linkRatio <= LINK_RATIO.most,
		},
		{
			id: id("limit"),
			what: `Time of ${one.what}, as a multiple of the limit (${Math.round(limit)} ms: bytes at full bandwidth and two round trips)`,
			value: ofLimit,
			unit: "times",
			target: one.mostOfLimit,
			met: ofLimit <= one.mostOfLimit,
		},
		{
			id: id("peer"),
			what: "The same from DuckDB-WASM 1.28.0's own remote reader, as a multiple of our time",
			value: ofPeer,
			unit: "times",
			target: one.leastOfPeer,
			met: ofPeer >= one.leastOfPeer,
		},
		untargeted(id("milliseconds"), "Our time", middle.milliseconds, "ms"),
		untargeted(id("bytes"), "Bytes we fetched", actual.bytes, "B"),
		untargeted(
			id("waste"),
			"Bytes we fetched, as a multiple of those needed",
			actual.bytes / estimated.bytes,
			"times",
		),
		untargeted(id("requests"), "Our requests", actual.requests, "requests"),
		untargeted(
			id("peer.milliseconds"),
			"The peer's time",
			peer.milliseconds,
			"ms",
		),
		untargeted(
			id("peer.requests"),
			"The peer's requests",
			peer.requests,
			"requests",
		),
		...Object.entries(stagesMs).map(([stage, milliseconds]) =>
			untargeted(
				id(`stage.${stage}`),
				`Of our time, which overlaps: ${stage}`,
				milliseconds,
				"ms",
			),
		),
	];
}
