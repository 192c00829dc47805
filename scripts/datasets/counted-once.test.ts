import { expect, test } from "vitest";
import { column } from "../../src/lib/catalog/tables.ts";
import { randomFrom } from "../../src/lib/random.ts";
import { buildFrom } from "../../tests/support/in-memory-build.ts";
import { shuffled } from "../../tests/support/shuffled.ts";
import { csv } from "../formats/declared/csv.ts";
import { balanceOfCopies, countedOnce } from "./counted-once.ts";
import type { DatasetDefinition } from "./dataset.ts";

const COPIES = {
	noun: "ticks",
	columns: ["day", "price"],
	key: ["day"],
	winner: "version DESC",
	path: "file",
};

const ticks: DatasetDefinition = {
	...{ name: "ticks", folder: "ticks", title: "Ticks", source: "Ours" },
	...{ licence: "None", description: "Prices." },
	...csv({
		table: "lines",
		header: true,
		columns: { day: "INTEGER", price: "DOUBLE", version: "INTEGER" },
		path: "file",
	}),
	balance: balanceOfCopies(COPIES),
	tables: [
		{
			name: "ticks",
			contract: {
				...{ name: "ticks", dataset: "ticks", description: "A price." },
				...{ partitionKeys: [], sortKeys: ["day"] },
				columns: [
					column("day", "INTEGER", "Day"),
					column("price", "DOUBLE", "Price"),
				],
			},
			rows: "FROM lines",
			buckets: ["day // 100"],
			...countedOnce(COPIES),
			orderBy: "day",
			rowGroupSize: 51200,
		},
	],
	rollups: [],
};

test("of rows that share a key the winner counts, whatever the order, and what differs is rejected with its file", async () => {
	const random = randomFrom(11);
	const below = (count: number) => Math.floor(random() * count);
	const contents: Record<string, string> = {};
	const versions = new Map<number, Map<number, Set<number>>>();
	let rows = 0;
	for (let file = 0; file < 6; file++) {
		const lines = Array.from({ length: 40 }, () => {
			const [day, version, price] = [below(60), below(4), below(2)];
			const own = versions.get(day) ?? new Map<number, Set<number>>();
			own.set(version, (own.get(version) ?? new Set()).add(price));
			versions.set(day, own);
			rows += 1;
			return `${day},${price},${version}`;
		});
		contents[`ticks/${file}.csv`] = `day,price,version\n${lines.join("\n")}\n`;
	}
	const lakes = [];
	for (let round = 0; round < 3; round++) {
		const lake = await buildFrom(ticks, contents, (files) =>
			shuffled(files, random),
		);
		const found = await lake.query("FROM ticks ORDER BY day");
		lake.close();
		expect(found.map(({ day }) => day)).toEqual(
			[...versions.keys()].sort((one, other) => one - other),
		);
		for (const { day, price } of found) {
			const own = versions.get(Number(day)) ?? new Map();
			expect([...own.get(Math.max(...own.keys()))]).toContain(price);
		}
		const {
			"ticks kept": kept = 0,
			"duplicate ticks": duplicates = 0,
			"replaced ticks": replaced = 0,
		} = lake.counts;
		expect(kept + duplicates + replaced).toBe(rows);
		expect(duplicates).toBeGreaterThan(0);
		expect(lake.rejects.length).toBe(replaced);
		for (const { reason } of lake.rejects)
			expect(reason).toMatch(
				/^another of the ticks with the same day counts, of ticks\/\d\.csv$/,
			);
		lakes.push([
			found,
			lake.rejects.map((reject) => JSON.stringify(reject)).sort(),
		]);
	}
	for (const lake of lakes) expect(lake).toEqual(lakes[0]);
});
