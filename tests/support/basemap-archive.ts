import { gzipSync } from "node:zlib";
import { zxyToTileId } from "pmtiles";
import { VarintWriter } from "../../src/lib/bytes/varints.ts";
import { concatenated } from "../../src/lib/formats/concatenated.ts";

/** Side of a vector tile in its own units. */
export const TILE_EXTENT = 4096;

/** A layer of one shape, in units of the tile from its north-west corner. */
export interface TileLayer {
	readonly name: string;
	readonly kind: "point" | "line" | "polygon";
	/** A ring is not closed; clockwise as a screen has it. */
	readonly points: readonly (readonly [x: number, y: number])[];
	readonly properties?: Readonly<Record<string, string>>;
}

/** A Mapbox vector tile, version 2.1, not packed. */
export function vectorTile(layers: readonly TileLayer[]): Uint8Array {
	return concatenated(layers.map((layer) => field(3, layerBytes(layer))));
}

const KINDS = { point: 1, line: 2, polygon: 3 } as const;

function layerBytes({
	name,
	kind,
	points,
	properties = {},
}: TileLayer): Uint8Array {
	const entries = Object.entries(properties);
	return concatenated([
		number(15, 2),
		field(1, text(name)),
		field(
			2,
			concatenated([
				field(2, varints(entries.flatMap((_, at) => [at, at]))),
				number(3, KINDS[kind]),
				field(4, commands(kind, points)),
			]),
		),
		...entries.map(([key]) => field(3, text(key))),
		...entries.map(([, value]) => field(4, field(1, text(value)))),
		number(5, TILE_EXTENT),
	]);
}

/** MoveTo is 1, LineTo 2, ClosePath 7; steps are from the point before. */
function commands(
	kind: TileLayer["kind"],
	points: TileLayer["points"],
): Uint8Array {
	const writer = new VarintWriter();
	let [lastX, lastY] = [0, 0];
	for (const [index, [x, y]] of points.entries()) {
		if (index === 0) writer.write((1 << 3) | 1);
		if (index === 1) writer.write(((points.length - 1) << 3) | 2);
		writer.writeSigned(x - lastX);
		writer.writeSigned(y - lastY);
		[lastX, lastY] = [x, y];
	}
	if (kind === "polygon") writer.write((1 << 3) | 7);
	return writer.finish();
}

/** A place of the tile pyramid, y from the north. */
export type TileAddress = readonly [zoom: number, x: number, y: number];

/** A PMTiles archive, version 3, of vector tiles, packed with gzip. */
export function pmtilesArchive(
	tiles: readonly { readonly at: TileAddress; readonly tile: Uint8Array }[],
): Uint8Array {
	const sorted = tiles
		.map(({ at, tile }) => ({ id: zxyToTileId(...at), bytes: gzipSync(tile) }))
		.sort((one, other) => one.id - other.id);
	const lengths = sorted.map(({ bytes }) => bytes.length);
	const directory = gzipSync(
		varints([
			sorted.length,
			...sorted.map(({ id }, at) => id - (sorted[at - 1]?.id ?? 0)),
			...sorted.map(() => 1),
			...lengths,
			// Where each begins: the first at 0, the others behind the one before.
			...sorted.map((_, at) => (at === 0 ? 1 : 0)),
		]),
	);
	const metadata = gzipSync("{}");
	const zooms = tiles.map(({ at }) => at[0]);
	const header = new DataView(new ArrayBuffer(127));
	for (const [at, letter] of [..."PMTiles"].entries())
		header.setUint8(at, letter.charCodeAt(0));
	header.setUint8(7, 3);
	const data = lengths.reduce((sum, length) => sum + length, 0);
	let offset = 127;
	for (const [at, length] of [
		[8, directory.length],
		[24, metadata.length],
		[40, 0],
		[56, data],
	] as const) {
		header.setBigUint64(at, BigInt(offset), true);
		header.setBigUint64(at + 8, BigInt(length), true);
		offset += length;
	}
	for (const at of [72, 80, 88])
		header.setBigUint64(at, BigInt(tiles.length), true);
	// Clustered; gzip within and of tiles; vector tiles.
	for (const [at, value] of [1, 2, 2, 1].entries())
		header.setUint8(96 + at, value);
	header.setUint8(100, Math.min(...zooms));
	header.setUint8(101, Math.max(...zooms));
	for (const [at, degrees] of [-180, -85, 180, 85].entries())
		header.setInt32(102 + 4 * at, degrees * 1e7, true);
	return concatenated([
		new Uint8Array(header.buffer),
		directory,
		metadata,
		...sorted.map(({ bytes }) => bytes),
	]);
}

function field(tag: number, bytes: Uint8Array): Uint8Array {
	return concatenated([varints([(tag << 3) | 2, bytes.length]), bytes]);
}

function number(tag: number, value: number): Uint8Array {
	return varints([tag << 3, value]);
}

function varints(values: readonly number[]): Uint8Array {
	const writer = new VarintWriter();
	for (const value of values) writer.write(value);
	return writer.finish();
}

function text(value: string): Uint8Array {
	return new TextEncoder().encode(value);
}
