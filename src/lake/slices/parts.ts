import { identifier, quotedName } from "../../lib/sql/identifier.ts";
import type { Token } from "../sql/tokenize.ts";
import {
	type Combine,
	combinesExactly,
	type Merging,
	mergingOf,
} from "./aggregates.ts";
import { DoesNotSplit } from "./does-not-split.ts";
import type { SplitDraft } from "./draft.ts";
import {
	type AggregateCall,
	enclosed,
	replaceAggregates,
	replaceGroups,
} from "./expressions.ts";
import { PARTS } from "./part-table.ts";
import { OURS, type Query } from "./query.ts";

import { type BoundSql, inserted, sameTokens } from "./tokens.ts";

interface Group {
	readonly column: string;
	readonly tokens: readonly Token[];
}

interface Part extends Group {
	readonly combine: Combine;
}

interface PlacedCall {
	readonly call: AggregateCall;
	readonly merging: Merging;
	readonly columns: readonly string[];
}

/** Slices of any rows: groups and aggregates in parts that merge. */
export async function byParts(query: Query): Promise<SplitDraft> {
	const groups = query.groups.map((tokens, at): Group => {
		// Refuses what stands in no group.
		replaceAggregates(tokens, query.functions, () => {
			throw new DoesNotSplit("it groups by an aggregate");
		});
		return { column: identifier(`${OURS}group ${at}`), tokens };
	});
	const { parts, calls } = placeCalls(query);
	const partial = partialSql(query, groups, parts);
	const described = await query.describeColumns(partial);
	const types = new Map(
		[...groups, ...parts].map(({ column }, at) => [
			column,
			described[at]?.type ?? "",
		]),
	);
	const combine = combineSql(groups, parts, types);
	return {
		partial,
		combine,
		merge: (names) => mergeSql(query, groups, calls, types, combine, names),
		wholePartitionsOf: null,
	};
}

/** Each aggregate of the statement once. */
function placeCalls(query: Query): { parts: Part[]; calls: PlacedCall[] } {
	const parts: Part[] = [];
	const calls: PlacedCall[] = [];
	for (const tokens of expressionsOf(query))
		replaceAggregates(tokens, query.functions, (call) => {
			if (placeOf(calls, call) !== undefined) return call.head;
			const merging = mergingOf(call.name);
			if (merging === null) throw new Error(`${call.name} does not merge`);
			const columns = merging.parts.map(({ call: name, combine }) => {
				const column = identifier(`${OURS}part ${parts.length}`);
				const tokens = [
					inserted(`${name}(`),
					...call.args,
					inserted(")"),
					...call.filter,
				];
				parts.push({ column, tokens, combine });
				return column;
			});
			calls.push({ call, merging, columns });
			return call.head;
		});
	return { parts, calls };
}

/** A `?` is like no other: a call that holds one is known by where it stands. */
function placeOf(
	calls: readonly PlacedCall[],
	{ head, name, args, filter }: AggregateCall,
): PlacedCall | undefined {
	return calls.find(
		({ call }) =>
			call.head === head ||
			(call.name === name &&
				sameTokens(call.args, args) &&
				sameTokens(call.filter, filter)),
	);
}

function expressionsOf({ items, having, orders }: Query): (readonly Token[])[] {
	return [
		...items.map(({ tokens }) => tokens),
		having,
		...orders.flatMap(({ by }) => (typeof by === "object" ? [by] : [])),
	];
}

function partialSql(
	{ block, where, isGrouped, render }: Query,
	groups: readonly Group[],
	parts: readonly Part[],
): BoundSql {
	const columns = [...groups, ...parts].flatMap(({ column, tokens }, at) => [
		...(at === 0 ? [] : [inserted(",")]),
		...enclosed(tokens),
		inserted(`AS ${column}`),
	]);
	return render([
		...block.with,
		inserted("SELECT"),
		...columns,
		inserted("FROM"),
		...block.from,
		...(where.length > 0 ? [inserted("WHERE"), ...where] : []),
		...(isGrouped
			? [inserted(`GROUP BY ${groups.map((_, at) => at + 1).join(", ")}`)]
			: []),
	]);
}

function combineSql(
	groups: readonly Group[],
	parts: readonly Part[],
	types: ReadonlyMap<string, string>,
): BoundSql {
	const columns = parts.map(({ column, combine, tokens }) => {
		const type = types.get(column) ?? "";
		if (!combinesExactly(combine, type))
			throw new DoesNotSplit(
				`${tokens[0]?.text}…) is of type ${type}, whose sums do not merge`,
			);
		return `CAST(${combine}(${column}) AS ${type}) AS ${column}`;
	});
	const keys = groups.map(({ column }) => column);
	const by = keys.length > 0 ? ` GROUP BY ${keys.join(", ")}` : "";
	return {
		sql: `SELECT ${[...keys, ...columns].join(", ")} FROM ${PARTS}${by}`,
		params: [],
	};
}

function mergeSql(
	{ block, items, having, orders, functions, render }: Query,
	groups: readonly Group[],
	calls: readonly PlacedCall[],
	types: ReadonlyMap<string, string>,
	combine: BoundSql,
	names: readonly string[],
): BoundSql {
	const replacements = groups.map(({ tokens, column }) => ({
		tokens,
		by: inserted(column),
	}));
	const rewrite = (tokens: readonly Token[]) =>
		enclosed(
			replaceGroups(
				replaceAggregates(tokens, functions, (call) => {
					const placed = placeOf(calls, call);
					if (placed === undefined)
						throw new Error(`${call.name} has no place`);
					const { merging, columns } = placed;
					const typesOf = columns.map((column) => types.get(column) ?? "");
					return inserted(`(${merging.value(columns, typesOf)})`);
				}),
				replacements,
			),
		);
	const select = items.flatMap(({ tokens }, at) => [
		...(at === 0 ? [] : [inserted(",")]),
		...rewrite(tokens),
		inserted(`AS ${quotedName(names[at] ?? "")}`),
	]);
	const order = orders.flatMap(({ by, direction }, at) => [
		inserted(at === 0 ? "ORDER BY" : ","),
		...(typeof by === "object" ? rewrite(by) : [inserted(String(by))]),
		...direction,
	]);
	return render([
		inserted(block.distinct ? "SELECT DISTINCT" : "SELECT"),
		...select,
		inserted(`FROM (${combine.sql})`),
		...(having.length > 0 ? [inserted("WHERE"), ...rewrite(having)] : []),
		...order,
		...block.limit,
	]);
}
