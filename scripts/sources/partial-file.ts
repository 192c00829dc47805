import {
	constants,
	type FileHandle,
	mkdir,
	open,
	readFile,
	rename,
	rm,
} from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { writeWhole } from "./durable-files.ts";
import { freeYoungGarbage } from "./young-garbage.ts";

const pack = promisify(gzip);

/** Bytes of the answer that are packed together: the most that a killed process has to ask for again. */
const PART_BYTES = 4 * 2 ** 20;

/** Where text has nearly shrunk to what it can, at several times the default's speed. */
const LEVEL = 3;

/** What lies on disk, in a file beside it. */
interface Journal {
	/** Hash of the address that it is the answer of. */
	readonly address: string;
	/** Tells this state of the answer from any other; null where nothing does, and nothing can be resumed. */
	readonly validator: string | null;
	/** Whether bytes are packed by us, null before the first. */
	readonly packs: boolean | null;
	/** Bytes of the answer that lie there. */
	readonly received: number;
	/** Bytes that they take there. */
	readonly stored: number;
}

/**
 * An answer on its way to disk, packed as it arrives: one gzip member for each part,
 * which readers of gzip take as one file. The same answer gives the same bytes,
 * however often it was cut on the way. An answer that is gzip itself stays as it is.
 */
export class PartialFile {
	readonly #path: string;
	readonly #mayPack: boolean;
	readonly #file: FileHandle;
	/** Of what is on disk, or will be once `#writing` is done. */
	#journal: Journal;
	#part = Buffer.allocUnsafeSlow(PART_BYTES);
	#otherPart = Buffer.allocUnsafeSlow(PART_BYTES);
	#filled = 0;
	/** The part before is packed and written while the next one fills. */
	#writing: Promise<void> = Promise.resolve();

	private constructor(
		path: string,
		mayPack: boolean,
		file: FileHandle,
		journal: Journal,
	) {
		this.#path = path;
		this.#mayPack = mayPack;
		this.#file = file;
		this.#journal = journal;
	}

	/**
	 * Goes on with what an earlier process has left at a path of the answer to an
	 * address. `mayPack` is false for what is compressed by its own format.
	 */
	static async open(
		path: string,
		address: string,
		mayPack: boolean,
	): Promise<PartialFile> {
		await mkdir(dirname(path), { recursive: true });
		const kept = await journalOf(path);
		const file = await open(path, constants.O_RDWR | constants.O_CREAT);
		try {
			const { size } = await file.stat();
			const isUsable =
				kept !== null && kept.address === address && size >= kept.stored;
			const journal = isUsable
				? kept
				: { address, validator: null, packs: null, received: 0, stored: 0 };
			await file.truncate(journal.stored);
			return new PartialFile(path, mayPack, file, journal);
		} catch (error) {
			await file.close();
			throw error;
		}
	}

	/** Bytes of the answer that need not be asked for again. */
	get received(): number {
		return this.#journal.received + this.#filled;
	}

	/** For `If-Range`; null where only the whole answer can be asked for. */
	get validator(): string | null {
		return this.received > 0 ? this.#journal.validator : null;
	}

	/** Drops all bytes: another answer begins, or this one does anew. */
	async restart(validator: string | null): Promise<void> {
		await this.#writing.catch(() => {});
		this.#writing = Promise.resolve();
		this.#filled = 0;
		const { address } = this.#journal;
		this.#journal = { address, validator, packs: null, received: 0, stored: 0 };
		await rm(journalPath(this.#path), { force: true });
		await this.#file.truncate(0);
	}

	async write(chunk: Uint8Array): Promise<void> {
		for (let rest = chunk; rest.length > 0; ) {
			if (this.#filled === PART_BYTES) await this.#flush();
			const taken = rest.subarray(0, PART_BYTES - this.#filled);
			this.#part.set(taken, this.#filled);
			this.#filled += taken.length;
			rest = rest.subarray(taken.length);
		}
	}

	/** The answer is whole: moves it to its place, with all bytes on the disk, and closes. */
	async finish(path: string): Promise<void> {
		await mkdir(dirname(path), { recursive: true });
		await this.#flush(true);
		await this.#writing;
		await this.#file.sync();
		await this.#file.close();
		await rename(this.#path, path);
		await rm(journalPath(this.#path), { force: true });
	}

	/** Leaves the parts that are whole to a later process, if it can tell what they are parts of. */
	async close(): Promise<void> {
		await this.#writing.catch(() => {});
		await this.#file.close();
		const { validator, stored } = this.#journal;
		if (validator !== null && stored > 0) return;
		await rm(this.#path, { force: true });
		await rm(journalPath(this.#path), { force: true });
	}

	async #flush(isLast = false): Promise<void> {
		await this.#writing;
		freeYoungGarbage();
		const part = this.#part.subarray(0, this.#filled);
		[this.#part, this.#otherPart] = [this.#otherPart, this.#part];
		this.#filled = 0;
		const before = this.#journal;
		const isGzip = part[0] === 0x1f && part[1] === 0x8b;
		const packs = before.packs ?? (this.#mayPack && !isGzip);
		const received = before.received + part.length;
		this.#journal = { ...before, packs, received };
		this.#writing = this.#store(part, before.stored, packs, isLast);
		// Its error is thrown where it is waited for, which is later.
		this.#writing.catch(() => {});
	}

	async #store(
		part: Buffer,
		at: number,
		packs: boolean,
		isLast: boolean,
	): Promise<void> {
		const bytes = packs ? await pack(part, { level: LEVEL }) : part;
		for (let from = 0; from < bytes.length; ) {
			const { bytesWritten } = await this.#file.write(
				bytes,
				from,
				bytes.length - from,
				at + from,
			);
			from += bytesWritten;
		}
		this.#journal = { ...this.#journal, stored: at + bytes.length };
		if (this.#journal.validator === null || isLast) return;
		await this.#file.datasync();
		await writeWhole(journalPath(this.#path), JSON.stringify(this.#journal));
	}
}

function journalPath(path: string): string {
	return `${path}.json`;
}

/** Null where there is none, or it does not say anything. */
async function journalOf(path: string): Promise<Journal | null> {
	try {
		return JSON.parse(await readFile(journalPath(path), "utf8")) as Journal;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}
