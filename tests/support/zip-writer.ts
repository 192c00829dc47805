import { crc32, deflateRawSync } from "node:zlib";

/** A zip of files by name, written by the format's specification (APPNOTE 6.3.9). For tests. */
export function zipOf(
	entries: Readonly<Record<string, string | Uint8Array>>,
	options: {
		readonly isStored?: boolean;
		/** Says so, and leaves the data as they are. */
		readonly isEncrypted?: boolean;
		/** Sizes and offsets stand in zip64 fields. */
		readonly isZip64?: boolean;
	} = {},
): Buffer {
	const { isStored = false, isEncrypted = false, isZip64 = false } = options;
	const parts: Buffer[] = [];
	const directory: Buffer[] = [];
	let offset = 0;
	for (const [name, file] of Object.entries(entries)) {
		const content =
			typeof file === "string" ? Buffer.from(file) : Buffer.from(file);
		const data = isStored ? content : deflateRawSync(content);
		const path = Buffer.from(name);
		const flags = 0x800 | (isEncrypted ? 1 : 0);
		const sizes = isZip64
			? [0xffffffff, 0xffffffff]
			: [data.length, content.length];
		const common = [
			u16(isZip64 ? 45 : 20),
			u16(flags),
			u16(isStored ? 0 : 8),
			u32(0x00210000),
			u32(crc32(content)),
			...sizes.map(u32),
			u16(path.length),
		];
		const longSizes = [u64(content.length), u64(data.length)];
		const local = isZip64 ? extra(...longSizes) : Buffer.alloc(0);
		const central = isZip64
			? extra(...longSizes, u64(offset))
			: Buffer.alloc(0);
		directory.push(
			u32(0x02014b50),
			u16(45),
			...common,
			u16(central.length),
			Buffer.alloc(10),
			u32(isZip64 ? 0xffffffff : offset),
			path,
			central,
		);
		const header = [u32(0x04034b50), ...common, u16(local.length), path, local];
		const written = Buffer.concat([...header, data]);
		parts.push(written);
		offset += written.length;
	}
	const count = Object.keys(entries).length;
	const central = Buffer.concat(directory);
	const longEnd = isZip64
		? [
				u32(0x06064b50),
				u64(44),
				u16(45),
				u16(45),
				u32(0),
				u32(0),
				u64(count),
				u64(count),
				u64(central.length),
				u64(offset),
				u32(0x07064b50),
				u32(0),
				u64(offset + central.length),
				u32(1),
			]
		: [];
	return Buffer.concat([
		...parts,
		central,
		...longEnd,
		u32(0x06054b50),
		u32(0),
		u16(isZip64 ? 0xffff : count),
		u16(isZip64 ? 0xffff : count),
		u32(isZip64 ? 0xffffffff : central.length),
		u32(isZip64 ? 0xffffffff : offset),
		u16(0),
	]);
}

function extra(...fields: Buffer[]): Buffer {
	const content = Buffer.concat(fields);
	return Buffer.concat([u16(1), u16(content.length), content]);
}

function u16(value: number): Buffer {
	const bytes = Buffer.alloc(2);
	bytes.writeUInt16LE(value);
	return bytes;
}

function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

function u64(value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(BigInt(value));
	return bytes;
}
