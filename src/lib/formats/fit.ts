import { FileError } from "./file-error.ts";

/** A `record` message of a FIT file. */
export interface FitPoint {
	/** Counted from 0 over the whole file: a timer that is stopped and started again ends one. */
	readonly segment: number;
	/** Place among all messages of the file, from 1. */
	readonly message: number;
	/** Degrees; both null where the record has no position, as indoors. */
	readonly latitude: number | null;
	readonly longitude: number | null;
	/** Metres. */
	readonly elevation: number | null;
	/** Microseconds since 1970, UTC. */
	readonly time: number | null;
}

export interface FitHeader {
	/** `activity`, `course` or another type of file; null where it does not say. */
	readonly type: string | null;
	/** Sport of the first session that has one, as the FIT profile names it. */
	readonly kind: string | null;
	/** Where a file ends that was cut off or never closed, else null. */
	readonly cut: FitCut | null;
}

/** What came before is whole. */
export interface FitCut {
	/** The message that is not there any more, from 1. */
	readonly message: number;
	/** Bytes of the file that were read. */
	readonly bytes: number;
	/** Bytes that its header announces; null where that was never written. */
	readonly announced: number | null;
}

/** FIT counts seconds from 1989-12-31T00:00:00Z. */
const EPOCH_SECONDS = 631_065_600;

/** Smaller times count seconds since the device was switched on. */
const MIN_TIME = 0x10000000;

const INVALID_UINT32 = 0xffffffff;
const INVALID_SINT32 = 0x7fffffff;
const SEMICIRCLE = 180 / 2 ** 31;

/** Messages and fields of the FIT profile that make a ride. */
const FILE_ID = { message: 0, type: 0 } as const;
const SESSION = { message: 18, sport: 5 } as const;
const RECORD = {
	message: 20,
	latitude: 0,
	longitude: 1,
	altitude: 2,
	enhancedAltitude: 78,
} as const;
const EVENT = { message: 21, event: 0, eventType: 1 } as const;
const TIMESTAMP = 253;

const TIMER = 0;
const START = 0;
/** stop, stop_all, stop_disable, stop_disable_all */
const STOPS: readonly number[] = [1, 4, 8, 9];

/** Of the profile's file types; the others hold no course. */
const FILE_TYPES: Readonly<Record<number, string>> = {
	1: "device",
	2: "settings",
	3: "sport",
	4: "activity",
	5: "workout",
	6: "course",
	7: "schedules",
	9: "weight",
	10: "totals",
	11: "goals",
	14: "blood pressure",
	15: "monitoring",
	20: "activity summary",
	28: "daily monitoring",
	32: "monitoring",
	34: "segment",
	35: "list of segments",
	49: "sleep",
};

/** Of the profile's sports, as it names them, with blanks. */
const SPORTS: readonly (string | null)[] = [
	null, // generic
	"running",
	"cycling",
	null, // transition
	"fitness equipment",
	"swimming",
	"basketball",
	"soccer",
	"tennis",
	"american football",
	"training",
	"walking",
	"cross country skiing",
	"alpine skiing",
	"snowboarding",
	"rowing",
	"mountaineering",
	"hiking",
	"multisport",
	"paddling",
	"flying",
	"e-biking",
	"motorcycling",
	"boating",
	"driving",
	"golf",
	"hang gliding",
	"horseback riding",
	"hunting",
	"fishing",
	"inline skating",
	"rock climbing",
	"sailing",
	"ice skating",
	"sky diving",
	"snowshoeing",
	"snowmobiling",
	"stand up paddleboarding",
	"surfing",
	"wakeboarding",
	"water skiing",
	"kayaking",
	"rafting",
	"windsurfing",
	"kitesurfing",
];

/**
 * Reads a FIT file as a stream, by the public description of its protocol (versions 1
 * and 2): both byte orders, compressed timestamps, developer fields, files that follow
 * each other in one. Of a file that was cut off or never closed, what came before the
 * cut is given, and the cut is told. Damage in the middle, which a wrong checksum
 * shows, may lie anywhere: it is a {@link FileError}, and what was given before is to
 * be dropped. `onChunk` is awaited now and then.
 */
export async function readFit(
	open: () => AsyncGenerator<Uint8Array>,
	onPoint: (point: FitPoint) => void,
	onChunk: () => Promise<void>,
): Promise<FitHeader> {
	const chunks = open();
	const reader = new FitReader(onPoint);
	try {
		for await (const chunk of chunks) {
			reader.write(chunk);
			await onChunk();
		}
		return reader.close();
	} finally {
		await chunks.return(undefined);
	}
}

/** A field that a ride needs, at its place in a message. */
interface Field {
	readonly number: number;
	readonly offset: number;
	readonly baseType: number;
}

/** What the messages of a local type look like. */
interface Definition {
	readonly message: number;
	readonly littleEndian: boolean;
	/** Of the message's content, in bytes, developer fields included. */
	readonly bytes: number;
	readonly fields: readonly Field[];
}

/** The part of a file that is read next; `lost` is beyond what can be told apart. */
type State = "header" | "messages" | "checksum" | "lost";

const WANTED: Readonly<Record<number, readonly number[]>> = {
	[FILE_ID.message]: [FILE_ID.type],
	[SESSION.message]: [SESSION.sport],
	[RECORD.message]: [
		RECORD.latitude,
		RECORD.longitude,
		RECORD.altitude,
		RECORD.enhancedAltitude,
	],
	[EVENT.message]: [EVENT.event, EVENT.eventType],
};

/** Base types of the fields that are wanted, and their sizes in bytes; a field of another size is none of them. */
const ENUM = 0x00;
const SINT32 = 0x85;
const UINT16 = 0x84;
const UINT32 = 0x86;
const SIZES: Readonly<Record<number, number>> = {
	[ENUM]: 1,
	[UINT16]: 2,
	[SINT32]: 4,
	[UINT32]: 4,
};

const COMPRESSED = 0x80;
const IS_DEFINITION = 0x40;
const HAS_DEVELOPER_FIELDS = 0x20;

class FitReader {
	readonly #onPoint: (point: FitPoint) => void;
	/** What was not read yet, from `#at` on. */
	#view = new DataView(new ArrayBuffer(0));
	#at = 0;
	/** Bytes of the file that are not in the buffer any more, or never came into it. */
	#before = 0;
	#state: State = "header";
	#files = 0;
	/** Where the messages of the current file end; null where its header does not know. */
	#end: number | null = null;
	#crc = 0;
	#definitions: (Definition | undefined)[] = [];
	/** Of the last message that had one, in FIT's seconds. */
	#time: number | null = null;
	#messages = 0;
	#segment = 0;
	#isStopped = false;
	/** The next point begins a segment, unless it is the first of all. */
	#breaks = false;
	#hasPoints = false;
	#type: string | null = null;
	#kind: string | null = null;

	constructor(onPoint: (point: FitPoint) => void) {
		this.#onPoint = onPoint;
	}

	write(chunk: Uint8Array): void {
		if (this.#state === "lost") {
			this.#before += chunk.length;
			return;
		}
		const { byteLength } = this.#view;
		const rest = new Uint8Array(this.#view.buffer, this.#at);
		const buffer = new Uint8Array(rest.length + chunk.length);
		buffer.set(rest);
		buffer.set(chunk, rest.length);
		this.#before += byteLength - rest.length;
		this.#view = new DataView(buffer.buffer);
		this.#at = 0;
		while (this.#step());
	}

	/** Says what the file is, once all of it was written. */
	close(): FitHeader {
		const isBetween = this.#state === "header";
		if (isBetween && (this.#files === 0 || this.#left > 0)) throw this.#noFit();
		return {
			type: this.#type,
			kind: this.#kind,
			cut: isBetween
				? null
				: {
						message: this.#messages + 1,
						bytes: this.#before + this.#view.byteLength,
						announced: this.#end === null ? null : this.#end + 2,
					},
		};
	}

	get #left(): number {
		return this.#view.byteLength - this.#at;
	}

	/** Reads the next part if it is there as a whole, and says whether it was. */
	#step(): boolean {
		switch (this.#state) {
			case "header":
				return this.#readHeader();
			case "messages":
				return this.#readMessage();
			case "checksum":
				return this.#readChecksum();
			case "lost":
				return false;
			default:
				throw new Error(`unknown state: ${this.#state satisfies never}`);
		}
	}

	#readHeader(): boolean {
		// Some devices fill the last block of a file with zeros.
		while (this.#files > 0 && this.#left > 0 && this.#byte(0) === 0) this.#at++;
		if (this.#left < 12) return false;
		const size = this.#byte(0);
		const isFit = this.#view.getUint32(this.#at + 8) === 0x2e464954;
		if (size < 12 || !isFit) throw this.#noFit();
		if (this.#left < size) return false;
		const dataBytes = this.#view.getUint32(this.#at + 4, true);
		const start = this.#before + this.#at;
		this.#crc = 0;
		this.#take(12);
		const ownCrc = size < 14 ? 0 : this.#view.getUint16(this.#at, true);
		if (ownCrc !== 0 && ownCrc !== this.#crc)
			throw new FileError("the header is damaged: its checksum is another");
		this.#take(size - 12);
		const isClosed = dataBytes !== 0 && dataBytes !== INVALID_UINT32;
		this.#end = isClosed ? start + size + dataBytes : null;
		this.#definitions = [];
		this.#time = null;
		this.#breaks = true;
		this.#isStopped = false;
		this.#files++;
		this.#state = "messages";
		return true;
	}

	#readChecksum(): boolean {
		if (this.#left < 2) return false;
		if (this.#view.getUint16(this.#at, true) !== this.#crc)
			throw new FileError(
				`the file is damaged: the checksum after message ${this.#messages} is another, so that no point of it can be trusted`,
			);
		this.#at += 2;
		this.#state = "header";
		return true;
	}

	#readMessage(): boolean {
		if (this.#before + this.#at === this.#end) {
			this.#state = "checksum";
			return true;
		}
		if (!this.#has(1)) return false;
		const head = this.#byte(0);
		return (head & COMPRESSED) === 0 && (head & IS_DEFINITION) !== 0
			? this.#readDefinition(head)
			: this.#readData(head);
	}

	/** Whether so many bytes of a message are there. Throws where they would not be its file's. */
	#has(bytes: number): boolean {
		if (this.#end !== null && this.#before + this.#at + bytes > this.#end)
			throw this.#damaged("a message goes on beyond the end");
		return this.#left >= bytes;
	}

	#readDefinition(head: number): boolean {
		if (!this.#has(6)) return false;
		const fieldCount = this.#byte(5);
		const developerAt = 6 + 3 * fieldCount;
		const hasDeveloper = (head & HAS_DEVELOPER_FIELDS) !== 0;
		if (!this.#has(developerAt + (hasDeveloper ? 1 : 0))) return false;
		const developerCount = hasDeveloper ? this.#byte(developerAt) : 0;
		const bytes = developerAt + (hasDeveloper ? 1 : 0) + 3 * developerCount;
		if (!this.#has(bytes)) return false;
		const littleEndian = this.#byte(2) === 0;
		const message = this.#view.getUint16(this.#at + 3, littleEndian);
		const wanted = WANTED[message] ?? [];
		const fields: Field[] = [];
		let offset = 0;
		for (let index = 0; index < fieldCount; index++) {
			const place = 6 + 3 * index;
			const number = this.#byte(place);
			const size = this.#byte(place + 1);
			const baseType = this.#byte(place + 2);
			const isWanted = number === TIMESTAMP || wanted.includes(number);
			if (isWanted && SIZES[baseType] === size)
				fields.push({ number, offset, baseType });
			offset += size;
		}
		for (let index = 0; index < developerCount; index++)
			offset += this.#byte(developerAt + 2 + 3 * index);
		this.#definitions[head & 15] = {
			message,
			littleEndian,
			bytes: offset,
			fields,
		};
		this.#take(bytes);
		this.#messages++;
		return true;
	}

	#readData(head: number): boolean {
		const isCompressed = (head & COMPRESSED) !== 0;
		const definition =
			this.#definitions[isCompressed ? (head >> 5) & 3 : head & 15];
		if (definition === undefined) {
			// Of a file that was never closed, this is where what was written ends.
			if (this.#end === null) {
				this.#state = "lost";
				return false;
			}
			throw this.#damaged("a message comes without its definition");
		}
		if (!this.#has(1 + definition.bytes)) return false;
		this.#messages++;
		const time = isCompressed
			? this.#resolved(head & 31)
			: this.#value(definition, TIMESTAMP);
		if (time !== null) this.#time = time;
		this.#use(definition, time);
		this.#take(1 + definition.bytes);
		return true;
	}

	/** The time at or after the last that ends on these five bits. */
	#resolved(bits: number): number | null {
		const last = this.#time;
		return last === null ? null : last + ((bits - (last % 32) + 32) % 32);
	}

	#use(definition: Definition, time: number | null): void {
		switch (definition.message) {
			case FILE_ID.message:
				if (this.#type === null) {
					const type = this.#value(definition, FILE_ID.type);
					if (type !== null) this.#type = FILE_TYPES[type] ?? String(type);
				}
				break;
			case SESSION.message: {
				const sport = this.#value(definition, SESSION.sport);
				if (sport !== null) this.#kind ??= SPORTS[sport] ?? null;
				break;
			}
			case EVENT.message:
				if (this.#value(definition, EVENT.event) === TIMER)
					this.#timer(this.#value(definition, EVENT.eventType));
				break;
			case RECORD.message:
				this.#record(definition, time);
				break;
		}
	}

	#timer(eventType: number | null): void {
		if (eventType === null) return;
		if (STOPS.includes(eventType)) this.#isStopped = true;
		else if (eventType === START && this.#isStopped) {
			this.#isStopped = false;
			this.#breaks = true;
		}
	}

	#record(definition: Definition, time: number | null): void {
		const latitude = this.#value(definition, RECORD.latitude);
		const longitude = this.#value(definition, RECORD.longitude);
		const altitude =
			this.#value(definition, RECORD.enhancedAltitude) ??
			this.#value(definition, RECORD.altitude);
		// Without a fix some devices write zeros.
		const isPlace =
			latitude !== null &&
			longitude !== null &&
			(latitude !== 0 || longitude !== 0);
		if (isPlace) {
			if (this.#breaks && this.#hasPoints) this.#segment++;
			this.#breaks = false;
			this.#hasPoints = true;
		}
		this.#onPoint({
			segment: this.#segment,
			message: this.#messages,
			latitude: isPlace ? latitude * SEMICIRCLE : null,
			longitude: isPlace ? longitude * SEMICIRCLE : null,
			elevation: altitude === null ? null : altitude / 5 - 500,
			time:
				time === null || time < MIN_TIME ? null : (time + EPOCH_SECONDS) * 1e6,
		});
	}

	/** A field of the message at hand, null where it is not there or not valid. */
	#value({ fields, littleEndian }: Definition, number: number): number | null {
		const field = fields.find((entry) => entry.number === number);
		if (field === undefined) return null;
		const at = this.#at + 1 + field.offset;
		switch (field.baseType) {
			case ENUM:
				return valid(this.#view.getUint8(at), 0xff);
			case UINT16:
				return valid(this.#view.getUint16(at, littleEndian), 0xffff);
			case SINT32:
				return valid(this.#view.getInt32(at, littleEndian), INVALID_SINT32);
			case UINT32:
				return valid(this.#view.getUint32(at, littleEndian), INVALID_UINT32);
			default:
				throw new Error(`unknown base type: ${field.baseType}`);
		}
	}

	#byte(offset: number): number {
		return this.#view.getUint8(this.#at + offset);
	}

	/** Goes on by some bytes, which count for the checksum. */
	#take(bytes: number): void {
		const end = this.#at + bytes;
		let crc = this.#crc;
		for (; this.#at < end; this.#at++)
			crc =
				(crc >>> 8) ^
				(CRC_TABLE[(crc ^ this.#view.getUint8(this.#at)) & 0xff] as number);
		this.#crc = crc;
	}

	#noFit(): FileError {
		return new FileError(
			this.#files === 0
				? "this is no FIT file"
				: `after byte ${this.#before + this.#at} something follows that is no FIT file`,
		);
	}

	#damaged(what: string): FileError {
		return new FileError(`the file is damaged: ${what}`, {
			line: this.#messages + 1,
		});
	}
}

function valid(value: number, invalid: number): number | null {
	return value === invalid ? null : value;
}

/** CRC-16 as FIT has it: polynomial 0x8005, bits reversed, from 0. */
const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
	let crc = byte;
	for (let bit = 0; bit < 8; bit++)
		crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
	return crc;
});
