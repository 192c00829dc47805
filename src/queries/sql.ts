import { literal } from "../lib/sql/literal.ts";

/** A value that travels as a parameter, with the type the engine casts it to. */
export class TypedValue {
	readonly value: string | number | boolean | null;
	readonly type: string;

	constructor(value: string | number | boolean | null, type: string) {
		this.value = value;
		this.type = type;
	}
}

export interface Query {
	/** SQL with `?::TYPE` where values go: an uncast number would plan as DOUBLE and prune nothing. */
	readonly sql: string;
	readonly params: readonly (string | number | boolean | null)[];
	/** The same with literals, for people to read and to open in the SQL page. */
	readonly display: string;
}

export const integer = (value: number) =>
	new TypedValue(Math.trunc(value), "INTEGER");
export const double = (value: number) => new TypedValue(value, "DOUBLE");
export const text = (value: string | null) => new TypedValue(value, "VARCHAR");

/** A time as UTC `TIMESTAMP`, to the millisecond. */
export function timestamp(value: Date): TypedValue {
	return new TypedValue(
		value.toISOString().replace("T", " ").slice(0, 23),
		"TIMESTAMP",
	);
}

/**
 * Builds a query from a template: typed values become parameters, queries are
 * put in as they are.
 */
export function sql(
	strings: TemplateStringsArray,
	...values: readonly (TypedValue | Query)[]
): Query {
	const params: (string | number | boolean | null)[] = [];
	let text = strings[0] ?? "";
	let display = text;
	for (const [index, value] of values.entries()) {
		const after = strings[index + 1] ?? "";
		if (value instanceof TypedValue) {
			params.push(value.value);
			text += `?::${value.type}${after}`;
			display += `${displayed(value)}${after}`;
		} else {
			params.push(...value.params);
			text += value.sql + after;
			display += value.display + after;
		}
	}
	return { sql: text, params, display };
}

/** Joins queries with a separator, for conditions and columns. */
export function joinSql(parts: readonly Query[], separator: string): Query {
	return {
		sql: parts.map((part) => part.sql).join(separator),
		params: parts.flatMap((part) => part.params),
		display: parts.map((part) => part.display).join(separator),
	};
}

function displayed({ value, type }: TypedValue): string {
	if (value === null) return `NULL::${type}`;
	if (typeof value === "string") {
		return type === "VARCHAR" ? literal(value) : `${type} ${literal(value)}`;
	}
	return String(value);
}
