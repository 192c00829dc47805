import { chunksOf } from "./body.ts";
import { compressed, Fault, statusFault } from "./faults.ts";

/** A range of a file on its way: each try goes on where the one before broke off. */
export class ArrivingRange {
	readonly bytes: Uint8Array;
	readonly #startByte: number;
	readonly #endByte: number;
	/** Of these bytes, from the first on, each is sure. */
	#filled = 0;

	constructor(startByte: number, endByte: number) {
		this.bytes = new Uint8Array(endByte - startByte);
		this.#startByte = startByte;
		this.#endByte = endByte;
	}

	/** What is still to be asked for, as the header `Range` has it. */
	get missing(): string {
		return `bytes=${this.#startByte + this.#filled}-${this.#endByte - 1}`;
	}

	/**
	 * Takes the answer to a request for what is missing, which may be the whole file.
	 * `onBytes` hears of each arrival, and of how the range begins, as far as that is
	 * there. Throws a `Fault` where not all came.
	 */
	async take(
		response: Response,
		stallMilliseconds: number,
		onBytes: (bytes: number, beginning?: Uint8Array) => void,
	): Promise<void> {
		const { bytes } = this;
		let skip = this.#bytesBefore(response);
		// Of a whole file sent instead, nothing counts before all of the range is there.
		let at = this.#filled;
		for await (const arrived of chunksOf(response, stallMilliseconds)) {
			const wanted = arrived.subarray(Math.min(skip, arrived.length));
			skip -= arrived.length - wanted.length;
			const room = bytes.length - at;
			if (wanted.length > room && response.status === 206) {
				onBytes(arrived.length);
				this.#filled = 0;
				throw new Fault(
					"the host sent more than the range it announced; was it compressed on the way?",
					{ passing: true, tries: 2 },
				);
			}
			bytes.set(wanted.subarray(0, room), at);
			at += Math.min(wanted.length, room);
			onBytes(arrived.length, bytes.subarray(0, at));
			if (response.status === 206) this.#filled = at;
			else if (at === bytes.length) break;
		}
		if (at === bytes.length) return;
		throw new Fault(
			response.status === 200
				? "the host, or something on the way, sent another file, or not all of this one"
				: `the connection ended after ${this.#filled} of ${bytes.length} bytes`,
			{ passing: true },
		);
	}

	/** Bytes of an answer's body before what is missing: of a whole file all that precede it. */
	#bytesBefore(response: Response): number {
		const first = this.#startByte + this.#filled;
		if (response.status === 200) return first;
		if (response.status !== 206) throw statusFault(response);
		// A range of what is compressed is not a range of the file. Browsers do not even show it.
		const encoding = response.headers.get("Content-Encoding");
		if (encoding !== null && encoding !== "identity")
			throw new Fault(compressed(encoding), { passing: true, tries: 2 });
		// Absent on another origin that does not expose it; then length and checksum decide.
		const sent = response.headers.get("Content-Range");
		const asked = `${first}-${this.#endByte - 1}`;
		if (sent !== null && !sent.startsWith(`bytes ${asked}/`))
			throw new Fault(`asked for bytes ${asked}, got Content-Range ${sent}`, {
				passing: true,
			});
		return 0;
	}
}
