const BLOCK = 512;

/** Header and content of a file as a tar archive has them. */
export function tarEntry(
	name: string,
	content: string | Uint8Array,
	{ type = "0", size }: { readonly type?: string; readonly size?: number } = {},
): Uint8Array {
	const bytes = Buffer.from(content);
	const header = Buffer.alloc(BLOCK);
	header.write(name, 0, 100);
	header.write("0000644\0", 100);
	header.write((size ?? bytes.length).toString(8).padStart(11, "0"), 124);
	header.write("        ", 148);
	header.write(type, 156);
	header.write("ustar\x0000", 257);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
	return Buffer.concat([header, bytes, padding]);
}

/** Records of pax for the entry that follows (`x`), or for all that follow (`g`). */
export function paxEntry(
	records: Readonly<Record<string, string>>,
	type: "x" | "g" = "x",
): Uint8Array {
	const lines = Object.entries(records).map(([key, value]) => {
		const rest = Buffer.byteLength(` ${key}=${value}\n`);
		let length = rest + 1;
		while (length !== rest + String(length).length) length += 1;
		return `${length} ${key}=${value}\n`;
	});
	return tarEntry("PaxHeader", lines.join(""), { type });
}

/** A whole archive of some files by their names. */
export function tarOf(
	files: Readonly<Record<string, string | Uint8Array>>,
): Uint8Array {
	return Buffer.concat([
		...Object.entries(files).map(([name, content]) => tarEntry(name, content)),
		Buffer.alloc(2 * BLOCK),
	]);
}
