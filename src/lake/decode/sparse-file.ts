/** What parquet-wasm and we ask of a file. */
export type FileBytes = Pick<Blob, "size" | "arrayBuffer"> & {
	slice(startByte: number, endByte: number): FileBytes;
};

interface Range {
	readonly startByte: number;
	readonly bytes: Uint8Array;
}

/**
 * A file's length with only some of its bytes: what lies between reads as zeros, and
 * takes no memory until it is read. Ranges must not overlap. It is no `Blob`: each
 * part of a real one goes through the browser's own process and back, which takes
 * longer than decoding it.
 */
export function sparseFile(
	fileBytes: number,
	ranges: readonly Range[],
): FileBytes {
	const ascending = [...ranges].sort((a, b) => a.startByte - b.startByte);
	let end = 0;
	for (const { startByte, bytes } of ascending) {
		if (startByte < end) throw new Error(`ranges overlap at byte ${startByte}`);
		end = startByte + bytes.length;
	}
	return part(ascending, 0, fileBytes);
}

/** `[start, end)` of the file that the ranges lie in. */
function part(ranges: readonly Range[], start: number, end: number): FileBytes {
	return {
		size: end - start,
		slice(from, to) {
			const first = Math.min(start + from, end);
			return part(ranges, first, Math.min(Math.max(start + to, first), end));
		},
		async arrayBuffer() {
			const read = new Uint8Array(end - start);
			for (const { startByte, bytes } of ranges) {
				const first = Math.max(startByte, start);
				const last = Math.min(startByte + bytes.length, end);
				if (first < last)
					read.set(
						bytes.subarray(first - startByte, last - startByte),
						first - start,
					);
			}
			return read.buffer;
		},
	};
}
