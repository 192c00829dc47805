import type { DuckDBConnection } from "@duckdb/node-api";
import type { LakeSession, SessionRequest } from "../../src/lake/session.ts";
import type { Plan } from "../../workers/engine-api.ts";
import type { Check } from "./generate.ts";
import { quoted } from "./lake.ts";
import { type TextAnswer, textOfAnswer } from "./text-answer.ts";

/** More rows than this are not compared: the query is passed over. */
const MOST_ROWS = 20_000;

/**
 * A join of everything with everything would take the machine's memory in the page's
 * engine. Time of the processor: a machine that does much else is no reason.
 */
const MOST_MICROSECONDS = 3_000_000;

export async function answerOfSession(
	session: LakeSession,
	request: SessionRequest,
): Promise<TextAnswer & { readonly plan: Plan }> {
	const { ipc, columns, plan } = await session.query(request);
	return { ...textOfAnswer(ipc, columns), plan };
}

/** Undefined where the answer has too many rows or takes too much. Throws DuckDB's errors. */
export async function nativeAnswer(
	connection: DuckDBConnection,
	sql: string,
): Promise<TextAnswer | undefined> {
	const before = process.cpuUsage();
	const watch = setInterval(() => {
		const { user, system } = process.cpuUsage(before);
		if (user + system > MOST_MICROSECONDS) connection.interrupt();
	}, 100);
	try {
		await connection.run(`CREATE OR REPLACE TEMP TABLE answer AS ${sql}`);
	} catch (error) {
		if (/Out of Memory|INTERRUPT/.test(String(error))) return undefined;
		throw error;
	} finally {
		clearInterval(watch);
	}
	const described = await connection.runAndReadAll(
		"SELECT column_name, column_type FROM (DESCRIBE answer)",
	);
	const columns = described
		.getRows()
		.map(([name, type]) => ({ name: String(name), type: String(type) }));
	const texts = columns.map(({ name, type }) => textOf(quoted(name), type));
	const reader = await connection.runAndReadAll(
		`SELECT ${texts.join(", ")} FROM answer LIMIT ${MOST_ROWS + 1}`,
	);
	const rows = reader.getRows() as (string | null)[][];
	if (rows.length > MOST_ROWS) return undefined;
	return { types: columns.map(({ type }) => type), rows };
}

/** SQL of a value as cellText writes it: of blobs every byte in hexadecimal. */
function textOf(value: string, type: string): string {
	const ofBlob = (blob: string) =>
		`regexp_replace(hex(${blob}), '(..)', '\\\\x\\1', 'g')`;
	if (type === "BLOB") return ofBlob(value);
	if (type !== "BLOB[]") return `CAST(${value} AS VARCHAR)`;
	const items = `list_transform(${value}, lambda blob: coalesce(${ofBlob("blob")}, 'NULL'))`;
	return `CASE WHEN ${value} IS NOT NULL THEN '[' || coalesce(list_aggregate(${items}, 'string_agg', ', '), '') || ']' END`;
}

/** What native DuckDB says to a query, and what of it is to be compared. */
export interface Expectation {
	readonly check: Check;
	readonly answer: TextAnswer;
	/** The rows that may show, where the answer is a part of them. */
	readonly whole?: TextAnswer;
}

/** What is wrong with an answer, or null; doubles are compared to 1e-12 of their size. */
export function difference(
	{ check, answer, whole }: Expectation,
	actual: TextAnswer,
): string | null {
	const { types, rows } = answer;
	if (types.join() !== actual.types.join())
		return `columns of ${actual.types.join()} instead of ${types.join()}`;
	const isSized = check.kind !== "part" || check.isSized;
	if (isSized && rows.length !== actual.rows.length)
		return `${actual.rows.length} rows instead of ${rows.length}`;
	switch (check.kind) {
		case "ordered":
			return firstDifference(rows, actual.rows, types);
		case "rows":
			return missingRow(rows, actual.rows, types);
		case "part": {
			const keys = types.slice(0, check.keys);
			return (
				firstDifference(rows, check.keys > 0 ? actual.rows : rows, keys) ??
				(whole === undefined
					? "the rows that may show are unknown"
					: missingRow(actual.rows, whole.rows, types))
			);
		}
	}
}

/** By the leading columns, as many as there are `types`. */
function firstDifference(
	expected: readonly Row[],
	actual: readonly Row[],
	types: readonly string[],
): string | null {
	const at = expected.findIndex(
		(row, index) => !sameRow(row, actual[index] ?? [], types),
	);
	return at === -1
		? null
		: `row ${at} is ${show(actual[at])} instead of ${show(expected[at])}`;
}

/** The first of some rows that others do not hold, each as often as it is there. */
function missingRow(
	rows: readonly Row[],
	others: readonly Row[],
	types: readonly string[],
): string | null {
	const left = new Map<string, Row[]>();
	for (const row of others) {
		const key = keyOf(row, types);
		const alike = left.get(key);
		if (alike === undefined) left.set(key, [row]);
		else alike.push(row);
	}
	const missing: Row[] = [];
	for (const row of rows) {
		const candidates = left.get(keyOf(row, types)) ?? [];
		const at = candidates.findIndex((other) => sameRow(row, other, types));
		if (at === -1) missing.push(row);
		else candidates.splice(at, 1);
	}
	if (missing.length === 0) return null;
	const surplus = [...left.values()].flat();
	// Rows whose doubles round to different keys may still be the same.
	for (const row of missing) {
		const at = surplus.findIndex((other) => sameRow(row, other, types));
		if (at === -1)
			return `${show(row)} is on one side only, the other has ${show(surplus[0])}`;
		surplus.splice(at, 1);
	}
	return null;
}

type Row = readonly (string | null)[];

function sameRow(a: Row, b: Row, types: readonly string[]): boolean {
	return types.every((type, column) =>
		sameText(a[column] ?? null, b[column] ?? null, type),
	);
}

const NUMBERS = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;

function sameText(a: string | null, b: string | null, type: string): boolean {
	if (a === b) return true;
	// Which of two equal zeros shows is up to the order of rows, in text as well.
	if (isZero(a) && isZero(b)) return true;
	if (a === null || b === null || !/DOUBLE|FLOAT/.test(type)) return false;
	if (shapeOf(a) !== shapeOf(b)) return false;
	const numbers = b.match(NUMBERS) ?? [];
	return (a.match(NUMBERS) ?? []).every((text, index) => {
		const [x, y] = [Number(text), Number(numbers[index])];
		return Math.abs(x - y) <= 1e-12 * Math.max(Math.abs(x), Math.abs(y));
	});
}

/** Doubles as text, without the sign of NaN: one that is computed has the processor's. */
function unsignedNans(text: string): string {
	return text.replaceAll(/-nan\b/g, "nan");
}

/** A text without its numbers. */
function shapeOf(text: string): string {
	return unsignedNans(text).replaceAll(NUMBERS, "#");
}

function isZero(text: string | null): boolean {
	return text === "0.0" || text === "-0.0";
}

function keyOf(row: Row, types: readonly string[]): string {
	return JSON.stringify(
		row.map((text, column) =>
			text !== null && /DOUBLE|FLOAT/.test(types[column] ?? "")
				? unsignedNans(text).replaceAll(NUMBERS, (number) =>
						(Number(number) + 0).toPrecision(9),
					)
				: isZero(text)
					? "0.0"
					: text,
		),
	);
}

function show(row: Row | undefined): string {
	return JSON.stringify(row)?.slice(0, 300) ?? "nothing";
}
