import type {
	LayerSpecification,
	Map as MapLibre,
	SourceSpecification,
	StyleSpecification,
} from "maplibre-gl";
import type { MapColours } from "../style.ts";

/** Before the names of what the publisher adds, so that none of ours is taken. */
const PREFIX = "publisher-";

/** Our own layer that names countries; the first above the publisher's. */
const ABOVE = "labels";

/** Of what the publisher adds, what the map has to be given, in order. */
export interface PublisherLayers {
	readonly sources: Readonly<Record<string, SourceSpecification>>;
	readonly layers: readonly LayerSpecification[];
	/** Null where texts are drawn by the browser's own fonts. */
	readonly glyphs: string | null;
	readonly sprite: StyleSpecification["sprite"] | null;
}

/**
 * A MapLibre style as layers between our land and the rides. Its background is left
 * out, so that land and borders stay where its tiles do not come. `styleUrl` is what
 * its addresses are relative to.
 */
export function layersOfStyle(
	style: StyleSpecification,
	styleUrl: string,
): PublisherLayers {
	const sources: Record<string, SourceSpecification> = {};
	for (const [name, source] of Object.entries(style.sources))
		sources[PREFIX + name] = absoluteSource(source, styleUrl);
	const layers: LayerSpecification[] = [];
	for (const layer of style.layers) {
		if (layer.type === "background") continue;
		const id = PREFIX + layer.id;
		layers.push(
			"source" in layer && typeof layer.source === "string"
				? ({
						...layer,
						id,
						source: PREFIX + layer.source,
					} as LayerSpecification)
				: { ...layer, id },
		);
	}
	const { glyphs, sprite } = style;
	return {
		sources,
		layers,
		glyphs: glyphs === undefined ? null : absolute(glyphs, styleUrl),
		sprite:
			sprite === undefined
				? null
				: typeof sprite === "string"
					? absolute(sprite, styleUrl)
					: sprite.map(({ id, url }) => ({ id, url: absolute(url, styleUrl) })),
	};
}

/** Pictures of a PMTiles archive, or its shapes by the names that Protomaps gives layers, in our own colours. */
export function layersOfArchive(
	archiveUrl: string,
	kind: "raster" | "vector",
	{ water, border, label, land }: MapColours,
): PublisherLayers {
	const source = `${PREFIX}archive`;
	const url = `pmtiles://${archiveUrl}`;
	const plain = { glyphs: null, sprite: null };
	if (kind === "raster")
		return {
			...plain,
			sources: { [source]: { type: "raster", url, tileSize: 256 } },
			layers: [{ id: `${PREFIX}pictures`, type: "raster", source }],
		};
	const named = (name: string) => ({
		id: PREFIX + name,
		source,
		"source-layer": name,
	});
	return {
		...plain,
		sources: { [source]: { type: "vector", url } },
		layers: [
			{ ...named("earth"), type: "fill", paint: { "fill-color": land } },
			{
				...named("water"),
				type: "fill",
				filter: ["==", ["geometry-type"], "Polygon"],
				paint: { "fill-color": water },
			},
			{
				...named("roads"),
				type: "line",
				paint: {
					"line-color": border,
					"line-opacity": 0.6,
					"line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.4, 16, 3],
				},
			},
			{
				...named("boundaries"),
				type: "line",
				paint: { "line-color": border, "line-dasharray": [3, 2] },
			},
			{
				...named("places"),
				type: "symbol",
				layout: {
					"text-field": ["coalesce", ["get", "name:en"], ["get", "name"], ""],
					"text-font": ["sans-serif"],
					"text-size": 12,
				},
				paint: {
					"text-color": label,
					"text-halo-color": land,
					"text-halo-width": 1.5,
				},
			},
		],
	};
}

/** Puts the publisher's layers on the map, above our land and below our names. */
export function addPublisherLayers(
	map: MapLibre,
	added: PublisherLayers,
): void {
	// Our own names need none, and no server of glyphs knows their font.
	if (added.glyphs !== null) {
		map.setLayoutProperty(ABOVE, "visibility", "none");
		map.setGlyphs(added.glyphs);
	}
	if (typeof added.sprite === "string") map.setSprite(added.sprite);
	else for (const { id, url } of added.sprite ?? []) map.addSprite(id, url);
	for (const [name, source] of Object.entries(added.sources))
		map.addSource(name, source);
	for (const layer of added.layers) map.addLayer(layer, ABOVE);
}

/** Takes off the map what {@link addPublisherLayers} put there. */
export function removePublisherLayers(
	map: MapLibre,
	added: PublisherLayers,
): void {
	for (const { id } of added.layers)
		if (map.getLayer(id) !== undefined) map.removeLayer(id);
	for (const name of Object.keys(added.sources))
		if (map.getSource(name) !== undefined) map.removeSource(name);
	if (typeof added.sprite === "string") map.setSprite(null);
	else for (const { id } of added.sprite ?? []) map.removeSprite(id);
	if (added.glyphs !== null) {
		map.setGlyphs(null);
		map.setLayoutProperty(ABOVE, "visibility", "visible");
	}
}

function absoluteSource(
	source: SourceSpecification,
	base: string,
): SourceSpecification {
	const changed: Record<string, unknown> = { ...source };
	if (typeof changed.url === "string")
		changed.url = absolute(changed.url, base);
	if (typeof changed.data === "string")
		changed.data = absolute(changed.data, base);
	if (Array.isArray(changed.tiles))
		changed.tiles = changed.tiles.map((tile) => absolute(String(tile), base));
	return changed as unknown as SourceSpecification;
}

/** An absolute address, in which `{z}` and its like stay as they are. */
function absolute(address: string, base: string): string {
	if (address.startsWith("pmtiles://"))
		return `pmtiles://${absolute(address.slice("pmtiles://".length), base)}`;
	return new URL(address, base).href
		.replaceAll("%7B", "{")
		.replaceAll("%7D", "}");
}
