import type {
	Compression,
	Table,
	WriterPropertiesBuilder,
	writeParquet,
} from "parquet-wasm";

/** What of one of parquet-wasm's builds writes Parquet. */
export interface ParquetWriter {
	readonly Table: Pick<typeof Table, "fromIPCStream">;
	readonly WriterPropertiesBuilder: typeof WriterPropertiesBuilder;
	readonly writeParquet: typeof writeParquet;
	readonly Compression: { readonly SNAPPY: Compression };
}

/** As DuckDB cuts tables. */
const ROW_GROUP_ROWS = 122_880;

/** Writes an Arrow IPC stream as a Parquet file: for memory, so quickly rather than small. */
export function encodeParquet(
	{ Table, WriterPropertiesBuilder, writeParquet, Compression }: ParquetWriter,
	ipc: Uint8Array,
): Uint8Array {
	const properties = new WriterPropertiesBuilder()
		.setMaxRowGroupSize(ROW_GROUP_ROWS)
		.setCompression(Compression.SNAPPY)
		.build();
	return writeParquet(Table.fromIPCStream(ipc), properties);
}
