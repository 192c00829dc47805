import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fetchSources } from "../../sources/fetch-sources.ts";
import { filesFolder } from "../../sources/files-folder.ts";
import { parseSources } from "../../sources/source-settings.ts";
import { peakBytes } from "../../steps/memory.ts";

export interface FetchQuestion {
	readonly url: string;
	readonly folder: string;
}

export interface FetchAnswer {
	readonly bytes: number;
	readonly storedBytes: number;
	readonly seconds: number;
	readonly peakBytes: number;
	readonly failure: string | null;
}

/** Fetches one address and says what it took. */
process.once("message", async ({ url, folder }: FetchQuestion) => {
	const sources = parseSources(
		[{ name: "large", into: "weather", url }],
		"sources",
		["weather"],
	);
	const started = performance.now();
	const [fetched] = await fetchSources(sources, folder);
	const seconds = (performance.now() - started) / 1000;
	const [file = ""] = fetched?.files ?? [];
	const { size } = await stat(join(filesFolder(folder), file));
	const answer: FetchAnswer = {
		bytes: fetched?.bytes ?? 0,
		storedBytes: size,
		seconds,
		peakBytes: peakBytes(),
		failure: fetched?.failure ?? null,
	};
	process.send?.(answer);
});
