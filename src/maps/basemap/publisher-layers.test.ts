import type { StyleSpecification } from "maplibre-gl";
import { expect, test } from "vitest";
import { layersOfArchive, layersOfStyle } from "./publisher-layers.ts";

const style: StyleSpecification = {
	version: 8,
	glyphs: "../fonts/{fontstack}/{range}.pbf",
	sprite: "sprites/quiet",
	sources: {
		streets: { type: "vector", tiles: ["tiles/{z}/{x}/{y}.pbf"] },
		labels: { type: "vector", url: "pmtiles://labels.pmtiles" },
	},
	layers: [
		{ id: "ground", type: "background", paint: { "background-color": "#000" } },
		{ id: "labels", type: "line", source: "streets", "source-layer": "roads" },
	],
};

test("a style's names do not meet ours, and its addresses are its own", () => {
	const { sources, layers, glyphs, sprite } = layersOfStyle(
		style,
		"https://maps.example/styles/quiet.json",
	);
	expect(layers.map(({ id, type }) => [id, type])).toEqual([
		["publisher-labels", "line"],
	]);
	expect(layers[0]).toMatchObject({ source: "publisher-streets" });
	expect(sources["publisher-streets"]).toMatchObject({
		tiles: ["https://maps.example/styles/tiles/{z}/{x}/{y}.pbf"],
	});
	expect(sources["publisher-labels"]).toMatchObject({
		url: "pmtiles://https://maps.example/styles/labels.pmtiles",
	});
	expect(glyphs).toBe("https://maps.example/fonts/{fontstack}/{range}.pbf");
	expect(sprite).toBe("https://maps.example/styles/sprites/quiet");
});

test("an archive's shapes are in the map's own colours, and need no fonts", () => {
	const colours = { water: "w", land: "l", border: "b", label: "n" };
	const vector = layersOfArchive(
		"https://x.example/a.pmtiles",
		"vector",
		colours,
	);
	expect(vector.glyphs).toBeNull();
	for (const layer of vector.layers)
		expect(vector.sources).toHaveProperty([
			"source" in layer ? String(layer.source) : "",
		]);
	expect(JSON.stringify(vector.layers)).toContain('"fill-color":"w"');
	expect(
		layersOfArchive("https://x.example/a.pmtiles", "raster", colours).layers,
	).toHaveLength(1);
});
