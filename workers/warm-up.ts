import type { Database, Decoder } from "../src/lake/types.ts";

/** How often the sample is decoded and loaded: enough for the browser to compile what is hot. */
const ROUNDS = 3;
const TABLE = "warm_up";

/** Questions of the kinds that pages ask. */
const QUESTIONS = [
	`EXPLAIN (FORMAT json) SELECT name, avg(value) FROM ${TABLE} WHERE n > 5 GROUP BY 1`,
	`SELECT name, count(*), avg(value), max(n) FROM ${TABLE} WHERE ts < TIMESTAMP '2025-01-01' GROUP BY 1 ORDER BY 2 DESC LIMIT 5`,
	`SELECT * FROM ${TABLE} WHERE n < 500`,
];

/**
 * Runs a small Parquet file through decoders and engine. Browsers compile
 * WebAssembly when it is first called, and better once it is called often:
 * otherwise the first question would wait for that. Does nothing where the sample
 * cannot be had; what is broken shows by name in the first question.
 */
export async function warmDecoders(
	decoder: Decoder,
	decoders: number,
	sample: Promise<Uint8Array>,
): Promise<Uint8Array | null> {
	try {
		const bytes = await sample;
		const decode = () =>
			decoder.decode({
				fileBytes: bytes.length,
				ranges: [{ startByte: 0, bytes }],
				columns: ["ts", "n", "value", "name"],
				rowGroups: [0],
			});
		const decoded = await Promise.all(
			Array.from({ length: ROUNDS * decoders }, decode),
		);
		return decoded[0]?.[0] ?? null;
	} catch {
		return null;
	}
}

/** The same for a database that has just been opened; leaves it as it was. */
export async function warmDatabase(
	database: Database,
	ipc: Uint8Array | null,
): Promise<void> {
	if (ipc === null) return;
	const connection = await database.connect();
	try {
		for (let round = 0; round < ROUNDS; round += 1)
			await connection.insert(ipc.slice(), {
				schema: "main",
				table: TABLE,
				create: round === 0,
			});
		for (const question of QUESTIONS) await connection.run(question);
		await connection.query(`DROP TABLE ${TABLE}`);
	} finally {
		await connection.close();
	}
}
