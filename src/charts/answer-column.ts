import { isNumeric } from "../lib/sql/duckdb-types.ts";

/** What a column's values are to a picture. */
export type Scale = "time" | "number" | "words";

export type Value = Date | number | string;

/** A column of an answer that a picture can show. */
export interface AnswerColumn {
	readonly name: string;
	readonly scale: Scale;
	/** A value a row: an instant of UTC, a finite number or a text; null where there is none such. */
	readonly values: readonly (Value | null)[];
}

const TIME = /^(DATE|TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?)$/;
const WORDS = /^(VARCHAR|BOOLEAN|UUID|ENUM\(.*\))$/s;

/** How values of a type of DuckDB can be drawn; null where they cannot. */
export function scaleOf(type: string): Scale | null {
	if (isNumeric(type)) return "number";
	if (TIME.test(type)) return "time";
	return WORDS.test(type) ? "words" : null;
}

/** `2024-01-31`, `2024-01-31 14:05:00`, with a fraction, and with the zone of UTC. */
const INSTANT =
	/^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*(?:\+00)?)?$/;

/** A value as DuckDB writes it, for a picture: null where none can show it, as NaN, infinities and years of five digits. */
export function drawable(text: string | null, scale: Scale): Value | null {
	if (text === null || scale === "words") return text;
	if (scale === "number") {
		const number = Number(text);
		return Number.isFinite(number) ? number : null;
	}
	const [, day, clock = "00:00:00"] = INSTANT.exec(text) ?? [];
	return day === undefined ? null : new Date(`${day}T${clock}Z`);
}
