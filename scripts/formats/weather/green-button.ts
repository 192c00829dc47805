import { FileError } from "../../../src/lib/formats/file-error.ts";
import { parseTime } from "../../../src/lib/formats/time.ts";
import {
	type Attributes,
	readXml,
	type XmlHandler,
} from "../../../src/lib/formats/xml.ts";
import type { ParseOutput } from "../../datasets/dataset.ts";
import type { TakeReading, Version } from "./weather-reading.ts";
import type { Source } from "./weather-table.ts";

const FORMAT = { name: "Green Button", root: "feed" };

/** Codes of ESPI's `UomType`. */
const UNITS: Readonly<Record<string, string>> = {
	5: "A",
	23: "°C",
	29: "V",
	31: "J",
	33: "Hz",
	38: "W",
	42: "m³",
	61: "VA",
	63: "var",
	71: "VAh",
	72: "Wh",
	73: "varh",
	106: "Ah",
	119: "ft³",
	122: "ft³/h",
	125: "m³/h",
	128: "US gal",
	129: "US gal/h",
	130: "imp gal",
	131: "imp gal/h",
	132: "BTU",
	133: "BTU/h",
	134: "L",
	137: "L/h",
	169: "therm",
};

/** Codes of `CommodityKind`. */
const COMMODITIES: Readonly<Record<string, string>> = {
	1: "electricity",
	2: "electricity",
	7: "gas",
	8: "propane",
	9: "water",
	10: "steam",
	11: "waste water",
	12: "heating fluid",
	13: "cooling fluid",
};

/** Codes of `FlowDirectionKind`, of electricity. */
const FLOWS: Readonly<Record<string, string>> = {
	1: "delivered",
	4: "net",
	19: "received",
	20: "total",
};

/** Codes of `AccumulationKind` that say how a value is one of a time. */
const ACCUMULATIONS: Readonly<Record<string, string>> = {
	1: "bulk",
	3: "cumulative",
	9: "summation",
	12: "instantaneous",
};

/** Codes of ISO 4217, as ESPI writes a currency. */
const CURRENCIES: Readonly<Record<string, string>> = {
	36: "AUD",
	124: "CAD",
	826: "GBP",
	840: "USD",
	978: "EUR",
};

/** A cost is told in these parts of its currency. */
const COST_DECIMALS = 5;

/** A value that is questionable, of `QualityOfReading`. */
const QUESTIONABLE = "10";

const DAY_SECONDS = 86_400;

/** A file's entries and their links are few beside its readings. */
const MAX_ENTRIES = 1_000_000;

/** What the texts of an element of ESPI are, by the names of its children. */
type Fields = Record<string, string | undefined>;

/** An entry of the feed, which says by addresses what it belongs to. */
interface Entry {
	readonly self: string;
	readonly up: string;
	readonly related: readonly string[];
	/** When it was changed last, as it stands. */
	readonly updated: string;
	readonly readingType: Fields | null;
}

/** Of what the readings of a block are. */
interface Series {
	readonly measure: string;
	readonly unit: string;
	readonly powerOfTen: number;
	/** Null where costs have none. */
	readonly currency: string | null;
	/** Of the point at which is measured. */
	readonly module: string | null;
	readonly version: Version | null;
}

/** A reading as it stands. */
interface IntervalReading {
	readonly line: number;
	readonly entry: number;
	readonly start: string;
	readonly value: string;
	readonly cost: string;
	readonly quality: string;
}

/**
 * Reads what utilities give out as Green Button (Atom with ESPI), twice: once for what the
 * entries are and how they hang together, whatever their order, once for the readings. The
 * module is the usage point; the measure says what flows and which way, and how, where that
 * is not within an interval (`electricity delivered`). Values are in the unit of their
 * reading type, multiplied by its power of ten; costs are a measure beside. Times
 * are the starts, in seconds since 1970, UTC: the feed's local time is for showing alone.
 * A value that is marked as questionable is left out. When an entry was updated is the
 * version of its readings. Throws a FileError as readXml does,
 * and where a feed holds no readings.
 */
export async function readGreenButton(
	source: Source & { readonly station: string },
	out: ParseOutput,
	take: TakeReading,
): Promise<void> {
	const drain = () => out.drain();
	const entries: Entry[] = [];
	await readXml(
		source.open(),
		FORMAT,
		new FeedReader(
			(entry) => entries.push(entry),
			() => {},
		),
		drain,
	);
	const feed = new Feed(entries);
	const known = new Map<number, Series | string>();
	let read = 0;
	let costsLeftOut = false;
	await readXml(source.open(), FORMAT, new FeedReader(() => {}, add), drain);
	out.count("rows read", read);
	if (read === 0)
		throw new FileError(
			"no interval readings: this is no Green Button download of usage",
		);
	if (costsLeftOut)
		out.note("costs left out: their currency is not told, or not known");

	function add(reading: IntervalReading): void {
		read += 1;
		const reject = (reason: string) => {
			out.count("rows rejected");
			const { line, start, value } = reading;
			out.reject(
				line,
				reason,
				`${start} ${value}`.trim(),
				source.entry ?? undefined,
			);
		};
		let series = known.get(reading.entry);
		if (series === undefined) {
			series = feed.seriesOf(reading.entry);
			known.set(reading.entry, series);
		}
		if (typeof series === "string") {
			reject(series);
			return;
		}
		if (!/^\d{1,11}$/.test(reading.start)) {
			reject(`not a time in seconds since 1970: ${reading.start}`);
			return;
		}
		if (!/^[+-]?\d*$/.test(reading.value)) {
			reject(`not a whole number: ${reading.value}`);
			return;
		}
		const { station } = source;
		const { module, measure, unit, currency } = series;
		const version = reading.value === "" ? null : series.version;
		const time = Number(reading.start) * 1e6;
		const isValue = reading.value !== "" && reading.quality !== QUESTIONABLE;
		const value = isValue ? scaled(reading.value, series.powerOfTen) : null;
		out.count(value === null ? "cells without a value" : "values");
		take(
			{ station, module, measure, unit, time, value, version },
			reading.line,
			source.entry,
		);
		if (!/^[+-]?\d+$/.test(reading.cost)) return;
		if (currency === null) {
			costsLeftOut = true;
			return;
		}
		const cost = {
			measure: `${measure} cost`,
			unit: currency,
			value: scaled(reading.cost, -COST_DECIMALS),
		};
		take(
			{ station, module, time, version: series.version, ...cost },
			reading.line,
			source.entry,
		);
	}
}

/** A whole number times a power of ten, without the error of a multiplication. */
function scaled(digits: string, powerOfTen: number): number {
	return Number(`${digits}e${powerOfTen}`) + 0;
}

/** What hangs together in a feed, by the addresses of its entries. */
class Feed {
	readonly #entries: readonly Entry[];
	readonly #byAddress: ReadonlyMap<string, Entry>;
	readonly #readingTypes: readonly Entry[];

	constructor(entries: readonly Entry[]) {
		this.#entries = entries;
		this.#byAddress = new Map(entries.map((entry) => [entry.self, entry]));
		this.#readingTypes = entries.filter(
			({ readingType }) => readingType !== null,
		);
	}

	/** What the readings of an entry are of; why that cannot be told. */
	seriesOf(index: number): Series | string {
		const block = this.#entries[index];
		const meterReading = this.#byAddress.get(
			(block?.up ?? "").replace(/\/IntervalBlock$/, ""),
		);
		const links = (meterReading?.related ?? []).filter((address) =>
			address.includes("/ReadingType"),
		);
		const [only, other] = this.#readingTypes;
		const type =
			links.length > 0
				? this.#byAddress.get(links[0] ?? "")
				: other === undefined
					? only
					: undefined;
		if (type === undefined || type.readingType === null)
			return "no reading type says in which unit it is";
		const [, module = null] =
			/\/UsagePoint\/([^/]+)/.exec(block?.up || (block?.self ?? "")) ?? [];
		const updated = parseTime(block?.updated ?? "");
		const version = updated === null ? null : { updated: updated.micros };
		return seriesOf(type.readingType, module, version);
	}
}

function seriesOf(
	fields: Fields,
	module: string | null,
	version: Version | null,
): Series | string {
	const unit = UNITS[fields.uom ?? ""];
	if (unit === undefined)
		return `a unit that is not known: ${fields.uom ?? "none"}`;
	const power = fields.powerOfTenMultiplier ?? "0";
	if (!/^[+-]?\d{1,2}$/.test(power))
		return `not a power of ten: ${fields.powerOfTenMultiplier}`;
	const commodity = COMMODITIES[fields.commodity ?? ""] ?? "usage";
	const days = Number(fields.intervalLength ?? 0) / DAY_SECONDS;
	const words = [
		commodity,
		commodity === "electricity" ? FLOWS[fields.flowDirection ?? ""] : undefined,
		ACCUMULATIONS[fields.accumulationBehaviour ?? ""],
		days < 1
			? undefined
			: days < 2
				? "daily"
				: days < 28
					? "of days"
					: "monthly",
	];
	return {
		measure: words.filter((word) => word !== undefined).join(" "),
		unit,
		powerOfTen: Number(power),
		currency: CURRENCIES[fields.currency ?? ""] ?? null,
		module,
		version,
	};
}

/** Reads entries and interval readings off a feed. */
class FeedReader implements XmlHandler {
	readonly #onEntry: (entry: Entry) => void;
	readonly #onReading: (reading: IntervalReading) => void;
	#entry = -1;
	#links: { rel: string; href: string }[] = [];
	#readingType: Fields | null = null;
	#about: Fields = {};
	#reading: { line: number; fields: Fields } | null = null;
	/** Where the text goes that comes next. */
	#target: Fields | null = null;
	#name = "";
	#text = "";

	constructor(
		onEntry: (entry: Entry) => void,
		onReading: (reading: IntervalReading) => void,
	) {
		this.#onEntry = onEntry;
		this.#onReading = onReading;
	}

	open(
		name: string,
		attributes: Attributes,
		path: readonly string[],
		line: number,
	): void {
		this.#text = "";
		this.#name = name;
		this.#target = this.#reading?.fields ?? this.#readingType;
		switch (name) {
			case "entry":
				this.#entry += 1;
				if (this.#entry >= MAX_ENTRIES)
					throw new FileError(`more than ${MAX_ENTRIES} entries`, { line });
				this.#links = [];
				this.#readingType = null;
				this.#about = {};
				return;
			case "updated":
				if (path.at(-1) === "entry") this.#target = this.#about;
				return;
			case "link":
				if (path.at(-1) === "entry")
					this.#links.push({
						rel: attributes.rel ?? "",
						href: addressOf(attributes.href ?? ""),
					});
				return;
			case "ReadingType":
				if (path.at(-1) === "content") this.#readingType = {};
				return;
			case "IntervalReading":
				this.#reading = { line, fields: {} };
				return;
		}
	}

	text(text: string): void {
		if (this.#target !== null) this.#text += text;
	}

	close(name: string): void {
		// Of an element that holds others, the last of these is closed already.
		if (this.#target !== null && name === this.#name)
			this.#target[name] = this.#text.trim();
		this.#target = null;
		if (name === "IntervalReading" && this.#reading !== null) {
			const { line, fields } = this.#reading;
			this.#reading = null;
			this.#onReading({
				line,
				entry: this.#entry,
				start: fields.start ?? "",
				value: fields.value ?? "",
				cost: fields.cost ?? "",
				quality: fields.quality ?? "",
			});
		}
		if (name === "entry") {
			const ofRel = (rel: string) =>
				this.#links.flatMap((link) => (link.rel === rel ? [link.href] : []));
			this.#onEntry({
				self: ofRel("self")[0] ?? "",
				up: ofRel("up")[0] ?? "",
				related: ofRel("related"),
				updated: this.#about.updated ?? "",
				readingType: this.#readingType,
			});
		}
	}
}

/** Utilities write one address now whole, now without its host. */
function addressOf(href: string): string {
	return href
		.trim()
		.replace(/^https?:\/\/[^/]*/i, "")
		.replace(/\/$/, "");
}
