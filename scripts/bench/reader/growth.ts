import { type Figure, untargeted } from "../figure.ts";
import { startLink } from "../link.ts";
import {
	askOurs,
	inFreshTab,
	median,
	openAndPrice,
	openOurs,
	startOurs,
} from "./tabs.ts";

const RUNS = 3;
const MOST_BYTES = 1.1;
const MOST_TIME = 1.2;
const MOST_OPENING = 1.5;

const WINDOW =
	"SELECT meter, count(*) AS n, avg(kwh) AS mean FROM meters WHERE meter BETWEEN 50 AND 59 GROUP BY 1";

/** What a lake ten or a hundred times as long costs those who ask for the same. */
export async function benchGrowth(
	folders: Readonly<Record<string, string>>,
): Promise<Figure[]> {
	const link = await startLink({
		folders,
		slow: ["/meters/", "/meters-short/", "/many/", "/few/"],
		latencyMilliseconds: 50,
		bytesPerSecond: 50e6 / 8,
		isolates: true,
	});
	const pageUrl = `${link.url}reader.html`;
	const ask = (lake: string) =>
		inFreshTab(pageUrl, async (tab) => {
			await openOurs(tab, `${link.url}${lake}/`);
			link.takeBytes();
			const { milliseconds } = await askOurs(tab, WINDOW);
			return { milliseconds, bytes: link.takeBytes() };
		});
	const open = (lake: string) =>
		inFreshTab(pageUrl, async (tab) => {
			// The engine itself is fetched and compiled before, with another lake.
			await startOurs(tab, `${link.url}flights/`);
			link.takeBytes();
			const milliseconds = await openAndPrice(
				tab,
				`${link.url}${lake}/`,
				"SELECT avg(kwh) FROM meters WHERE meter = 700",
			);
			return { milliseconds, bytes: link.takeBytes() };
		});
	try {
		const [short, long] = await inTurns(ask, "meters-short", "meters");
		const [few, many] = await inTurns(open, "few", "many");
		const target = (
			id: string,
			what: string,
			value: number,
			most: number,
		): Figure => ({
			id: `reader.growth.${id}`,
			what,
			value,
			unit: "times",
			target: most,
			met: value <= most,
		});
		return [
			target(
				"bytes",
				"The same window in a lake ten times as long: bytes over the link, manifest included",
				long.bytes / short.bytes,
				MOST_BYTES,
			),
			target(
				"time",
				"The same window in a lake ten times as long: time",
				long.milliseconds / short.milliseconds,
				MOST_TIME,
			),
			target(
				"opening",
				"A lake of 100,000 row groups against one of 1,000: from catalog to first plan",
				many.milliseconds / few.milliseconds,
				MOST_OPENING,
			),
			untargeted(
				"reader.growth.opening.bytes",
				"Bytes that opening and planning take with 100,000 row groups",
				many.bytes,
				"B",
			),
		];
	} finally {
		await link.close();
	}
}

interface Measured {
	readonly milliseconds: number;
	readonly bytes: number;
}

/** Medians of two lakes, measured one after the other each time: the machine may do more else later on. */
async function inTurns(
	measure: (lake: string) => Promise<Measured>,
	smaller: string,
	larger: string,
): Promise<[smaller: Measured, larger: Measured]> {
	const runs: (readonly [Measured, Measured])[] = [];
	for (let run = 0; run < RUNS; run += 1)
		runs.push([await measure(smaller), await measure(larger)]);
	const middle = (measured: readonly Measured[]) => ({
		milliseconds: median(measured.map((one) => one.milliseconds)),
		bytes: median(measured.map((one) => one.bytes)),
	});
	return [middle(runs.map(([one]) => one)), middle(runs.map(([, two]) => two))];
}
