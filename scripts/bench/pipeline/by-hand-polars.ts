import { stat } from "node:fs/promises";
import { join } from "node:path";
import { peakBytes } from "../../steps/memory.ts";

/** The part of nodejs-polars that is used here. */
interface Polars {
	scanParquet(path: string): {
		sort(columns: readonly string[]): {
			/** Writes once it is collected. */
			sinkParquet(
				path: string,
				options: object,
			): { collect(): Promise<unknown> };
		};
	};
}

const [input = "", out = ""] = process.argv.slice(2);

async function run(): Promise<{ seconds: number; peak: number } | null> {
	// Not among the packages of the project: it is large, and nothing else uses it.
	const name = "nodejs-polars";
	let polars: Polars;
	try {
		polars = ((await import(name)) as { default: Polars }).default;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND")
			throw error;
		return null;
	}
	const started = performance.now();
	const sorted = join(out, "sorted.parquet");
	await polars
		.scanParquet(join(input, "*.parquet"))
		.sort(["date", "origin", "destination", "delay", "distance"])
		.sinkParquet(sorted, { compression: "zstd" })
		.collect();
	const seconds = (performance.now() - started) / 1000;
	if ((await stat(sorted)).size === 0) throw new Error("it wrote nothing");
	return { seconds, peak: peakBytes() };
}

console.log(JSON.stringify(await run()));
