import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { APIRoute } from "astro";
import { makeBasemap } from "../../maps/basemap/basemap.ts";

export const GET: APIRoute = async () => {
	const { resolve } = createRequire(import.meta.url);
	const read = async (name: string) =>
		JSON.parse(await readFile(resolve(`world-atlas/${name}.json`), "utf8"));
	return Response.json(
		makeBasemap(await read("land-50m"), await read("countries-50m")),
	);
};
