import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { APIRoute, GetStaticPaths } from "astro";
import { makeTiles } from "../../../maps/basemap/basemap.ts";
import type { BasemapTile } from "../../../maps/basemap/basemap-format.ts";

export const getStaticPaths: GetStaticPaths = async () => {
	const { resolve } = createRequire(import.meta.url);
	const read = async (name: string) =>
		JSON.parse(await readFile(resolve(`world-atlas/${name}.json`), "utf8"));
	const tiles = makeTiles(await read("land-10m"), await read("countries-10m"));
	return [...tiles].map(([tile, shapes]) => ({
		params: { tile },
		props: { shapes },
	}));
};

export const GET: APIRoute<{ shapes: BasemapTile }> = ({ props }) =>
	Response.json(props.shapes);
