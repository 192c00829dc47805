const FILLER_BYTES = 1 << 20;

let filler: Blob | undefined;

/**
 * A file's length with only some of its bytes: what lies between reads as zeros
 * and, being slices of one blob by reference, takes no memory. Ranges must not
 * overlap.
 */
export function sparseBlob(
	fileBytes: number,
	ranges: readonly { readonly startByte: number; readonly bytes: Uint8Array }[],
): Blob {
	filler ??= new Blob([new Uint8Array(FILLER_BYTES)]);
	const parts: BlobPart[] = [];
	let at = 0;
	const fillTo = (end: number) => {
		for (; at < end; at += Math.min(FILLER_BYTES, end - at))
			parts.push((filler as Blob).slice(0, end - at));
	};
	const ascending = [...ranges].sort((a, b) => a.startByte - b.startByte);
	for (const { startByte, bytes } of ascending) {
		if (startByte < at) throw new Error(`ranges overlap at byte ${startByte}`);
		fillTo(startByte);
		parts.push(bytes as Uint8Array<ArrayBuffer>);
		at += bytes.length;
	}
	fillTo(fileBytes);
	return new Blob(parts);
}
