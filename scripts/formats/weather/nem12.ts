import { FileError } from "../../../src/lib/formats/file-error.ts";
import { lookAtBytes } from "../../../src/lib/formats/look-ahead.ts";
import type { ParseOutput } from "../../datasets/dataset.ts";
import { type CsvRow, csvRows } from "../csv.ts";
import { parseCell } from "./weather-numbers.ts";
import type { TakeReading, Version } from "./weather-reading.ts";
import { type Source, sampleOf } from "./weather-table.ts";

const SNIFF_BYTES = 64;

/** Minutes east of UTC, in summer too. */
const NEM_OFFSET_MINUTES = 600;

const DAY_MINUTES = 1440;
const INTERVAL_MINUTES: ReadonlySet<string> = new Set(["1", "5", "15", "30"]);

/** Units as they are written elsewhere, by how NEM12 does, in any case. */
const UNITS = new Map(
	"Wh kWh MWh varh kvarh Mvarh VAh kVAh MVAh W kW MW var kvar Mvar VA kVA MVA V kV A kA pf"
		.split(" ")
		.map((unit) => [unit.toUpperCase(), unit]),
);

/** Where a 300 record says when it was updated: behind quality, reason and its text. */
const UPDATE_AT = 3;

/** How sure values are where no record says when it was updated: what was measured comes before what was guessed. */
const QUALITIES = ["E", "S", "F", "A"];

/** Actual, estimated, final substitute, none, substitute, and as its 400 records say. */
const QUALITY = /^(?:[ANV]|[EFS]\d{0,2})$/;

/** A 200 record: of what the days below it are. */
interface Stream {
	readonly station: string;
	readonly module: string | null;
	readonly measure: string;
	readonly unit: string;
	readonly minutes: number;
}

/** A 300 record, and what its 400 records say. */
interface Day {
	readonly stream: Stream;
	readonly record: CsvRow;
	readonly details: CsvRow[];
}

interface IntervalValue {
	/** Blank where nothing stands, null where the quality says that there is none. */
	readonly value: number | "blank" | null;
	readonly quality: string;
}

/** Whether a source begins as the files of Australia's electricity market do, which have no header. */
export async function isNem(source: Source): Promise<boolean> {
	const { head, all } = await lookAtBytes(source.open(), SNIFF_BYTES);
	await all.return(undefined);
	return /^"?100"?\s*,\s*"?NEM1\d/i.test(new TextDecoder().decode(head));
}

/**
 * Reads a Meter Data File of AEMO: the station is the NMI, the module the meter's serial
 * number, the measure the suffix (`E1` is drawn, `B1` fed in). A reading is of the time at
 * which its interval begins, told in UTC. Estimates and substitutes are values and are
 * counted; an interval of quality N has none. When a day was updated is the version of its
 * readings, else how sure each is. A day that does not hold together is
 * rejected, and so is the end of a file that is cut off.
 * AEMO, Meter Data File Format Specification NEM12 & NEM13.
 */
export async function readNem12(
	source: Source,
	out: ParseOutput,
	take: TakeReading,
): Promise<void> {
	let stream: Stream | null = null;
	let day: Day | null = null;
	let read = 0;
	let last: CsvRow | null = null;

	for await (const batch of csvRows(source.open(), ",")) {
		for (const row of batch) addRecord(row);
		last = batch.at(-1) ?? last;
		await out.drain();
	}
	endDay();
	if (last !== null && last.cells[0] !== "900")
		reject(last, "the file ends without its 900 record: it is cut off");
	out.count("rows read", read);

	function reject({ line, cells }: CsvRow, reason: string): void {
		read += 1;
		out.count("rows rejected");
		out.reject(line, reason, sampleOf(cells), source.entry ?? undefined);
	}

	function addRecord(row: CsvRow): void {
		const { cells } = row;
		switch (cells[0]?.replace(/^\uFEFF/, "")) {
			case "100":
				endDay();
				stream = null;
				if (cells[1]?.toUpperCase() !== "NEM12")
					throw new FileError(
						`${cells[1]} is not read: it has no intervals; ask for NEM12`,
						{ line: row.line, sample: sampleOf(cells) },
					);
				return;
			case "200": {
				endDay();
				const found = streamOf(cells);
				stream = typeof found === "string" ? null : found;
				if (typeof found === "string") reject(row, found);
				return;
			}
			case "300":
				endDay();
				if (stream === null) reject(row, "no 200 record says what it is of");
				else day = { stream, record: row, details: [] };
				return;
			case "400":
				if (day === null) reject(row, "no 300 record stands before it");
				else day.details.push(row);
				return;
			// Of when the meter was read, and of the end.
			case "500":
			case "900":
				endDay();
				return;
			default:
				reject(row, `no record of NEM12: ${cells[0]}`);
		}
	}

	function endDay(): void {
		if (day === null) return;
		const { stream: of, record } = day;
		const values = valuesOf(day);
		day = null;
		if (typeof values === "string") {
			reject(record, values);
			return;
		}
		read += 1;
		const midnight = midnightOf(record.cells[1] ?? "") ?? 0;
		const updated = updateOf(
			record.cells[2 + DAY_MINUTES / of.minutes + UPDATE_AT] ?? "",
		);
		for (const [index, { value: found, quality }] of values.entries()) {
			const value = found === "blank" ? null : found;
			const version =
				found === "blank" ? null : (updated ?? versionBy(quality));
			const kind = value === null ? "cells without a value" : "values";
			out.count(kind);
			if (value !== null && /^[EFS]/.test(quality))
				out.count("estimated or substituted values");
			const { minutes, ...series } = of;
			const time =
				midnight + (index * minutes - NEM_OFFSET_MINUTES) * 60_000_000;
			take({ ...series, time, value, version }, record.line, source.entry);
		}
	}
}

/** What a 200 record says; why it cannot be used. */
function streamOf(cells: readonly string[]): Stream | string {
	const [, nmi = "", , , suffix = "", , serial = "", uom = "", minutes = ""] =
		cells;
	const unit = UNITS.get(uom.toUpperCase());
	if (!/^[A-Z0-9]{10,11}$/i.test(nmi)) return `not an NMI: ${nmi}`;
	if (suffix === "") return "no NMI suffix";
	if (unit === undefined) return `an unknown unit: ${uom}`;
	if (!INTERVAL_MINUTES.has(minutes))
		return `an unknown length of intervals: ${minutes} minutes`;
	return {
		station: nmi,
		module: serial === "" ? null : serial,
		measure: suffix,
		unit,
		minutes: Number(minutes),
	};
}

/** The values of a day with their qualities, in order; why they cannot be used. */
function valuesOf({
	stream,
	record: { cells },
	details,
}: Day): readonly IntervalValue[] | string {
	const count = DAY_MINUTES / stream.minutes;
	const texts = cells.slice(2, 2 + count);
	const ofDay = cells[2 + count] ?? "";
	if (midnightOf(cells[1] ?? "") === null) return `not a date: ${cells[1]}`;
	if (!QUALITY.test(ofDay))
		return `${count} values and a quality are expected, of ${stream.minutes} minutes each: found ${JSON.stringify(ofDay)} as the quality`;
	const qualities = new Array<string>(count).fill(ofDay);
	for (const { line, cells: detail } of details) {
		const [, from = "", to = "", quality = ""] = detail;
		const isRange =
			/^\d+$/.test(from) &&
			/^\d+$/.test(to) &&
			1 <= Number(from) &&
			Number(from) <= Number(to) &&
			Number(to) <= count;
		if (!isRange || !QUALITY.test(quality) || quality === "V")
			return `its 400 record in line ${line} is none: ${sampleOf(detail)}`;
		qualities.fill(quality, Number(from) - 1, Number(to));
	}
	const untold = qualities.indexOf("V");
	if (untold !== -1)
		return `no 400 record tells the quality of interval ${untold + 1}`;
	const values: IntervalValue[] = [];
	for (const [index, text] of texts.entries()) {
		const quality = qualities[index] ?? "";
		const value = quality === "N" ? null : parseCell(text, false);
		if (value === "word") return `not a number: ${text}`;
		values.push({ value, quality });
	}
	return values;
}

/** `20240115010203`, in the market's time. */
function updateOf(text: string): Version | null {
	const [, date = "", hours = "", minutes = "", seconds = ""] =
		/^(\d{8})([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/.exec(text) ?? [];
	const midnight = midnightOf(date);
	if (midnight === null) return null;
	const clock = 60 * Number(hours) + Number(minutes) - NEM_OFFSET_MINUTES;
	return { updated: midnight + (60 * clock + Number(seconds)) * 1_000_000 };
}

/** Null of an interval without a value. */
function versionBy(quality: string): Version | null {
	const revision = QUALITIES.indexOf(quality.charAt(0));
	return revision === -1 ? null : { revision };
}

/** Microseconds since 1970 as if the date were of UTC; null where it is none. */
function midnightOf(date: string): number | null {
	const [, year = "", month = "", day = ""] =
		/^((?:19|20)\d{2})(\d{2})(\d{2})$/.exec(date) ?? [];
	const time = new Date(`${year}-${month}-${day}T00:00:00Z`);
	const isDate =
		!Number.isNaN(time.getTime()) &&
		time.toISOString().startsWith(`${year}-${month}-${day}`);
	return isDate ? time.getTime() * 1000 : null;
}
