import {
	AJAXError,
	addProtocol,
	type Map as MapLibre,
	type RequestParameters,
	type StyleSpecification,
} from "maplibre-gl";
import { PMTiles, Protocol, TileType } from "pmtiles";
import type { MapColours } from "../style.ts";
import {
	BasemapRequestError,
	BasemapRequests,
	type BasemapTrouble,
	isWithoutFonts,
} from "./basemap-requests.ts";
import { GuardedSource } from "./guarded-source.ts";
import {
	addPublisherLayers,
	layersOfArchive,
	layersOfStyle,
	type PublisherLayers,
	removePublisherLayers,
} from "./publisher-layers.ts";

/** The protocol by which MapLibre asks us instead of hosts: `basemap://tile/https://…`. */
const PROTOCOL = "basemap";

/**
 * A publisher's basemap on a map, from a style or a PMTiles archive at an absolute
 * address. What does not come leaves our own land and borders. It ends with the map.
 */
export class PublisherBasemap {
	readonly #map: MapLibre;
	readonly #address: string;
	readonly #requests: BasemapRequests;
	readonly #archives = new Protocol();
	#colours: MapColours;
	/** What was added to the map; null until it is there. */
	#added: PublisherLayers | null = null;
	/** Of a PMTiles archive. */
	#kind: "raster" | "vector" | null = null;
	#adding: Promise<void> | null = null;

	/** `onTrouble` is told when something does not come, and with null when it may be there again. */
	constructor(
		map: MapLibre,
		address: string,
		colours: MapColours,
		onTrouble: (trouble: BasemapTrouble | null) => void,
	) {
		this.#map = map;
		this.#address = address;
		this.#colours = colours;
		this.#requests = new BasemapRequests((trouble) => {
			onTrouble(trouble);
			if (trouble === null) this.#refresh();
		});
		addProtocol("pmtiles", this.#archives.tile);
		addProtocol(PROTOCOL, (request, { signal }) => this.#ask(request, signal));
		map.setTransformRequest((url, type) =>
			/^https?:/.test(url)
				? { url: `${PROTOCOL}://${type?.toLowerCase()}/${url}` }
				: { url },
		);
		// An icon that is not there is no reason for a warning.
		map.setMissingStyleImageResolver((id) => {
			map.addImage(id, { width: 1, height: 1, data: new Uint8Array(4) });
		});
		// With a listener, the map's faults do not go to the console.
		map.on("error", () => this.#requests.failed());
		void this.#add();
	}

	/** For another theme; a style has colours of its own. */
	recolour(colours: MapColours): void {
		this.#colours = colours;
		if (this.#kind === null || this.#added === null) return;
		const { layers } = layersOfArchive(this.#address, this.#kind, colours);
		for (const { id, paint } of layers)
			for (const [property, value] of Object.entries(paint ?? {}))
				this.#map.setPaintProperty(
					id,
					property as "fill-color",
					value as string,
				);
	}

	/** Asks once more for what did not come. */
	retry(): void {
		this.#requests.forgive();
	}

	/** Once at a time; that the basemap did not come is told as trouble. */
	async #add(): Promise<void> {
		this.#adding ??= this.#addNow().catch(() => this.#requests.failed());
		await this.#adding;
		this.#adding = null;
	}

	async #addNow(): Promise<void> {
		const added = new URL(this.#address).pathname.endsWith(".pmtiles")
			? await this.#readArchive()
			: await this.#readStyle();
		addPublisherLayers(this.#map, added);
		this.#added = added;
	}

	async #readArchive(): Promise<PublisherLayers> {
		const { tileType } = await this.#openArchive(this.#address).getHeader();
		this.#kind = tileType === TileType.Mvt ? "vector" : "raster";
		return layersOfArchive(this.#address, this.#kind, this.#colours);
	}

	async #readStyle(): Promise<PublisherLayers> {
		const response = await this.#requests.fetch(this.#address);
		const style = (await response.json()) as StyleSpecification;
		const added = layersOfStyle(style, this.#address);
		for (const source of Object.values(added.sources))
			if ("url" in source && source.url?.startsWith("pmtiles://"))
				this.#openArchive(source.url.slice("pmtiles://".length));
		return added;
	}

	/** A new one each time: an archive that could not be opened stays so. */
	#openArchive(address: string): PMTiles {
		const archive = new PMTiles(new GuardedSource(address, this.#requests));
		this.#archives.add(archive);
		return archive;
	}

	/** From the start: of what failed, nothing is asked for twice by itself. */
	#refresh(): void {
		if (this.#added !== null) removePublisherLayers(this.#map, this.#added);
		this.#added = null;
		void this.#add();
	}

	async #ask(
		{ url, type }: RequestParameters,
		signal: AbortSignal,
	): Promise<{ data: object }> {
		const [, what = "", address = ""] =
			/^basemap:\/\/(\w+)\/(.*)$/.exec(url) ?? [];
		try {
			const response = await this.#requests.fetch(address, signal);
			return {
				data:
					type === "json"
						? await response.json()
						: await response.arrayBuffer(),
			};
		} catch (error) {
			if (what === "glyphs") {
				// Names are then drawn by the browser's own fonts.
				if (isWithoutFonts(address, error)) this.#map.setGlyphs(null);
				return { data: new ArrayBuffer(0) };
			}
			// What MapLibre's workers can be told: a tile that is not there is no fault.
			if (error instanceof BasemapRequestError)
				throw new AJAXError(error.status, error.message, address, new Blob());
			throw error;
		}
	}
}
