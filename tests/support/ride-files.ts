import { concatenated } from "../../src/lib/formats/concatenated.ts";

/** A sample of a made-up ride: degrees, metres, whole seconds since 1970. */
export interface MadePoint {
	readonly latitude: number;
	readonly longitude: number;
	readonly elevation: number | null;
	readonly seconds: number | null;
}

/** A made-up ride: the recorder was paused between its stretches, and laps end at these points. */
export interface MadeRide {
	readonly sport: "cycling" | "running";
	readonly stretches: readonly (readonly MadePoint[])[];
	/** Places among all points, in ascending order: a new lap begins there. */
	readonly laps: readonly number[];
}

export interface FitOptions {
	readonly bigEndian?: boolean;
	readonly compressedTimes?: boolean;
	readonly developerFields?: boolean;
	readonly enhancedAltitude?: boolean;
	/** The size of the header, 14 by default. */
	readonly headerBytes?: 12 | 14;
	/** As a device leaves it that dies while it records: no length, no checksum. */
	readonly unclosed?: boolean;
	/** Of the profile's file types; 4, an activity, by default. */
	readonly fileType?: number;
	/** Samples before the first point that have a heart rate and no place. */
	readonly placeless?: number;
}

const SEMICIRCLE = 180 / 2 ** 31;
const FIT_EPOCH = Date.UTC(1989, 11, 31) / 1000;

/** A point moved to the nearest that FIT can hold. */
export function asFitHolds(point: MadePoint): MadePoint {
	return {
		latitude: Math.round(point.latitude / SEMICIRCLE) * SEMICIRCLE,
		longitude: Math.round(point.longitude / SEMICIRCLE) * SEMICIRCLE,
		elevation:
			point.elevation === null
				? null
				: Math.round((point.elevation + 500) * 5) / 5 - 500,
		seconds: point.seconds,
	};
}

/** The ride as GPX 1.1: a segment a stretch. */
export function gpxOf({ sport, stretches }: MadeRide): Uint8Array {
	const segments = stretches.map(
		(stretch) =>
			`<trkseg>\n${stretch
				.map(
					({ latitude, longitude, elevation, seconds }) =>
						`<trkpt lat="${latitude}" lon="${longitude}">${elevation === null ? "" : `<ele>${elevation}</ele>`}${seconds === null ? "" : `<time>${isoTime(seconds)}</time>`}</trkpt>`,
				)
				.join("\n")}\n</trkseg>`,
	);
	return text(
		`<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><type>${sport}</type>${segments.join("")}</trk></gpx>\n`,
	);
}

/** The ride as Garmin's TCX: laps, and in a lap a track a stretch. */
export function tcxOf({ sport, stretches, laps }: MadeRide): Uint8Array {
	let at = 0;
	let body = '<Lap StartTime="2024-01-01T00:00:00Z">';
	for (const stretch of stretches) {
		body += "<Track>";
		for (const point of stretch) {
			if (at > 0 && laps.includes(at))
				body +=
					'</Track></Lap>\n<Lap StartTime="2024-01-01T00:00:00Z"><TotalTimeSeconds>1</TotalTimeSeconds><Track>';
			body += `<Trackpoint>${point.seconds === null ? "" : `<Time>${isoTime(point.seconds)}</Time>`}<Position><LatitudeDegrees>${point.latitude}</LatitudeDegrees><LongitudeDegrees>${point.longitude}</LongitudeDegrees></Position>${point.elevation === null ? "" : `<AltitudeMeters>${point.elevation}</AltitudeMeters>`}<HeartRateBpm><Value>99</Value></HeartRateBpm></Trackpoint>\n`;
			at++;
		}
		body += "</Track>";
	}
	// Strava's begin with blanks before the declaration.
	return text(
		`          <?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities><Activity Sport="${sport === "cycling" ? "Biking" : "Running"}"><Id>2024-01-01T00:00:00Z</Id>${body}</Lap></Activity></Activities></TrainingCenterDatabase>\n`,
	);
}

/** The ride as KML: a `gx:Track` a stretch, or lines where it has no times. KML has no kinds. */
export function kmlOf({ stretches }: Pick<MadeRide, "stretches">): Uint8Array {
	const isDated = stretches.flat().some(({ seconds }) => seconds !== null);
	const tracks = stretches.map((stretch) => {
		const place = (
			{ latitude, longitude, elevation }: MadePoint,
			sign: string,
		) =>
			[longitude, latitude, ...(elevation === null ? [] : [elevation])].join(
				sign,
			);
		if (!isDated)
			return `<LineString><coordinates>\n${stretch.map((point) => place(point, ",")).join("\n")}\n</coordinates></LineString>`;
		const times = stretch.map(
			({ seconds }) =>
				`<when>${seconds === null ? "" : isoTime(seconds)}</when>`,
		);
		const places = stretch.map(
			(point) => `<gx:coord>${place(point, " ")}</gx:coord>`,
		);
		return `<gx:Track>${times.join("\n")}\n${places.join("\n")}</gx:Track>`;
	});
	return text(
		`<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark><Placemark><gx:MultiTrack>${tracks.join("")}</gx:MultiTrack></Placemark></Document></kml>\n`,
	);
}

/** The ride as FIT: the timer stops after each stretch and starts before the next. */
export function fitOf(ride: MadeRide, options: FitOptions = {}): Uint8Array {
	const writer = new FitWriter(options);
	writer.define(0, 0, [[0, ENUM]]);
	writer.data(0, [options.fileType ?? 4]);
	writer.define(1, 21, [
		[253, UINT32],
		[0, ENUM],
		[1, ENUM],
	]);
	writer.define(3, 19, [[253, UINT32]]);
	writer.define(4, 18, [[5, ENUM]]);
	const altitude: readonly [number, BaseType] = options.enhancedAltitude
		? [78, UINT32]
		: [2, UINT16];
	const sample: readonly (readonly [number, BaseType])[] = [
		[3, UINT8],
		[0, SINT32],
		[1, SINT32],
		altitude,
	];
	// Compressed times are for the first four local types.
	writer.define(2, 20, [[253, UINT32], ...sample], options.developerFields);
	writer.define(0, 20, sample, options.developerFields);
	let previous: number | null = null;
	let at = 0;
	for (let index = 0; index < (options.placeless ?? 0); index++)
		writer.data(2, [
			null,
			88,
			null,
			null,
			null,
			...(options.developerFields ? [7] : []),
		]);
	for (const stretch of ride.stretches) {
		const [first] = stretch;
		const seconds = first?.seconds ?? null;
		writer.data(1, [fitTime(seconds), 0, 0]);
		if (seconds !== null) previous = seconds;
		for (const point of stretch) {
			if (at > 0 && ride.laps.includes(at))
				writer.data(3, [fitTime(point.seconds)]);
			at++;
			const values = [
				120,
				Math.round(point.latitude / SEMICIRCLE),
				Math.round(point.longitude / SEMICIRCLE),
				point.elevation === null
					? null
					: Math.round((point.elevation + 500) * 5),
				...(options.developerFields ? [7] : []),
			];
			const isNear =
				point.seconds !== null &&
				previous !== null &&
				point.seconds >= previous &&
				point.seconds - previous < 32;
			if (options.compressedTimes && isNear)
				writer.compressed(0, point.seconds as number, values);
			else writer.data(2, [fitTime(point.seconds), ...values]);
			if (point.seconds !== null) previous = point.seconds;
		}
		writer.data(1, [fitTime(previous), 0, 4]);
	}
	writer.data(4, [ride.sport === "cycling" ? 2 : 1]);
	return writer.finish();
}

interface BaseType {
	readonly code: number;
	readonly bytes: number;
	readonly invalid: number;
}

const ENUM: BaseType = { code: 0x00, bytes: 1, invalid: 0xff };
const UINT8: BaseType = { code: 0x02, bytes: 1, invalid: 0xff };
const UINT16: BaseType = { code: 0x84, bytes: 2, invalid: 0xffff };
const SINT32: BaseType = { code: 0x85, bytes: 4, invalid: 0x7fffffff };
const UINT32: BaseType = { code: 0x86, bytes: 4, invalid: 0xffffffff };

/** Writes FIT messages; a developer field, where a definition has one, is a byte at its end. */
class FitWriter {
	readonly #options: FitOptions;
	readonly #bytes: number[] = [];
	readonly #types = new Map<number, readonly BaseType[]>();

	constructor(options: FitOptions) {
		this.#options = options;
	}

	define(
		local: number,
		message: number,
		fields: readonly (readonly [number, BaseType])[],
		developer = false,
	): void {
		const { bigEndian = false } = this.#options;
		this.#bytes.push(0x40 | (developer ? 0x20 : 0) | local, 0);
		this.#bytes.push(bigEndian ? 1 : 0);
		this.#put(message, 2);
		this.#bytes.push(fields.length);
		for (const [number, { code, bytes }] of fields)
			this.#bytes.push(number, bytes, code);
		if (developer) this.#bytes.push(1, 0, 1, 0);
		const types = fields.map(([, type]) => type);
		this.#types.set(local, developer ? [...types, UINT8] : types);
	}

	data(local: number, values: readonly (number | null)[]): void {
		this.#bytes.push(local);
		this.#values(local, values);
	}

	compressed(
		local: number,
		seconds: number,
		values: readonly (number | null)[],
	): void {
		this.#bytes.push(0x80 | (local << 5) | ((seconds - FIT_EPOCH) & 31));
		this.#values(local, values);
	}

	finish(): Uint8Array {
		const { headerBytes = 14, unclosed = false } = this.#options;
		const header = new DataView(new ArrayBuffer(headerBytes));
		header.setUint8(0, headerBytes);
		header.setUint8(1, 0x20);
		header.setUint16(2, 2140, true);
		header.setUint32(4, unclosed ? 0 : this.#bytes.length, true);
		header.setUint32(8, 0x2e464954);
		const head = new Uint8Array(header.buffer);
		if (headerBytes === 14)
			header.setUint16(12, crcOf(head.slice(0, 12)), true);
		const file = concatenated([head, Uint8Array.from(this.#bytes)]);
		if (unclosed) return file;
		const crc = crcOf(file);
		return concatenated([file, Uint8Array.of(crc & 255, crc >> 8)]);
	}

	#values(local: number, values: readonly (number | null)[]): void {
		const types = this.#types.get(local) ?? [];
		if (types.length !== values.length)
			throw new Error(`${types.length} fields and ${values.length} values`);
		for (const [index, { bytes, invalid }] of types.entries())
			this.#put(values[index] ?? invalid, bytes);
	}

	#put(value: number, bytes: number): void {
		const { bigEndian = false } = this.#options;
		const parts = Array.from(
			{ length: bytes },
			(_, index) => Math.floor(value / 256 ** index) & 255,
		);
		this.#bytes.push(...(bigEndian ? parts.reverse() : parts));
	}
}

/** CRC-16/ARC, bit by bit. */
export function crcOf(bytes: Uint8Array): number {
	let crc = 0;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++)
			crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
	}
	return crc;
}

function fitTime(seconds: number | null): number | null {
	return seconds === null ? null : seconds - FIT_EPOCH;
}

function isoTime(seconds: number): string {
	return new Date(seconds * 1000).toISOString().replace(".000", "");
}

function text(value: string): Uint8Array {
	return new TextEncoder().encode(value);
}
