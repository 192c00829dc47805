import { decompress } from "fzstd";
import { parquetReadObjects } from "hyparquet";

export type RollupRow = Record<string, unknown>;

/**
 * Rows of a roll-up's Parquet bytes, without an engine: BIGINT becomes a number,
 * TIMESTAMP and DATE a `Date` in UTC, null stays null. Throws where the bytes are
 * no Parquet file.
 */
export async function decodeRollup(bytes: Uint8Array): Promise<RollupRow[]> {
	const file = bytes.buffer.slice(
		bytes.byteOffset,
		bytes.byteOffset + bytes.byteLength,
	) as ArrayBuffer;
	const rows: RollupRow[] = await parquetReadObjects({
		file,
		compressors: {
			ZSTD: (input, outputLength) =>
				decompress(input, new Uint8Array(outputLength)),
		},
	});
	for (const row of rows)
		for (const [name, value] of Object.entries(row))
			if (typeof value === "bigint") row[name] = Number(value);
			else if (value === undefined) row[name] = null;
	return rows;
}
