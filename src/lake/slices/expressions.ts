import type { Token } from "../sql/tokenize.ts";
import { closingOf, isSymbol, nameOf, outermost } from "../sql/tokens.ts";
import { mergingOf } from "./aggregates.ts";
import { DoesNotSplit } from "./does-not-split.ts";
import type { Functions } from "./functions.ts";
import { inserted, isKeyword, sameToken, sameTokens } from "./tokens.ts";

/** A call of an aggregate, as the statement has it. */
export interface AggregateCall {
	/** The token that names it. */
	readonly head: Token;
	/** In lower case. */
	readonly name: string;
	/** Between the parentheses. */
	readonly args: readonly Token[];
	/** `FILTER (WHERE …)`, or nothing. */
	readonly filter: readonly Token[];
}

/** Forms that look like functions and give no value of one row. */
const NO_VALUES = new Set(["columns", "grouping", "grouping_id", "unnest"]);

/** Calls of aggregates take the place that `place` gives them; windows over them stay what they are. */
export function replaceAggregates(
	tokens: readonly Token[],
	functions: Functions,
	place: (call: AggregateCall) => Token,
): Token[] {
	const replaced: Token[] = [];
	for (let at = 0; at < tokens.length; at += 1) {
		const token = tokens[at] as Token;
		const name = nameOf(token);
		const open = at + 1;
		if (name === "select")
			throw new DoesNotSplit("a subquery stands among what it selects");
		if (
			isSymbol(token, "(") &&
			isKeyword(tokens, open, "from", "with", "values", "table", "pivot")
		)
			throw new DoesNotSplit("a subquery stands among what it selects");
		if (name !== null && isSymbol(tokens[open], "(")) {
			if (isNoValueCall(tokens, at))
				throw new DoesNotSplit(`${name} is not understood`);
			if (functions.isAggregate(name)) {
				const { call, end, isWindow } = readCall(tokens, at, name);
				if (!isWindow) {
					requireMerging(call, functions);
					replaced.push(place(call));
					at = end;
					continue;
				}
			}
		}
		replaced.push(token);
	}
	return replaced;
}

function isNoValueCall(tokens: readonly Token[], at: number): boolean {
	const name = nameOf(tokens[at]);
	return name !== null && NO_VALUES.has(name) && isSymbol(tokens[at + 1], "(");
}

/** Whether an aggregate is called, windows not counted. */
export function hasAggregate(
	tokens: readonly Token[],
	functions: Functions,
): boolean {
	return tokens.some((token, at) => {
		const name = nameOf(token);
		return (
			name !== null &&
			isSymbol(tokens[at + 1], "(") &&
			functions.isAggregate(name) &&
			!readCall(tokens, at, name).isWindow
		);
	});
}

function readCall(tokens: readonly Token[], at: number, name: string) {
	const close = closingOf(tokens, at + 1);
	if (close === null) throw new DoesNotSplit("its brackets do not match");
	let end = close;
	if (isKeyword(tokens, end + 1, "filter") && isSymbol(tokens[end + 2], "("))
		end = closingOf(tokens, end + 2) ?? end;
	const call: AggregateCall = {
		head: tokens[at] as Token,
		name,
		args: tokens.slice(at + 2, close),
		filter: tokens.slice(close + 1, end + 1),
	};
	if (isSymbol(tokens[at - 1], "."))
		throw new DoesNotSplit(`${name} is called through a dot`);
	if (isKeyword(tokens, end + 1, "within", "export_state", "filter"))
		throw new DoesNotSplit(`${name} is called in an unusual way`);
	return { call, end, isWindow: isKeyword(tokens, end + 1, "over") };
}

function requireMerging(call: AggregateCall, functions: Functions): void {
	const { name, args } = call;
	const shown = name === "count" && args.length > 0 ? "count(…)" : `${name}(…)`;
	if (mergingOf(name) === null)
		throw new DoesNotSplit(`${name} needs all values of a group at once`);
	if (isKeyword(args, 0, "distinct"))
		throw new DoesNotSplit(
			`${name}(DISTINCT …) needs all values of a group at once`,
		);
	const outer = outermost(args) ?? [];
	if (outer.some((at) => isSymbol(args[at], ",")))
		throw new DoesNotSplit(`${shown} has more than one argument`);
	if (
		outer.some((at) => isKeyword(args, at, "order", "ignore", "respect", "all"))
	)
		throw new DoesNotSplit(`${shown} is called in an unusual way`);
	for (const tokens of [args, call.filter])
		if (
			tokens.some((token) => nameOf(token) === "select") ||
			tokens.some((_, at) => isNoValueCall(tokens, at)) ||
			hasAggregate(tokens, functions)
		)
			throw new DoesNotSplit(`${shown} holds more than an expression of a row`);
}

/** An expression with the SQL that stands for it elsewhere. */
export interface Replacement {
	readonly tokens: readonly Token[];
	readonly by: Token;
}

/**
 * Puts a group's column where its expression stands as a whole. What stays
 * unreplaced names columns that are not there, so that DuckDB refuses the
 * statement: an expression may be missed, and never taken for another.
 */
export function replaceGroups(
	tokens: readonly Token[],
	groups: readonly Replacement[],
): Token[] {
	const longestFirst = groups.toSorted(
		(a, b) => b.tokens.length - a.tokens.length,
	);
	const whole = longestFirst.find((group) => sameTokens(group.tokens, tokens));
	if (whole !== undefined) return [whole.by];
	const replaced: Token[] = [];
	for (let at = 0; at < tokens.length; at += 1) {
		const group = longestFirst.find((candidate) =>
			standsAt(candidate.tokens, tokens, at),
		);
		if (group === undefined) replaced.push(tokens[at] as Token);
		else {
			replaced.push(group.by);
			at += group.tokens.length - 1;
		}
	}
	return replaced;
}

function standsAt(
	group: readonly Token[],
	tokens: readonly Token[],
	at: number,
): boolean {
	if (!group.every((token, index) => sameToken(token, tokens[at + index])))
		return false;
	const before = tokens[at - 1];
	const end = at + group.length;
	const after = tokens[end];
	if (isSymbol(before, ".") || isConstant(group)) return false;
	if (isPath(group))
		return !(
			isSymbol(after, ".") ||
			isSymbol(after, "(") ||
			after?.kind === "string" ||
			isNoValue(tokens, at)
		);
	if (isCall(group))
		return !(
			isSymbol(after, ".") || isKeyword(tokens, end, "over", "filter", "within")
		);
	const isCast =
		isSymbol(before, "(") &&
		isKeyword(tokens, at - 2, "cast", "try_cast") &&
		isKeyword(tokens, end, "as");
	return (
		isCast ||
		((isSymbol(before, "(") || isSymbol(before, ",")) &&
			(isSymbol(after, ")") || isSymbol(after, ",")))
	);
}

/** Whether a name stands for a type (after `::` or `AS`) or a unit of time (`INTERVAL 1 day`, `extract(day FROM …)`). */
function isNoValue(tokens: readonly Token[], at: number): boolean {
	return (
		(isSymbol(tokens[at - 1], ":") && isSymbol(tokens[at - 2], ":")) ||
		nameOf(tokens[at - 1]) === "as" ||
		isKeyword(tokens, at - 2, "interval") ||
		(isKeyword(tokens, at - 2, "extract") && isKeyword(tokens, at + 1, "from"))
	);
}

/** Whether a name may stand for a value here: a column, or the alias of an item. */
export function mayBeColumn(tokens: readonly Token[], at: number): boolean {
	const after = tokens[at + 1];
	return (
		nameOf(tokens[at]) !== null &&
		!isSymbol(tokens[at - 1], ".") &&
		!isSymbol(after, ".") &&
		!isSymbol(after, "(") &&
		after?.kind !== "string" &&
		!isNoValue(tokens, at)
	);
}

function isConstant(tokens: readonly Token[]): boolean {
	return tokens.every((token) => nameOf(token) === null);
}

/** `a`, `t.a`, `t.st.x`. */
export function isPath(tokens: readonly Token[]): boolean {
	return (
		tokens.length % 2 === 1 &&
		tokens.every((token, at) =>
			at % 2 === 0 ? nameOf(token) !== null : isSymbol(token, "."),
		)
	);
}

function isCall(tokens: readonly Token[]): boolean {
	return (
		nameOf(tokens[0]) !== null &&
		isSymbol(tokens[1], "(") &&
		closingOf(tokens, 1) === tokens.length - 1
	);
}

/** Without parentheses around the whole. */
export function bare(tokens: readonly Token[]): readonly Token[] {
	let inner = tokens;
	while (isSymbol(inner[0], "(") && closingOf(inner, 0) === inner.length - 1)
		inner = inner.slice(1, -1);
	return inner;
}

/** An expression in parentheses of its own. */
export function enclosed(tokens: readonly Token[]): Token[] {
	return [inserted("("), ...tokens, inserted(")")];
}
