/** How an aggregate's answer is put together from those of the slices. */
export interface Merging {
	/** Aggregates of each slice, of the call's arguments under its FILTER. */
	readonly parts: readonly Part[];
	/** The aggregate's value, of its type, from its parts' columns once each is put together. */
	readonly value: (
		columns: readonly string[],
		types: readonly string[],
	) => string;
}

export interface Part {
	readonly call: string;
	readonly combine: Combine;
}

/** Aggregate that puts the parts of a group together; the answer is of the parts' type. */
export type Combine =
	| "sum"
	| "min"
	| "max"
	| "bool_and"
	| "bool_or"
	| "bit_and"
	| "bit_or"
	| "bit_xor";

/** Of one argument, or `*`; by the name in the statement. */
const MERGINGS: Readonly<Record<string, Merging>> = {
	count: {
		parts: [{ call: "count", combine: "sum" }],
		value: ([count]) => `coalesce(${count}, 0::BIGINT)`,
	},
	count_if: alike("count_if", "sum"),
	countif: alike("countif", "sum"),
	sum: alike("sum", "sum"),
	avg: mean(),
	mean: mean(),
	min: alike("min", "min"),
	max: alike("max", "max"),
	bool_and: alike("bool_and", "bool_and"),
	bool_or: alike("bool_or", "bool_or"),
	bit_and: alike("bit_and", "bit_and"),
	bit_or: alike("bit_or", "bit_or"),
	bit_xor: alike("bit_xor", "bit_xor"),
};

/** Of other types a sum of sums may not be the sum. */
const SUMMABLE = /^(?:HUGEINT|BIGINT|DOUBLE|DECIMAL\(38,\d+\))$/;

/** Null where the function's answers do not merge exactly. */
export function mergingOf(name: string): Merging | null {
	return Object.hasOwn(MERGINGS, name) ? (MERGINGS[name] ?? null) : null;
}

/** Whether parts of a type are put together exactly, in that type. */
export function combinesExactly(combine: Combine, type: string): boolean {
	return combine !== "sum" || SUMMABLE.test(type);
}

function alike(call: string, combine: Combine): Merging {
	return { parts: [{ call, combine }], value: ([value]) => value as string };
}

/** Of the exact sum of integers or decimals, as the double nearest to the quotient. */
function mean(): Merging {
	return {
		parts: [
			{ call: "sum", combine: "sum" },
			{ call: "count", combine: "sum" },
		],
		value: ([sum = "", count = ""], [type = ""]) => {
			const scale = /^DECIMAL\(38,(\d+)\)$/.exec(type)?.[1];
			const quotient =
				type === "DOUBLE"
					? `${sum} / CAST(${count} AS DOUBLE)`
					: scale === undefined
						? quotientOf(sum, count)
						: quotientOf(
								`CAST(replace(CAST(${sum} AS VARCHAR), '.', '') AS HUGEINT)`,
								`(${count}::HUGEINT * 1${"0".repeat(Number(scale))}::HUGEINT)`,
							);
			return `CASE WHEN ${count} > 0 THEN ${quotient} END`;
		},
	};
}

/** Doubles hold whole numbers up to 2^53; of larger ones the whole part and the rest are divided apart. */
function quotientOf(sum: string, divisor: string): string {
	const asDoubles = `CAST(${sum} AS DOUBLE) / CAST(${divisor} AS DOUBLE)`;
	const inTwo = `CAST(${sum} // ${divisor} AS DOUBLE) + CAST(${sum} % ${divisor} AS DOUBLE) / CAST(${divisor} AS DOUBLE)`;
	return `CASE WHEN abs(CAST(${sum} AS DOUBLE)) < 9007199254740992 THEN ${asDoubles} ELSE ${inTwo} END`;
}
