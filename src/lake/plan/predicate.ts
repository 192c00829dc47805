import type { OrderedValue } from "../../lib/catalog/ordered-values.ts";
import type { Monotone } from "./monotone.ts";

/**
 * What a row must satisfy to be read. `unknown` stands for any condition that
 * cannot be told from bounds: it may hold anywhere. An `and` of no parts always holds.
 */
export type Predicate =
	| { readonly kind: "unknown" }
	| { readonly kind: "and"; readonly parts: readonly Predicate[] }
	| { readonly kind: "or"; readonly parts: readonly Predicate[] }
	| {
			readonly kind: "compare";
			readonly column: string;
			readonly operator: ComparisonOperator;
			readonly value: OrderedValue;
			/** What is compared is this of the column; of greater values never less. */
			readonly through?: Monotone;
	  }
	| {
			readonly kind: "in";
			readonly column: string;
			/** Ascending. */
			readonly values: readonly OrderedValue[];
	  }
	| {
			readonly kind: "null";
			readonly column: string;
			/** True for IS NULL, false for IS NOT NULL. */
			readonly isNull: boolean;
	  };

export type ComparisonOperator = "=" | "!=" | "<" | "<=" | ">" | ">=";

export const UNKNOWN: Predicate = { kind: "unknown" };
export const ALWAYS: Predicate = { kind: "and", parts: [] };

/** Whether bounds can tell that a row group has no row for it. */
export function canPrune(predicate: Predicate): boolean {
	switch (predicate.kind) {
		case "unknown":
			return false;
		case "and":
			return predicate.parts.some(canPrune);
		case "or":
			return predicate.parts.every(canPrune);
		default:
			return true;
	}
}

const NEGATED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
	"=": "!=",
	"!=": "=",
	"<": ">=",
	"<=": ">",
	">": "<=",
	">=": "<",
};

/** Holds where the predicate is false: where that is null, neither does. */
export function negated(predicate: Predicate): Predicate {
	switch (predicate.kind) {
		case "unknown":
			return UNKNOWN;
		case "and":
			return { kind: "or", parts: predicate.parts.map(negated) };
		case "or":
			return { kind: "and", parts: predicate.parts.map(negated) };
		case "compare":
			return { ...predicate, operator: NEGATED[predicate.operator] };
		case "in":
			return {
				kind: "and",
				parts: predicate.values.map((value) => ({
					kind: "compare",
					column: predicate.column,
					operator: "!=",
					value,
				})),
			};
		case "null":
			return { ...predicate, isNull: !predicate.isNull };
		default:
			throw new Error(`unknown predicate: ${JSON.stringify(predicate)}`);
	}
}
