import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import {
	type BasemapTile,
	type Position,
	TILE_OVERLAP,
	TILE_UNITS_PER_DEGREE,
	TILE_ZOOM,
	type TilePlace,
	tileBox,
	tileName,
	tilesIn,
	unpackLine,
} from "./basemap-format.ts";

/** Tiles that stay in the page, the last looked at. */
const MAX_TILES = 40;

/** Land and borders in degrees. */
export interface Shapes {
	readonly land: readonly (readonly (readonly Position[])[])[];
	readonly borders: readonly (readonly Position[])[];
}

/**
 * Puts finer land and borders over the coarse ones where a near map looks, tile by
 * tile as `read` gives them. A tile that does not come leaves the coarse shapes, and
 * is asked for again when the map has moved. It ends with the map.
 */
export class FineBasemap {
	readonly #map: MapLibre;
	readonly #read: (name: string) => Promise<BasemapTile>;
	/** Least recently looked at first. */
	readonly #tiles = new Map<string, { place: TilePlace; shapes: Shapes }>();
	readonly #reading = new Set<string>();

	constructor(map: MapLibre, read: (name: string) => Promise<BasemapTile>) {
		this.#map = map;
		this.#read = read;
		map.on("moveend", () => this.#look());
		this.#look();
	}

	/** The fine shapes that the map shows; null where it shows coarse ones. */
	shapes(): Shapes | null {
		const places = this.#places();
		const shown = places.map((place) => this.#tiles.get(tileName(place)));
		if (shown.length === 0) return null;
		const land: Shapes["land"][number][] = [];
		const borders: Shapes["borders"][number][] = [];
		for (const tile of shown) {
			if (tile === undefined) return null;
			land.push(...tile.shapes.land);
			borders.push(...tile.shapes.borders);
		}
		return { land, borders };
	}

	#places(): TilePlace[] {
		if (this.#map.getZoom() < TILE_ZOOM) return [];
		const bounds = this.#map.getBounds();
		return tilesIn({
			west: bounds.getWest(),
			south: bounds.getSouth(),
			east: bounds.getEast(),
			north: bounds.getNorth(),
		});
	}

	#look(): void {
		for (const place of this.#places()) {
			const name = tileName(place);
			const tile = this.#tiles.get(name);
			if (tile !== undefined) {
				this.#tiles.delete(name);
				this.#tiles.set(name, tile);
			} else if (!this.#reading.has(name)) void this.#fetch(name, place);
		}
	}

	async #fetch(name: string, place: TilePlace): Promise<void> {
		this.#reading.add(name);
		try {
			const { land, borders } = await this.#read(name);
			const unpack = (line: readonly number[]) =>
				unpackLine(line, TILE_UNITS_PER_DEGREE);
			const shapes = {
				land: land.map((rings) => rings.map(unpack)),
				borders: borders.map(unpack),
			};
			this.#tiles.set(name, { place, shapes });
			for (const oldest of this.#tiles.keys()) {
				if (this.#tiles.size <= MAX_TILES) break;
				this.#tiles.delete(oldest);
			}
			this.#draw();
		} catch {
			// Offline, or a host in trouble: the coarse shapes are there.
		} finally {
			this.#reading.delete(name);
		}
	}

	#draw(): void {
		const tiles = [...this.#tiles.values()];
		const set = (source: string, geometry: GeoJSON.Geometry) =>
			this.#map.getSource<GeoJSONSource>(source)?.setData(geometry);
		set("fine-water", {
			type: "MultiPolygon",
			coordinates: tiles.map(({ place }) => [boxRing(place)]),
		});
		set("fine-land", {
			type: "MultiPolygon",
			coordinates: tiles.flatMap(({ shapes }) => asArrays(shapes.land)),
		});
		set("fine-borders", {
			type: "MultiLineString",
			coordinates: tiles.flatMap(({ shapes }) => asArrays(shapes.borders)),
		});
	}
}

function boxRing(place: TilePlace): Position[] {
	const box = tileBox(place);
	const west = box.west - TILE_OVERLAP;
	const east = box.east + TILE_OVERLAP;
	const north = Math.min(90, box.north + TILE_OVERLAP);
	const south = Math.max(-90, box.south - TILE_OVERLAP);
	return [
		[west, south],
		[east, south],
		[east, north],
		[west, north],
		[west, south],
	];
}

/** MapLibre's types want what may be written to; nothing writes. */
function asArrays<T>(values: readonly T[]): MutableArrays<T>[] {
	return values as MutableArrays<T>[];
}

type MutableArrays<T> = T extends Position
	? Position
	: T extends readonly (infer Item)[]
		? MutableArrays<Item>[]
		: T;
