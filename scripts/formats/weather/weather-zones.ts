import { cellsOf } from "../csv.ts";
import { ClocksOfPlace } from "./clocks-of-place.ts";
import { type Header, keyOf } from "./weather-header.ts";

/** A zone in the name of a column of times: `Date Time, GMT+01:00`, `time (UTC)`, `timestamp_utc`. */
const ZONE = /(?<![a-z])(?:UTC|GMT)\s?([+-]\d{1,2}(?::?\d{2})?)?(?!\w)/i;

/** Minutes east of UTC, or the place whose clocks are meant. */
export type Zone = number | ClocksOfPlace;

/** The zone that the header of times says; null where it says none. */
export function zoneOf({ name, unit }: Header): Zone | null {
	const place = placeOfClocks(unit ?? "") ?? ClocksOfPlace.of({ name, unit });
	if (place !== null) return place;
	const match = ZONE.exec(`${name} ${unit ?? ""}`);
	if (match !== null) return minutesOf(match[1] ?? "+0");
	const hours = LETTERS.get(unit ?? "");
	return hours === undefined ? null : 60 * hours;
}

function minutesOf(offset: string): number {
	const [, sign, hours = "0", minutes = "0"] =
		/^([+-])(\d{1,2}):?(\d{2})?$/.exec(offset) ?? [];
	return (sign === "-" ? -1 : 1) * (60 * Number(hours) + Number(minutes));
}

/** Hours east of UTC of zones that stand beside times, of those whose letters mean one alone. */
const LETTERS: ReadonlyMap<string, number> = new Map(
	Object.entries({
		...{ Z: 0, UTC: 0, GMT: 0, WET: 0, WEST: 1, CET: 1, CEST: 2, MEZ: 1 },
		...{ MESZ: 2, EET: 2, EEST: 3, JST: 9, AWST: 8, ACST: 9.5, ACDT: 10.5 },
		...{ AEST: 10, AEDT: 11, NZST: 12, NZDT: 13, AST: -4, ADT: -3, EST: -5 },
		// China's has no column beside it, since it is the only one.
		...{ EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7 },
		...{ AKST: -9, AKDT: -8, HST: -10 },
	}),
);

/** Places where clocks show one of two zones, as the two are told. */
const CLOCKS: ReadonlyMap<string, string> = new Map(
	Object.entries({
		...{ "WET/WEST": "Europe/Lisbon", "CET/CEST": "Europe/Brussels" },
		...{ "MEZ/MESZ": "Europe/Berlin", "EET/EEST": "Europe/Helsinki" },
		...{ "EST/EDT": "America/New_York", "CST/CDT": "America/Chicago" },
		...{ "MST/MDT": "America/Denver", "PST/PDT": "America/Los_Angeles" },
		...{ "AEST/AEDT": "Australia/Sydney", "NZST/NZDT": "Pacific/Auckland" },
	}),
);

function placeOfClocks(told: string): ClocksOfPlace | null {
	const place = CLOCKS.get(told.toUpperCase());
	return place === undefined
		? null
		: ClocksOfPlace.of({ name: "", unit: place });
}

/** What a cell beside a time says of its zone; empty where it says nothing. */
export function zoneText(cell: string): string {
	const told = cell.trim();
	return told.toLowerCase() === "local" ? "" : told;
}

/** Of hours east of UTC, also with a fraction, or seconds, as programs count them. */
const NUMBER = /^[+\u2212-]?\d{1,5}(?:\.\d+)?$/;

/**
 * The zone that a cell beside a time says: `EDT`, `+0100`, `UTC+1`, `-6`, `-21600`,
 * `America/Chicago`; null for anything else.
 */
export function zoneIn(cell: string): Zone | null {
	const told = cell.trim();
	const text = told.toUpperCase();
	const hours = LETTERS.get(text);
	if (hours !== undefined) return 60 * hours;
	if (
		/^(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?$/.test(text) &&
		(text.length > 3 || /^[UG]/.test(text))
	)
		return minutesOf(text.replace(/^(?:UTC|GMT)/, ""));
	if (NUMBER.test(text)) {
		const number = Number(text.replace("\u2212", "-"));
		const minutes = Math.abs(number) < 900 ? 60 * number : number / 60;
		return Math.abs(minutes) <= 14 * 60 && minutes % 15 === 0 ? minutes : null;
	}
	return placeOfClocks(told) ?? placeIn(told);
}

/** A cell that is nothing but a place, such as `America/Chicago`. */
function placeIn(told: string): ClocksOfPlace | null {
	const place = /^[A-Z]\w+(?:\/[\w+-]+)+$/.test(told)
		? ClocksOfPlace.of({ name: "", unit: told })
		: null;
	return place?.zone === told ? place : null;
}

/** A time with letters or a place behind it: `2024-01-31 14:05 EST`, `20240131 14:05:00 US/Eastern`. */
const BEHIND = /(?<=\d(?: ?[AP]M)?) ([A-Z]{1,5}|[A-Z]\w+(?:\/[\w+-]+)+)$/;

/** A time and the zone that stands behind it, other than such as `parseTime` reads; null where none does. */
export function zoneBehind(
	time: string,
): { readonly time: string; readonly zone: Zone } | null {
	const last = time.charCodeAt(time.length - 1) | 32;
	if (last < 97 || last > 122 || /[MZ]$/.test(time)) return null;
	const [behind, told = ""] = BEHIND.exec(time) ?? [];
	const zone = behind === undefined ? null : zoneIn(told);
	return zone === null
		? null
		: { time: time.slice(0, -(behind?.length ?? 0)), zone };
}

/** What a line says that tells the zone: `Time Zone -> America/Chicago`. */
const TOLD =
	/^[#;"' ]*(?:[\w ]{0,20}: *)?(?:time ?zone|zeitzone|time reference)\b[^\p{L}\d+-]*(.*)/iu;

/**
 * The zone of a table's times as lines above it tell it, in the form in which a header
 * does; null where none does. Open-Meteo shifts all times by the same seconds, whatever
 * the clocks of the place do.
 */
export function zoneAbove(lines: readonly string[]): Header | null {
	for (const [at, line] of lines.entries()) {
		if (!/utc_offset_seconds|time zone/i.test(line)) continue;
		const [names = [], ...below] = lines
			.slice(at)
			.map((text) => cellsOf(text, line.includes(";") ? ";" : ",") ?? []);
		const keys = names.map(keyOf);
		const isOther = below.findIndex((row) => row.length !== names.length);
		const rows = isOther === -1 ? below : below.slice(0, isOther);
		/** What all places say that the lines tell of. */
		const told = (key: string) => {
			const [only, other] = new Set(
				rows.map((row) => row[keys.indexOf(key)] || "none"),
			);
			return other === undefined ? Number(only ?? "none") : Number.NaN;
		};
		const seconds = told("utc_offset_seconds");
		// NREL's, beside the `Local Time Zone` of the place.
		const minutes = Number.isNaN(seconds)
			? 60 * told("time_zone")
			: seconds / 60;
		if (Math.abs(minutes) <= 14 * 60)
			return { name: "time", unit: offsetText(minutes) };
	}
	for (const line of lines) {
		const [, told = ""] = TOLD.exec(line) ?? [];
		if (/^(?:universal time|ut\b)/i.test(told))
			return { name: "time", unit: "UTC" };
		if (/^[+-]\d{2}:?\d{2}\b/.test(told))
			return { name: "time", unit: `UTC${told}` };
		if (told !== "") return { name: "time", unit: told };
	}
	return null;
}

function offsetText(minutes: number): string {
	const [hours, rest] = [
		Math.trunc(Math.abs(minutes) / 60),
		Math.abs(minutes) % 60,
	];
	return `UTC${minutes < 0 ? "-" : "+"}${hours}:${String(rest).padStart(2, "0")}`;
}
