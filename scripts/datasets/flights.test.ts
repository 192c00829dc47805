import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildInMemory } from "../../tests/support/in-memory-build.ts";
import { flights } from "./flights.ts";

const packageFile = createRequire(import.meta.url).resolve("vega-datasets");

test("flights are taken as they are published, in an order without ties", async () => {
	const absolutePath = join(packageFile, "../../data/flights-3m.parquet");
	const lake = await buildInMemory(flights, [
		{
			path: "flights/flights-3m.parquet",
			absolutePath,
			bytes: (await stat(absolutePath)).size,
			index: 0,
		},
	]);
	const content =
		"count(*)::INTEGER AS rows, sum(hash(date, delay, distance, origin, destination)) AS hashes";
	expect(await lake.query(`SELECT ${content} FROM flights`)).toEqual(
		await lake.query(`SELECT ${content} FROM read_parquet('${absolutePath}')`),
	);
	expect(
		await lake.query(`
			SELECT count(*)::INTEGER AS rows, count(*) FILTER (WHERE key < before)::INTEGER AS inversions
			FROM (
				SELECT (date, origin, destination, delay, distance) AS key,
					lag(key) OVER (ORDER BY rowid) AS before
				FROM flights
				WHERE date < TIMESTAMP '2001-02-01'
			)`),
	).toEqual([{ rows: 508_239, inversions: 0 }]);
	lake.close();
});
