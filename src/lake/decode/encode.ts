import type {
	Compression,
	RecordBatch,
	Table,
	transformParquetStream,
	WriterPropertiesBuilder,
	writeParquet,
} from "parquet-wasm";

/** What of one of parquet-wasm's builds writes Parquet. */
export interface ParquetWriter {
	readonly Table: Pick<typeof Table, "fromIPCStream">;
	readonly WriterPropertiesBuilder: typeof WriterPropertiesBuilder;
	readonly writeParquet: typeof writeParquet;
	readonly transformParquetStream: typeof transformParquetStream;
	readonly Compression: { readonly SNAPPY: Compression };
}

/** As DuckDB cuts tables. */
const ROW_GROUP_ROWS = 122_880;

/** Writes an Arrow IPC stream as a Parquet file: for memory, so quickly rather than small. */
export function encodeParquet(
	parquet: ParquetWriter,
	ipc: Uint8Array,
): Uint8Array {
	return parquet.writeParquet(
		parquet.Table.fromIPCStream(ipc),
		propertiesOf(parquet, ROW_GROUP_ROWS),
	);
}

/**
 * Writes Arrow IPC streams of the same columns as one Parquet file, in their order,
 * with a few of its row groups in memory at a time.
 */
export async function encodeParquetParts(
	parquet: ParquetWriter,
	parts: Iterable<Uint8Array>,
	rowGroupRows: number,
): Promise<Blob> {
	const batches = batchesOf(parquet, parts);
	const encoded = await parquet.transformParquetStream(
		new ReadableStream<RecordBatch>({
			pull(controller) {
				const { done, value } = batches.next();
				if (done === true) controller.close();
				else controller.enqueue(value);
			},
		}),
		propertiesOf(parquet, rowGroupRows),
	);
	return new Response(encoded).blob();
}

function* batchesOf(
	{ Table }: ParquetWriter,
	parts: Iterable<Uint8Array>,
): Generator<RecordBatch> {
	for (const ipc of parts) yield* Table.fromIPCStream(ipc).recordBatches();
}

function propertiesOf(
	{ WriterPropertiesBuilder, Compression }: ParquetWriter,
	rowGroupRows: number,
) {
	return new WriterPropertiesBuilder()
		.setMaxRowGroupSize(rowGroupRows)
		.setCompression(Compression.SNAPPY)
		.build();
}
