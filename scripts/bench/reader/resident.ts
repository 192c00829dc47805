import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { literal } from "../../storage/sql-text.ts";
import { type Figure, untargeted } from "../figure.ts";
import { startLink } from "../link.ts";
import {
	askOurs,
	askPeer,
	askPlain,
	inFreshTab,
	median,
	openOurs,
	openPeer,
	openPlain,
} from "./tabs.ts";

const LEAST_OF_PEER = 10;
const MOST_OVERHEAD_MILLISECONDS = 10;
const RUNS = 15;
const PEER_RUNS = 3;

/** Another question of the same columns each time, so that no answer is remembered. */
function question(table: string, run: number): string {
	return `SELECT origin, count(*) AS n, max(delay) AS latest FROM ${table} WHERE delay > ${run} GROUP BY 1`;
}

/**
 * Questions about what is resident: against the peer, against DuckDB-WASM as it
 * stands over a table in memory (the floor), and against native DuckDB (the ceiling).
 */
export async function benchResident(
	folders: Readonly<Record<string, string>>,
	flights: string,
): Promise<Figure[]> {
	const link = await startLink({
		folders,
		slow: ["/flights/", "/original/"],
		latencyMilliseconds: 50,
		bytesPerSecond: 50e6 / 8,
	});
	const pageUrl = `${link.url}reader.html`;
	try {
		const { ours, plain, bytes } = await inFreshTab(pageUrl, async (tab) => {
			await openOurs(tab, `${link.url}flights/`);
			await openPlain(
				tab,
				`${link.url}plain/`,
				"SELECT origin, delay FROM flights",
				"flights",
			);
			const times: { ours: number[]; plain: number[]; bytes: number } = {
				ours: [],
				plain: [],
				bytes: 0,
			};
			for (let run = 0; run < RUNS; run += 1) {
				const answer = await askOurs(tab, question("flights", run));
				const floor = await askPlain(tab, question("flights", run));
				if (answer.rows !== floor.rows)
					throw new Error(
						`run ${run}: we found ${answer.rows} rows, DuckDB-WASM ${floor.rows}`,
					);
				times.ours.push(answer.milliseconds);
				times.plain.push(floor.milliseconds);
				times.bytes += answer.plan.actual.bytes;
			}
			return times;
		});
		const peer = await inFreshTab(pageUrl, async (tab) => {
			await openPeer(tab, `${link.url}peer/`);
			const table = `read_parquet('${link.url}original/flights-3m.parquet')`;
			await askPeer(tab, question(table, RUNS));
			const times: number[] = [];
			for (let run = 0; run < PEER_RUNS; run += 1)
				times.push((await askPeer(tab, question(table, run))).milliseconds);
			return times;
		});
		const native = await nativeTimes(flights);
		const our = median(ours);
		const ofPeer = median(peer) / our;
		const overhead = our - median(plain);
		return [
			{
				id: "reader.resident.peer",
				what: "Another literal over two resident columns of 3,000,000 flights: the peer's time, its first question asked before, as a multiple of ours",
				value: ofPeer,
				unit: "times",
				target: LEAST_OF_PEER,
				met: ofPeer >= LEAST_OF_PEER,
			},
			{
				id: "reader.resident.overhead",
				what: "The same: our time less that of DuckDB-WASM as it stands over a table in memory",
				value: overhead,
				unit: "ms",
				target: MOST_OVERHEAD_MILLISECONDS,
				met: overhead <= MOST_OVERHEAD_MILLISECONDS,
			},
			untargeted(
				"reader.resident.floor",
				"The same: our time as a multiple of plain DuckDB-WASM's",
				our / median(plain),
				"times",
			),
			untargeted(
				"reader.resident.ceiling",
				"The same: our time as a multiple of native DuckDB's over a table in memory",
				our / median(native),
				"times",
			),
			untargeted("reader.resident.milliseconds", "Our time", our, "ms"),
			untargeted(
				"reader.resident.bytes",
				"Bytes fetched for all those questions",
				bytes,
				"B",
			),
		];
	} finally {
		await link.close();
	}
}

async function nativeTimes(flights: string): Promise<number[]> {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	try {
		await connection.run(
			`CREATE TABLE flights AS SELECT origin, delay FROM read_parquet(${literal(join(flights, "flights", "**", "*.parquet"))})`,
		);
		const times: number[] = [];
		for (let run = 0; run < RUNS; run += 1) {
			const started = performance.now();
			await connection.runAndReadAll(question("flights", run));
			times.push(performance.now() - started);
		}
		return times;
	} finally {
		connection.closeSync();
		instance.closeSync();
	}
}
