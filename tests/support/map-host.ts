import { mercatorX, mercatorY } from "../../src/lib/geo/mercator.ts";
import {
	pmtilesArchive,
	TILE_EXTENT,
	type TileLayer,
	vectorTile,
} from "./basemap-archive.ts";
import { type LocalServer, startServer } from "./local-server.ts";

/** About the middle of a tile of the archive's nearest zoom, which has no neighbours. */
export const MAPPED_PLACE = [47.7244, 9.36] as const satisfies [
	latitude: number,
	longitude: number,
];
const TILE_ZOOM = 12;

/** What the style fills its tiles with, red, green and blue. */
export const STYLE_COLOUR = "18,52,86";

/** A host of maps that can be in trouble. */
export interface MapHost {
	readonly server: LocalServer;
	/** Addresses of an archive and of a style. */
	readonly archive: string;
	readonly style: string;
	/** Statuses given so far. */
	readonly answers: number[];
	/** Which tiles or fonts are not there, or whether it is up at all. */
	mode: "well" | "missing" | "empty" | "fontless" | "down";
}

/** Starts it on a free port. */
export async function startMapHost(): Promise<MapHost> {
	const tile = vectorTile(TILE_LAYERS);
	const archive = pmtilesArchive(
		Array.from({ length: TILE_ZOOM + 1 }, (_, zoom) => ({
			at: [
				zoom,
				Math.floor(mercatorX(MAPPED_PLACE[1]) * 2 ** zoom),
				Math.floor(mercatorY(MAPPED_PLACE[0]) * 2 ** zoom),
			] as const,
			tile,
		})),
	);
	const server = await startServer(({ path, headers }, response) => {
		if (host.mode === "down") {
			response.socket?.destroy();
			return;
		}
		const isTile = /^\/styles\/tiles\//.test(path);
		const { status, type, body } =
			path === "/valley.pmtiles"
				? { status: 206, type: "application/vnd.pmtiles", body: archive }
				: path === "/styles/quiet.json"
					? { status: 200, type: "application/json", body: STYLE }
					: isTile && ["well", "fontless"].includes(host.mode)
						? {
								status: 200,
								type: "application/x-protobuf",
								body: tile,
							}
						: {
								status: statusOfNothing(isTile, host.mode),
								type: "text/plain",
								body: "",
							};
		host.answers.push(status);
		const [, from = "0", to = ""] =
			/^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
		const part =
			status === 206 ? body.slice(Number(from), Number(to) + 1) : body;
		response.writeHead(status, {
			"Access-Control-Allow-Origin": "*",
			"Access-Control-Expose-Headers": "Content-Length, ETag",
			"Cache-Control": "no-store",
			"Content-Type": type,
			...(status === 206
				? {
						"Content-Range": `bytes ${from}-${Number(from) + part.length - 1}/${body.length}`,
						ETag: '"one"',
					}
				: {}),
		});
		response.end(part);
	});
	const host: MapHost = {
		server,
		archive: `${server.url}/valley.pmtiles`,
		style: `${server.url}/styles/quiet.json`,
		answers: [],
		mode: "well",
	};
	return host;
}

const WHOLE = [
	[0, 0],
	[TILE_EXTENT, 0],
	[TILE_EXTENT, TILE_EXTENT],
	[0, TILE_EXTENT],
] as const;

/** By the names that Protomaps gives layers: water all over the tile. */
const TILE_LAYERS: readonly TileLayer[] = [
	{ name: "earth", kind: "polygon", points: WHOLE },
	{ name: "water", kind: "polygon", points: WHOLE },
	{
		name: "roads",
		kind: "line",
		points: [
			[0, 100],
			[TILE_EXTENT, 100],
		],
	},
	{
		name: "places",
		kind: "point",
		points: [[600, 600]],
		properties: { name: "Lakeville" },
	},
];

/** Its icon is nowhere. */
const STYLE = JSON.stringify({
	version: 8,
	glyphs: "fonts/{fontstack}/{range}.pbf",
	sources: {
		own: { type: "vector", tiles: ["tiles/{z}/{x}/{y}.pbf"], maxzoom: 18 },
	},
	layers: [
		{ id: "ground", type: "background", paint: { "background-color": "red" } },
		{
			id: "water",
			type: "fill",
			source: "own",
			"source-layer": "water",
			paint: { "fill-color": "#123456" },
		},
		{
			id: "icons",
			type: "symbol",
			source: "own",
			"source-layer": "places",
			layout: { "icon-image": "nowhere", "text-field": ["get", "name"] },
		},
	],
});

function statusOfNothing(isTile: boolean, mode: MapHost["mode"]): number {
	if (isTile) return mode === "empty" ? 204 : 404;
	return mode === "fontless" ? 404 : 204;
}
