import {
	addProtocol,
	type Map as MapLibre,
	type StyleSpecification,
} from "maplibre-gl";
import { PMTiles, Protocol, TileType } from "pmtiles";
import {
	addPublisherLayers,
	layersOfArchive,
	layersOfStyle,
	type PublisherLayers,
} from "./publisher-layers.ts";
import type { MapColours } from "./style.ts";

let protocol: Protocol | null = null;

/**
 * Puts a publisher's basemap on a map, from a style or a PMTiles archive at an
 * absolute address. Resolves to what changes its colours with the theme; a style has
 * its own. Rejects where it cannot be had; the map is then as it was.
 */
export async function addPublisherBasemap(
	map: MapLibre,
	address: string,
	colours: MapColours,
): Promise<(colours: MapColours) => void> {
	if (protocol === null) {
		protocol = new Protocol();
		addProtocol("pmtiles", protocol.tile);
	}
	if (!new URL(address).pathname.endsWith(".pmtiles")) {
		addPublisherLayers(map, await readStyle(address));
		return () => {};
	}
	const kind = await kindOf(protocol, address);
	addPublisherLayers(map, layersOfArchive(address, kind, colours));
	return (changed) => {
		for (const { id, paint } of layersOfArchive(address, kind, changed).layers)
			for (const [property, value] of Object.entries(paint ?? {}))
				map.setPaintProperty(id, property as "fill-color", value as string);
	};
}

async function kindOf(
	protocol: Protocol,
	address: string,
): Promise<"raster" | "vector"> {
	const archive = new PMTiles(address);
	protocol.add(archive);
	const { tileType } = await archive.getHeader();
	return tileType === TileType.Mvt ? "vector" : "raster";
}

async function readStyle(address: string): Promise<PublisherLayers> {
	const response = await fetch(address);
	if (!response.ok) throw new Error(`${address} answered ${response.status}`);
	return layersOfStyle((await response.json()) as StyleSpecification, address);
}
