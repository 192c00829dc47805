import type { Token } from "../sql/tokenize.ts";
import { nameOf, outermost, splitAtCommas } from "../sql/tokens.ts";
import { DoesNotSplit } from "./does-not-split.ts";
import { isKeyword } from "./tokens.ts";

/** One query block, cut into its clauses. Keywords that begin a clause are not among its tokens. */
export interface SelectBlock {
	/** `WITH …`, keyword included; empty where there is none. */
	readonly with: readonly Token[];
	readonly distinct: boolean;
	readonly items: readonly (readonly Token[])[];
	readonly from: readonly Token[];
	readonly where: readonly Token[];
	/** Null where there is no `GROUP BY`. */
	readonly groupBy: readonly (readonly Token[])[] | null;
	readonly having: readonly Token[];
	readonly orderBy: readonly (readonly Token[])[];
	/** `LIMIT …` and `OFFSET …`, keywords included. */
	readonly limit: readonly Token[];
}

type ClauseName =
	| "select"
	| "from"
	| "where"
	| "group"
	| "having"
	| "order"
	| "limit"
	| "offset";

const REFUSED: Readonly<Record<string, string>> = {
	window: "it has a WINDOW clause",
	qualify: "it has QUALIFY",
	union: "it is a set operation (UNION)",
	intersect: "it is a set operation (INTERSECT)",
	except: "it is a set operation (EXCEPT)",
	fetch: "it has FETCH",
	into: "it has INTO",
};

/** Cuts a statement's tokens. Throws {@link DoesNotSplit} for anything but one query block. */
export function readBlock(tokens: readonly Token[]): SelectBlock {
	const broken = tokens.find(
		({ kind, text }) =>
			kind === "broken" || (kind === "symbol" && /^[;$#]$/.test(text)),
	);
	if (broken !== undefined)
		throw new DoesNotSplit(
			broken.text === "$"
				? "it has numbered or named parameters"
				: broken.text === "#"
					? "it names columns by their place (#1)"
					: `it is not understood at ${broken.text.slice(0, 20)}`,
		);
	const outer = outermost(tokens);
	if (outer === null) throw new DoesNotSplit("its brackets do not match");
	const clauses = cut(tokens, outer);
	const select = clauses.get("select");
	if (select === undefined || !clauses.has("from"))
		throw new DoesNotSplit("it is no SELECT … FROM …");
	const first = isKeyword(select, 0, "distinct", "all") ? 1 : 0;
	const distinct = first === 1 && nameOf(select[0]) === "distinct";
	if (distinct && isKeyword(select, 1, "on"))
		throw new DoesNotSplit(
			"DISTINCT ON keeps any one row of several, and which one depends on all of them",
		);
	const group = clauses.get("group");
	const limit = (["limit", "offset"] as const).flatMap(
		(name) => clauses.get(name) ?? [],
	);
	return {
		with: clauses.get("with") ?? [],
		distinct,
		items: splitAtCommas(select.slice(first)),
		from: clauses.get("from") ?? [],
		where: clauses.get("where") ?? [],
		groupBy: group === undefined ? null : splitAtCommas(group),
		having: clauses.get("having") ?? [],
		orderBy: splitAtCommas(clauses.get("order") ?? []),
		limit,
	};
}

function cut(
	tokens: readonly Token[],
	outer: readonly number[],
): Map<ClauseName | "with", Token[]> {
	const clauses = new Map<ClauseName | "with", Token[]>();
	let current: Token[] | undefined;
	let skip = 0;
	const starts = new Map<number, ClauseName>();
	for (const at of outer) {
		const refused = Object.keys(REFUSED).find((word) =>
			isKeyword(tokens, at, word),
		);
		if (refused !== undefined)
			throw new DoesNotSplit(REFUSED[refused] as string);
		if (isKeyword(tokens, at, "using") && isKeyword(tokens, at + 1, "sample"))
			throw new DoesNotSplit("a sample is drawn from the whole table");
		const name = clauseAt(tokens, at);
		if (name !== null) starts.set(at, name);
	}
	for (const [at, token] of tokens.entries()) {
		if (at < skip) continue;
		const name = starts.get(at);
		if (name === undefined) {
			if (current === undefined) {
				if (!isKeyword(tokens, 0, "with") || at > 0)
					throw new DoesNotSplit("it is no single query block");
				current = [];
				clauses.set("with", current);
			}
			current.push(token);
			continue;
		}
		if (clauses.has(name))
			throw new DoesNotSplit(`it has ${name.toUpperCase()} twice`);
		current = name === "limit" || name === "offset" ? [token] : [];
		clauses.set(name, current);
		skip = at + (name === "group" || name === "order" ? 2 : 1);
	}
	return clauses;
}

/** The clause that a keyword outside of all brackets begins. */
function clauseAt(tokens: readonly Token[], at: number): ClauseName | null {
	if (isKeyword(tokens, at, "group", "order"))
		return isKeyword(tokens, at + 1, "by")
			? (nameOf(tokens[at]) as ClauseName)
			: null;
	if (isKeyword(tokens, at, "from"))
		// IS DISTINCT FROM
		return isKeyword(tokens, at - 1, "distinct") &&
			isKeyword(tokens, at - 2, "is", "not")
			? null
			: "from";
	return isKeyword(tokens, at, "select", "where", "having", "limit", "offset")
		? (nameOf(tokens[at]) as ClauseName)
		: null;
}
