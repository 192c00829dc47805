import { Table, tableToIPC, type Vector } from "apache-arrow";
import { concatenated } from "../../lib/formats/concatenated.ts";
import { FileError } from "../../lib/formats/file-error.ts";
import { jsonLines, jsonListItems } from "../../lib/formats/json-items.ts";
import { lookAhead } from "../../lib/formats/look-ahead.ts";
import { throwIfCancelled } from "../errors.ts";
import type { ArrowColumns } from "./text-file.ts";
import { bigIntegers, booleans, doubles, texts } from "./vectors.ts";

const INT64 = 2n ** 63n;
const INT128 = 2n ** 127n;

/**
 * Reads JSON: a list of objects, JSON Lines, or one object, a row each. A column's
 * type follows from all its values: BOOLEAN; BIGINT for numbers without a fraction,
 * HUGEINT where one is beyond 64 bits; DOUBLE; else VARCHAR, in which lists and
 * objects are JSON text, and dates stay the text they are. A key that a row lacks
 * is null. Throws a FileError with the line of what is no JSON, or no object.
 */
export async function readJson(
	chunks: AsyncGenerator<Uint8Array>,
	signal: AbortSignal,
): Promise<ArrowColumns> {
	const rows = new Rows();
	const { head, all } = await lookAhead(chunks, 4096);
	const begins = /[^\s\uFEFF]/.exec(new TextDecoder().decode(head))?.[0];
	if (begins === "[") {
		for await (const { line, bytes } of jsonListItems(all, 0, [])) {
			throwIfCancelled(signal);
			rows.add(parsed(bytes, line), line);
		}
	} else {
		let first: { line: number; bytes: Uint8Array } | null = null;
		const rest: Uint8Array[] = [];
		for await (const item of jsonLines(all)) {
			throwIfCancelled(signal);
			if (rest.length > 0) rest.push(NEWLINE, item.bytes);
			else if (first === null && !isJson(item.bytes))
				// One object over several lines.
				rest.push(item.bytes);
			else rows.add(parsed(item.bytes, item.line), item.line);
			first ??= item;
		}
		if (rest.length > 0)
			rows.add(parsed(concatenated(rest), first?.line ?? 1), first?.line ?? 1);
	}
	return rows.columns();
}

const NEWLINE = new Uint8Array([0x0a]);

function isJson(bytes: Uint8Array): boolean {
	try {
		JSON.parse(textOf(bytes));
		return true;
	} catch {
		return false;
	}
}

function textOf(bytes: Uint8Array): string {
	return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

function parsed(bytes: Uint8Array, line: number): unknown {
	try {
		const text = textOf(bytes);
		return /\d{16}/.test(text) ? parsedExactly(text) : JSON.parse(text);
	} catch (cause) {
		if (cause instanceof FileError) throw cause;
		throw new FileError(
			`not valid JSON: ${cause instanceof Error ? cause.message : cause}`,
			{ line, cause },
		);
	}
}

/** Integers that a double does not hold come as BigInt. */
function parsedExactly(text: string): unknown {
	const exact = (
		_: string,
		value: unknown,
		context?: { readonly source: string },
	): unknown => {
		if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
		if (context === undefined)
			throw new FileError(
				"it holds integers beyond 2^53, which this browser cannot read exactly: write them as text",
			);
		return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
	};
	return JSON.parse(text, exact);
}

/** What the values of a column are, besides null. */
interface Kinds {
	boolean: boolean;
	integer: boolean;
	/** An integer beyond 64 bits. */
	huge: boolean;
	double: boolean;
	other: boolean;
}

interface Values {
	readonly values: unknown[];
	readonly kinds: Kinds;
}

class Rows {
	readonly #columns = new Map<string, Values>();
	#count = 0;

	add(row: unknown, line: number): void {
		if (typeof row !== "object" || row === null || Array.isArray(row))
			throw new FileError("a row must be a JSON object", {
				line,
				sample: String(JSON.stringify(row)).slice(0, 80),
			});
		for (const [name, value] of Object.entries(row)) {
			let column = this.#columns.get(name);
			if (column === undefined) {
				column = {
					values: [],
					kinds: {
						boolean: false,
						integer: false,
						huge: false,
						double: false,
						other: false,
					},
				};
				this.#columns.set(name, column);
			}
			if (value === null) continue;
			note(column.kinds, value);
			column.values[this.#count] = value;
		}
		this.#count += 1;
	}

	columns(): ArrowColumns {
		if (this.#columns.size === 0)
			throw new FileError("it has no rows, so no columns either");
		const names = new Set<string>();
		const vectors: [name: string, vector: Vector][] = [];
		const types = new Map<string, string>();
		for (const [key, { values, kinds }] of this.#columns) {
			values.length = this.#count;
			const name = unlike(key, names);
			names.add(name.toLowerCase());
			const type = typeOf(kinds);
			types.set(name, type);
			vectors.push([name, vectorOf(type, values)]);
		}
		return {
			ipc: tableToIPC(new Table(Object.fromEntries(vectors)), "stream"),
			types,
		};
	}
}

/** SQL does not tell names apart by case: `A` beside `a` becomes `A_1`, as DuckDB has it. */
function unlike(key: string, taken: ReadonlySet<string>): string {
	const name = key === "" ? "_" : key;
	if (!taken.has(name.toLowerCase())) return name;
	let count = 1;
	while (taken.has(`${name}_${count}`.toLowerCase())) count += 1;
	return `${name}_${count}`;
}

function note(kinds: Kinds, value: unknown): void {
	switch (typeof value) {
		case "boolean":
			kinds.boolean = true;
			return;
		case "number":
			if (Number.isSafeInteger(value)) kinds.integer = true;
			else kinds.double = true;
			return;
		case "bigint":
			if (value >= -INT128 && value < INT128) kinds.integer = true;
			else kinds.other = true;
			if (value < -INT64 || value >= INT64) kinds.huge = true;
			return;
		default:
			kinds.other = true;
	}
}

function typeOf({ boolean, integer, huge, double, other }: Kinds): string {
	if (other) return "VARCHAR";
	if (boolean) return integer || double ? "VARCHAR" : "BOOLEAN";
	if (double) return "DOUBLE";
	if (huge) return "HUGEINT";
	return integer ? "BIGINT" : "VARCHAR";
}

function vectorOf(type: string, values: readonly unknown[]): Vector {
	const all = <T>(convert: (value: unknown) => T) =>
		Array.from(values, (value) =>
			value === undefined ? null : convert(value),
		);
	switch (type) {
		case "BOOLEAN":
			return booleans(all((value) => value === true));
		case "BIGINT":
			return bigIntegers(all((value) => BigInt(value as number | bigint)));
		case "DOUBLE":
			return doubles(all(Number));
		default:
			return texts(all(plainText));
	}
}

function plainText(value: unknown): string {
	return typeof value === "object" ? jsonText(value) : String(value);
}

function jsonText(value: unknown): string {
	// Where a BigInt can come from there is rawJSON as well.
	const { rawJSON } = JSON as unknown as {
		readonly rawJSON: (text: string) => unknown;
	};
	return JSON.stringify(value, (_, inner) =>
		typeof inner === "bigint" ? rawJSON(String(inner)) : inner,
	);
}
