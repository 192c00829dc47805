import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { literal } from "../../../src/lib/sql/literal.ts";
import { type Figure, untargeted } from "../figure.ts";
import { type Link, startLink } from "../link.ts";
import { PACES } from "./links.ts";
import {
	askOurs,
	askPeer,
	askPlain,
	inFreshTab,
	median,
	openOurs,
	openPeer,
	openPlain,
	read,
} from "./tabs.ts";

const LEAST_OF_PEER = 10;
const MOST_OVERHEAD_MILLISECONDS = 10;
const RUNS = 15;
const PEER_RUNS = 3;

/** A question, and others that what it made resident answers. */
interface Case {
	readonly id: keyof typeof PACES;
	readonly what: string;
	readonly lake: string;
	readonly first: (table: string) => string;
	/** Another each time, so that no answer is remembered. */
	readonly again: (table: string, run: number) => string;
	readonly files: readonly string[];
}

function cases(meterFiles: readonly string[]): [Case, ...Case[]] {
	const flights = ["original/flights-3m.parquet"];
	const week =
		"date >= TIMESTAMP '2001-02-05' AND date < TIMESTAMP '2001-02-12'";
	return [
		{
			id: "columns",
			what: "two columns of 3,000,000 flights, grouped, by another literal",
			lake: "flights",
			first: (table) =>
				`SELECT origin, count(*) AS n, avg(delay) AS mean FROM ${table} GROUP BY 1`,
			again: (table, run) =>
				`SELECT origin, count(*) AS n, max(delay) AS latest FROM ${table} WHERE delay > ${run} GROUP BY 1`,
			files: flights,
		},
		{
			id: "week",
			what: "another aggregate of a week of flights",
			lake: "flights",
			first: (table) => `SELECT * FROM ${table} WHERE ${week}`,
			again: (table, run) =>
				`SELECT destination, avg(distance) AS mean FROM ${table} WHERE ${week} AND delay > ${run} GROUP BY 1`,
			files: flights,
		},
		{
			id: "key",
			what: "another key in a row group of a sorted table of 20,000,000 rows",
			lake: "meters",
			first: (table) => `SELECT * FROM ${table} WHERE meter = 1234`,
			again: (table, run) =>
				`SELECT avg(kwh) AS mean, max(voltage) AS peak FROM ${table} WHERE meter = 1235 AND kwh > ${run} / 100`,
			files: meterFiles.map((path) => `meters/${path}`),
		},
	];
}

/**
 * Questions about what is resident, each over the link of the fresh query that made it
 * so: against the peer, which has been asked the first one as well and asks its host
 * whether the file is still the same, against DuckDB-WASM as it stands over a table in memory (the
 * floor), and against native DuckDB (the ceiling).
 */
export async function benchResident(
	folders: Readonly<Record<string, string>>,
	flights: string,
	meterFiles: readonly string[],
): Promise<Figure[]> {
	const over = async <T>(one: Case, measure: (link: Link) => Promise<T>) => {
		const link = await startLink({
			folders,
			slow: ["/flights/", "/meters/", "/original/"],
			...PACES[one.id],
			isolates: true,
		});
		try {
			return await measure(link);
		} finally {
			await link.close();
		}
	};
	const [columns, ...others] = cases(meterFiles);
	const figures = [];
	for (const one of [columns, ...others])
		figures.push(await over(one, (link) => againstPeer(one, link)));
	const plain = await over(columns, (link) =>
		againstPlain(columns, link, flights),
	);
	return [...figures, ...plain];
}

async function againstPeer(one: Case, link: Link): Promise<Figure> {
	const pageUrl = `${link.url}reader.html`;
	const ours = await inFreshTab(pageUrl, async (tab) => {
		await openOurs(tab, `${link.url}${one.lake}/`);
		await askOurs(tab, one.first(one.lake));
		await read();
		link.takeRequests();
		const times: number[] = [];
		for (let run = 0; run < RUNS; run += 1)
			times.push((await askOurs(tab, one.again(one.lake, run))).milliseconds);
		if (link.takeRequests() > 0)
			throw new Error(`${one.id}: not all was resident`);
		return median(times);
	});
	const peer = await inFreshTab(pageUrl, async (tab) => {
		await openPeer(tab, `${link.url}peer/`);
		const list = one.files.map((path) => `'${link.url}${path}'`).join(", ");
		const table = `read_parquet([${list}])`;
		await askPeer(tab, one.first(table));
		await read();
		const times: number[] = [];
		for (let run = 0; run < PEER_RUNS; run += 1)
			times.push((await askPeer(tab, one.again(table, run))).milliseconds);
		return median(times);
	});
	return {
		id: `reader.resident.${one.id}`,
		what: `What is resident, ${one.what}: the peer's time, two seconds after its first question, as a multiple of ours (${Math.round(ours)} ms)`,
		value: peer / ours,
		unit: "times",
		target: LEAST_OF_PEER,
		met: peer / ours >= LEAST_OF_PEER,
	};
}

async function againstPlain(
	one: Case,
	link: Link,
	flights: string,
): Promise<Figure[]> {
	const question = (run: number) => one.again("flights", run);
	const { ours, part, plain } = await inFreshTab(
		`${link.url}reader.html`,
		async (tab) => {
			await openOurs(tab, `${link.url}flights/`);
			await openPlain(
				tab,
				`${link.url}plain/`,
				"SELECT origin, delay FROM flights",
				"flights",
			);
			await read();
			const times: { ours: number[]; part: number[]; plain: number[] } = {
				ours: [],
				part: [],
				plain: [],
			};
			for (let run = 0; run < RUNS; run += 1) {
				const answer = await askOurs(tab, question(run));
				const floor = await askPlain(tab, question(run));
				if (answer.rows !== floor.rows)
					throw new Error(
						`run ${run}: we found ${answer.rows} rows, DuckDB-WASM ${floor.rows}`,
					);
				times.ours.push(answer.milliseconds);
				times.part.push(answer.milliseconds - answer.plan.stagesMs.run);
				times.plain.push(floor.milliseconds);
			}
			return {
				ours: median(times.ours),
				part: median(times.part),
				plain: median(times.plain),
			};
		},
	);
	const native = median(await nativeTimes(flights, question));
	const overhead = ours - plain;
	return [
		{
			id: "reader.resident.overhead",
			what: `What is resident, ${one.what}: our time less that of DuckDB-WASM as it stands over a table in memory`,
			value: overhead,
			unit: "ms",
			target: MOST_OVERHEAD_MILLISECONDS,
			met: overhead <= MOST_OVERHEAD_MILLISECONDS,
		},
		{
			id: "reader.resident.part",
			what: "The same: all of our time in which DuckDB does not run the question",
			value: part,
			unit: "ms",
			target: MOST_OVERHEAD_MILLISECONDS,
			met: part <= MOST_OVERHEAD_MILLISECONDS,
		},
		untargeted(
			"reader.resident.floor",
			"The same: our time as a multiple of plain DuckDB-WASM's",
			ours / plain,
			"times",
		),
		untargeted(
			"reader.resident.ceiling",
			"The same: our time as a multiple of native DuckDB's over a table in memory",
			ours / native,
			"times",
		),
	];
}

async function nativeTimes(
	flights: string,
	question: (run: number) => string,
): Promise<number[]> {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	try {
		await connection.run(
			`CREATE TABLE flights AS SELECT origin, delay FROM read_parquet(${literal(join(flights, "flights", "**", "*.parquet"))})`,
		);
		const times: number[] = [];
		for (let run = 0; run < RUNS; run += 1) {
			const started = performance.now();
			await connection.runAndReadAll(question(run));
			times.push(performance.now() - started);
		}
		return times;
	} finally {
		connection.closeSync();
		instance.closeSync();
	}
}
