/**
 * Whole numbers up to 2^53 in as few bytes as each needs, seven bits in a byte, the
 * lowest first: LEB128. Signed ones fold to 0, -1, 1, -2, 2 … first.
 */
export class VarintWriter {
	/** Bytes written. */
	length = 0;
	#bytes = new Uint8Array(1024);

	write(value: number): void {
		// Eight bytes hold 56 bits.
		if (this.length + 8 > this.#bytes.length) {
			const larger = new Uint8Array(this.#bytes.length * 2);
			larger.set(this.#bytes);
			this.#bytes = larger;
		}
		let rest = value;
		while (rest >= 0x80) {
			this.#bytes[this.length++] = (rest % 0x80) | 0x80;
			rest = Math.floor(rest / 0x80);
		}
		this.#bytes[this.length++] = rest;
	}

	/** Up to 2^52 either way. */
	writeSigned(value: number): void {
		this.write(value < 0 ? -2 * value - 1 : 2 * value);
	}

	finish(): Uint8Array<ArrayBuffer> {
		return this.#bytes.slice(0, this.length);
	}
}

/** Reads what {@link VarintWriter} wrote. Throws a RangeError beyond its end. */
export class VarintReader {
	readonly #bytes: Uint8Array;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	get isAtEnd(): boolean {
		return this.#at >= this.#bytes.length;
	}

	read(): number {
		let value = 0;
		let unit = 1;
		for (;;) {
			const byte = this.#bytes[this.#at++];
			if (byte === undefined) throw new RangeError("a number is cut off");
			if (byte < 0x80) return value + byte * unit;
			value += (byte - 0x80) * unit;
			unit *= 0x80;
		}
	}

	readSigned(): number {
		const folded = this.read();
		return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
	}
}
