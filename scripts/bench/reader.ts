import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildPage } from "./build-page.ts";
import type { Figure } from "./figure.ts";
import { benchGrowth } from "./reader/growth.ts";
import {
	buildFlights,
	buildMeters,
	originalFlights,
	writeManyRowGroups,
} from "./reader/lakes.ts";
import { benchLinks } from "./reader/links.ts";
import { benchResident } from "./reader/resident.ts";

const METERS = 2000;

/** The reader in Chromium: over slow links, over what is resident, and in lakes that grow. */
export async function bench(): Promise<Figure[]> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-reader-"));
	try {
		await buildFlights(folder);
		const meterFiles = await buildMeters(join(folder, "meters"), METERS);
		await buildMeters(join(folder, "meters-short"), METERS / 10);
		await writeManyRowGroups(join(folder, "few"), 1000);
		await writeManyRowGroups(join(folder, "many"), 100_000);
		await buildPage(
			new URL("pages/reader.html", import.meta.url),
			join(folder, "page"),
		);
		const { resolve } = createRequire(import.meta.url);
		const folders = {
			"/flights/": join(folder, "flights"),
			"/meters/": join(folder, "meters"),
			"/meters-short/": join(folder, "meters-short"),
			"/few/": join(folder, "few"),
			"/many/": join(folder, "many"),
			"/original/": dirname(originalFlights()),
			"/peer/": dirname(resolve("duckdb-wasm-peer/dist/duckdb-eh.wasm")),
			"/plain/": dirname(resolve("@duckdb/duckdb-wasm/dist/duckdb-eh.wasm")),
			"/": join(folder, "page"),
		};
		return [
			...(await benchLinks(folders, meterFiles)),
			...(await benchResident(folders, join(folder, "flights"), meterFiles)),
			...(await benchGrowth(folders)),
		];
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
