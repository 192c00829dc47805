import type { SqlValue } from "../../workers/engine-api.ts";
import { quoted } from "./lake.ts";
import type { Random } from "./random.ts";

/** A table to ask about, with some of its values in DuckDB's text form. Those of few rows are asked about rarely. */
export interface SourceTable {
	readonly name: string;
	readonly rows: number;
	readonly columns: readonly SourceColumn[];
	/** Paths of some of its files; none where they cannot be named in SQL. */
	readonly files?: readonly string[];
	/** Columns that are not in the files. */
	readonly partitionKeys?: readonly string[];
}

export interface SourceColumn {
	readonly name: string;
	readonly type: string;
	/** In the column's order. */
	readonly values: readonly string[];
}

export interface GeneratedQuery {
	/** Statements that make what the query reads, views and the like; and those that take it away again. */
	readonly setup?: readonly string[];
	readonly teardown?: readonly string[];
	/** With `?::TYPE` where values travel as parameters. */
	readonly sql: string;
	readonly params: readonly SqlValue[];
	/** The same with literals, as native DuckDB makes a table of it. */
	readonly plain: string;
	readonly check: Check;
	/** An aggregate, which may split where there is little memory. */
	readonly mayBeSliced?: boolean;
}

/** How far a query determines its answer. */
export type Check =
	| { readonly kind: "ordered" }
	/** In any order. */
	| { readonly kind: "rows" }
	/**
	 * Some rows of the answer to another query, as many as native DuckDB gives or
	 * (`isSized` false) any number; its first columns, so many as there are `keys`,
	 * are determined row by row.
	 */
	| {
			readonly kind: "part";
			readonly of: string;
			readonly keys: number;
			readonly isSized: boolean;
	  };

/** A column in scope: how SQL names it there, and what may stand beside it. */
interface Column {
	readonly ref: string;
	readonly type: string;
	readonly values: readonly string[];
}

/** What may stand in FROM, with the columns it brings into scope. */
interface Relation {
	readonly sql: string;
	readonly columns: readonly Column[];
}

/** In DuckDB's text form. */
interface Value {
	readonly text: string;
	readonly type: string;
}

interface Query {
	readonly sql: string;
	readonly columns: readonly Column[];
}

type Family =
	| "whole"
	| "big"
	| "real"
	| "text"
	| "date"
	| "timestamp"
	| "truth"
	| "list"
	| "other";

/** Tables of no more rows than this are asked about rarely. */
const FEW_ROWS = 20;

/** Encloses the number of a value until its place in the whole text is known. */
const MARK = "\u0001";

/**
 * A random SELECT whose answer is determined by the data: LIMIT and numbering come
 * with an order of all columns, sums are of exact numbers. Follows from the random
 * numbers alone.
 */
export function generateQuery(
	random: Random,
	tables: readonly SourceTable[],
): GeneratedQuery {
	return new Generator(random, tables).generate();
}

/** A random condition on some of the columns, for the WHERE of a table that has them. */
export function generateCondition(
	random: Random,
	columns: readonly SourceColumn[],
): string {
	const table = { name: "", rows: Number.POSITIVE_INFINITY, columns };
	return new Generator(random, [table]).condition(columns);
}

class Generator {
	readonly #random: Random;
	readonly #tables: readonly SourceTable[];
	/** Asked about more often, so that queries read a table more than once. */
	readonly #favourite: SourceTable;
	readonly #withParams: boolean;
	readonly #values: Value[] = [];
	readonly #common: { readonly name: string; readonly query: Query }[] = [];
	#names = 0;

	constructor(random: Random, tables: readonly SourceTable[]) {
		this.#random = random;
		this.#tables = tables;
		this.#withParams = random.chance(0.2);
		this.#favourite = random.pick(tables.filter(({ rows }) => rows > FEW_ROWS));
	}

	generate(): GeneratedQuery {
		const random = this.#random;
		for (let count = random.pick([0, 0, 0, 1, 1, 2]); count > 0; count--)
			this.#common.push({ name: this.#name("w"), query: this.#query(1) });
		const body = random.chance(0.4)
			? this.#simple()
			: this.#query(random.pick([0, 0, 1, 1, 2]));
		const limit = random.chance(0.2)
			? ` LIMIT ${1 + random.below(30)}${random.chance(0.3) ? ` OFFSET ${random.below(10)}` : ""}`
			: "";
		const ordered = limit !== "" || random.chance(0.25);
		const direction = random.pick(["", " DESC", " NULLS FIRST"]);
		const order = ordered ? ` ORDER BY ALL${direction}` : "";
		const common = this.#common.map(
			({ name, query }) =>
				`${name} AS ${random.pick(["", "", "MATERIALIZED ", "NOT MATERIALIZED "])}(${query.sql})`,
		);
		const prefix = common.length > 0 ? `WITH ${common.join(", ")} ` : "";
		const marked = `${prefix}SELECT * FROM (${body.sql}) answer${order}${limit}`;
		const params: string[] = [];
		const plain = this.#fill(marked, () => null);
		const sql = this.#withParams
			? this.#fill(marked, ({ text, type }) => {
					params.push(text);
					return `?::${type}`;
				})
			: plain;
		return {
			sql,
			params,
			plain,
			check: { kind: ordered ? "ordered" : "rows" },
		};
	}

	/** Puts values in their places: as `write` says, or as literals where it says null. */
	#fill(marked: string, write: (value: Value) => string | null): string {
		return marked.replaceAll(
			new RegExp(`${MARK}(\\d+)${MARK}`, "g"),
			(_, index: string) => {
				const value = this.#values[Number(index)];
				if (value === undefined) throw new Error(`no value ${index}`);
				return write(value) ?? literal(value.text, value.type);
			},
		);
	}

	condition(columns: readonly SourceColumn[]): string {
		const marked = this.#predicate(
			columns.map(({ name, type, values }) => ({
				ref: quoted(name),
				type,
				values,
			})),
			0,
		);
		return this.#fill(marked, () => null);
	}

	#query(depth: number): Query {
		const kind = this.#random.next();
		if (depth > 0 && kind < 0.15) return this.#setOperation(depth);
		const relation = this.#from(depth);
		const where = this.#random.chance(0.5)
			? ` WHERE ${this.#predicate(relation.columns, depth)}`
			: "";
		if (kind < 0.4) return this.#aggregate(relation, where, depth);
		if (kind < 0.52) return this.#window(relation, where);
		if (kind < 0.58) return this.#counted(relation, where);
		return this.#plain(relation, where, depth);
	}

	/** What pages ask: few columns of one table, narrowed by one column or two. */
	#simple(): Query {
		const kind = this.#random.next();
		if (kind < 0.15) return this.#twice();
		const relation = this.#narrowed();
		if (kind < 0.3) return this.#aggregate(relation, "", 0);
		if (kind < 0.4) return this.#counted(relation, "");
		const items = this.#random
			.sample(relation.columns, 1 + this.#random.below(2))
			.map((column) => ({ sql: column.ref, column }));
		const { list, columns } = this.#named(items);
		return { sql: `SELECT ${list} FROM ${relation.sql}`, columns };
	}

	/** Two scans of one table, each of its own rows and columns. */
	#twice(): Query {
		const sides = [0, 1].map(() =>
			this.#narrowed(this.#scope(this.#favourite)),
		);
		const picked = sides.map(({ columns }) => this.#random.pick(columns));
		const [left, right] = sides.map(
			({ sql }, index) =>
				`SELECT ${picked[index]?.ref}::VARCHAR AS c FROM ${sql}`,
		);
		return {
			sql: `${left} UNION ALL ${right}`,
			columns: [{ ref: "c", type: "VARCHAR", values: ["", "1"] }],
		};
	}

	#plain(relation: Relation, where: string, depth: number): Query {
		const random = this.#random;
		const items = random
			.sample(relation.columns, 1 + random.below(4))
			.map((column) => ({ sql: column.ref, column }));
		if (random.chance(0.3)) items.push(this.#computed(relation.columns, depth));
		const columns = this.#named(items);
		const distinct = random.chance(0.2) ? "DISTINCT " : "";
		const select = `SELECT ${distinct}${columns.list} FROM ${relation.sql}${where}`;
		if (depth > 0 && random.chance(0.1))
			return {
				columns: columns.columns,
				sql: `${select} ORDER BY ALL LIMIT ${1 + random.below(40)}`,
			};
		return { sql: select, columns: columns.columns };
	}

	#aggregate(relation: Relation, where: string, depth: number): Query {
		const random = this.#random;
		const keys = random
			.sample(
				relation.columns.filter((column) => family(column.type) !== "real"),
				random.below(3),
			)
			.map((column) => ({ sql: column.ref, column }));
		const aggregates = Array.from({ length: 1 + random.below(3) }, () =>
			this.#aggregateOf(relation.columns),
		);
		const columns = this.#named([...keys, ...aggregates]);
		const groups = keys.map(({ sql }) => sql).join(", ");
		const group =
			keys.length === 0
				? ""
				: random.chance(0.1)
					? ` GROUP BY ROLLUP (${groups})`
					: ` GROUP BY ${groups}`;
		const having =
			keys.length > 0 && random.chance(0.25)
				? random.chance(0.7)
					? ` HAVING count(*) > ${random.below(4)}`
					: ` HAVING ${this.#predicate(
							keys.map(({ column }) => column),
							depth,
						)}`
				: "";
		return {
			sql: `SELECT ${columns.list} FROM ${relation.sql}${where}${group}${having}`,
			columns: columns.columns,
		};
	}

	/** Rows counted in a way that needs no column, or only the filter's. */
	#counted(relation: Relation, where: string): Query {
		const column = { ref: "", type: "BIGINT", values: ["0", "3", "100"] };
		const sql = this.#random.pick([
			"count(*)",
			"count(1)",
			"count(*) + count(*)",
			"sum(1)::BIGINT",
		]);
		const columns = this.#named([{ sql, column }]);
		return {
			sql: `SELECT ${columns.list} FROM ${relation.sql}${where}`,
			columns: columns.columns,
		};
	}

	#window(relation: Relation, where: string): Query {
		const random = this.#random;
		const kept = random.sample(relation.columns, 1 + random.below(3));
		const partition = random.chance(0.6)
			? `PARTITION BY ${random.pick(relation.columns).ref} `
			: "";
		const total = `ORDER BY ${random
			.shuffled(kept)
			.map(({ ref }) => ref + random.pick(["", " DESC", " NULLS FIRST"]))
			.join(", ")}`;
		const whole = kept.find(({ type }) => family(type) === "whole");
		const over = `OVER (${partition}${total})`;
		const call = random.pick([
			`rank() ${over}`,
			`dense_rank() ${over}`,
			`count(*) ${over}`,
			`count(*) OVER (${partition.trim()})`,
			...(whole
				? [
						`sum(${whole.ref}) ${over}`,
						`max(${whole.ref}) OVER (${partition.trim()})`,
						`sum(${whole.ref}) OVER (${partition}ORDER BY ${whole.ref} RANGE BETWEEN 5 PRECEDING AND 3 FOLLOWING)`,
					]
				: []),
			...(partition === ""
				? [
						`row_number() ${over}`,
						`lag(${kept[0]?.ref}, 2) ${over}`,
						`first_value(${kept[0]?.ref}) ${over}`,
					]
				: []),
		]);
		const typed = /^(lag|first_value|max)/.test(call)
			? (whole ?? kept[0])
			: undefined;
		const columns = this.#named([
			...kept.map((column) => ({ sql: column.ref, column })),
			{
				sql: call,
				column: {
					ref: "",
					// The value's own type does not matter to what may be asked of it.
					type: typed ? "UNKNOWN" : "BIGINT",
					values: typed ? [] : ["1", "2", "7"],
				},
			},
		]);
		const counts = !typed && !call.startsWith("sum");
		const qualify =
			counts && random.chance(0.4)
				? ` QUALIFY ${call} ${random.pick(["<=", ">", "="])} ${1 + random.below(4)}`
				: "";
		return {
			sql: `SELECT ${columns.list} FROM ${relation.sql}${where}${qualify}`,
			columns: columns.columns,
		};
	}

	#setOperation(depth: number): Query {
		const random = this.#random;
		const left = this.#query(depth - 1);
		const right = random.chance(0.5) ? left : this.#query(depth - 1);
		const count = Math.min(
			left.columns.length,
			right.columns.length,
			1 + random.below(3),
		);
		const side = (query: Query) => {
			const alias = this.#name("s");
			const columns = query.columns.slice(0, count);
			return `SELECT ${columns.map(({ ref, type }) => `${alias}.${ref}${type === "VARCHAR" ? "" : "::VARCHAR"}`).join(", ")} FROM (${query.sql}) ${alias}${random.chance(0.3) ? ` WHERE ${alias}.${random.pick(columns).ref} IS NOT NULL` : ""}`;
		};
		const operation = random.pick([
			"UNION ALL",
			"UNION ALL",
			"UNION",
			"UNION",
			"INTERSECT",
			"EXCEPT",
			"INTERSECT ALL",
			"EXCEPT ALL",
		]);
		const alias = this.#name("u");
		const names = Array.from({ length: count }, () => this.#name("c"));
		return {
			sql: `SELECT * FROM (${side(left)} ${operation} ${side(right)}) ${alias}(${names.join(", ")})`,
			columns: names.map((ref) => ({
				ref,
				type: "VARCHAR",
				values: ["", "1"],
			})),
		};
	}

	#from(depth: number): Relation {
		const random = this.#random;
		const first = this.#source(depth);
		if (random.chance(depth > 0 ? 0.5 : 0.75)) return first;
		return this.#join(first, this.#source(depth - 1), depth);
	}

	#join(left: Relation, right: Relation, depth: number): Relation {
		const random = this.#random;
		const both = [...left.columns, ...right.columns];
		const kind = random.next();
		if (kind < 0.08) {
			const few = this.#few();
			return {
				sql: `${left.sql} ${random.pick(["CROSS JOIN", ","])} ${few.sql}`,
				columns: [...left.columns, ...few.columns],
			};
		}
		if (kind < 0.18) {
			const alias = this.#name("r");
			const outer = random.pick(left.columns);
			const table = this.#table();
			const condition = this.#equality([outer], table.columns) ?? "false";
			const names = this.#named([
				this.#aggregateOf(table.columns),
				this.#aggregateOf(table.columns),
			]);
			return {
				sql: `${left.sql} ${random.pick(["CROSS JOIN", ","])} LATERAL (SELECT ${names.list} FROM ${table.sql} WHERE ${condition}) ${alias}`,
				columns: [...left.columns, ...inScope(names.columns, alias)],
			};
		}
		const list = left.columns.find(({ type }) => family(type) === "list");
		if (list !== undefined && kind < 0.4) {
			const alias = this.#name("r");
			return {
				sql: `${left.sql}, unnest(${list.ref}) ${alias}(item)`,
				columns: [
					...left.columns,
					{ ref: `${alias}.item`, type: "UNKNOWN", values: [] },
				],
			};
		}
		const equality = this.#equality(left.columns, right.columns);
		if (equality === undefined) return left;
		const condition = random.chance(0.3)
			? `${equality} AND ${this.#predicate(random.chance(0.5) ? right.columns : both, 0)}`
			: equality;
		const word = random.pick([
			"JOIN",
			"JOIN",
			"LEFT JOIN",
			"LEFT JOIN",
			"RIGHT JOIN",
			"FULL JOIN",
			"SEMI JOIN",
			"ANTI JOIN",
		]);
		const sql = `${left.sql} ${word} ${right.sql} ON ${condition}`;
		if (word === "SEMI JOIN" || word === "ANTI JOIN")
			return { sql, columns: left.columns };
		return depth > 1 && random.chance(0.2)
			? this.#join({ sql, columns: both }, this.#source(0), 0)
			: { sql, columns: both };
	}

	#source(depth: number): Relation {
		const random = this.#random;
		const kind = random.next();
		if (this.#common.length > 0 && kind < 0.45) {
			const alias = this.#name("r");
			const { name, query } = random.pick(this.#common);
			return {
				sql: `${name} ${alias}`,
				columns: inScope(query.columns, alias),
			};
		}
		if (depth > 0 && kind < 0.5) {
			const alias = this.#name("r");
			const query = this.#query(depth - 1);
			return {
				sql: `(${query.sql}) ${alias}`,
				columns: inScope(query.columns, alias),
			};
		}
		if (kind >= 0.5 && kind < 0.53) return this.#few();
		return random.chance(0.5) ? this.#narrowed() : this.#table();
	}

	/** A table behind conditions of the kind that prune. */
	#narrowed(table = this.#table()): Relation {
		const conditions = this.#random
			.sample(
				table.columns.filter(({ values }) => values.length > 0),
				this.#random.chance(0.7) ? 1 : 2,
			)
			.map((column) =>
				this.#random.chance(0.7)
					? this.#range(column)
					: this.#condition(column),
			);
		const alias = this.#name("r");
		return {
			sql: `(FROM ${table.sql} WHERE ${conditions.join(" AND ")}) ${alias}`,
			columns: table.columns.map((column) => ({
				...column,
				ref: `${alias}${column.ref.slice(column.ref.indexOf("."))}`,
			})),
		};
	}

	#table(): Relation {
		return this.#scope(
			this.#random.chance(0.4)
				? this.#favourite
				: this.#random.pick(
						this.#tables.filter(
							({ rows }) => rows > FEW_ROWS || this.#random.chance(0.3),
						),
					),
		);
	}

	#scope({ name, columns }: SourceTable): Relation {
		const alias = this.#name("r");
		return {
			sql: `${quoted(name)} ${alias}`,
			columns: columns.map((column) => ({
				ref: `${alias}.${quoted(column.name)}`,
				type: column.type,
				values: column.values,
			})),
		};
	}

	/** A few rows of constants. */
	#few(): Relation {
		const alias = this.#name("r");
		const values = Array.from({ length: 1 + this.#random.below(3) }, () =>
			String(this.#random.below(40)),
		);
		return {
			sql: `(VALUES ${values.map((value) => `(${value})`).join(", ")}) ${alias}(few)`,
			columns: [{ ref: `${alias}.few`, type: "INTEGER", values }],
		};
	}

	#predicate(columns: readonly Column[], depth: number): string {
		const random = this.#random;
		const kind = random.next();
		const next = () => this.#predicate(columns, depth);
		if (kind < 0.15) return `${next()} AND ${next()}`;
		if (kind < 0.28) return `(${next()} OR ${next()})`;
		if (kind < 0.32) return `NOT (${next()})`;
		const usable = columns.filter(({ values }) => values.length > 0);
		const column = random.pick(usable.length > 0 ? usable : columns);
		if (kind < 0.37 && depth > 0) return this.#subquery(column);
		if (kind < 0.4) {
			const other = columns.find(
				(candidate) =>
					candidate.ref !== column.ref && candidate.type === column.type,
			);
			if (other !== undefined)
				return `${column.ref} ${this.#comparison()} ${other.ref}`;
		}
		if (column.values.length === 0)
			return `${column.ref} IS ${random.pick(["", "NOT "])}NULL`;
		return this.#condition(column);
	}

	/** A condition that leaves few of a column's values. */
	#range(column: Column): string {
		const { ref } = column;
		const value = () => this.#value(column);
		const between = () => this.#between(column);
		return this.#random.pick([
			() => `${ref} = ${value()}`,
			() => between(),
			() => between(),
			() => `${ref} IN (${value()}, ${value()})`,
			() => `(${ref} = ${value()} OR ${ref} = ${value()})`,
		])();
	}

	/** A condition on one column, in the forms that the optimizer tells apart. */
	#condition(column: Column): string {
		const random = this.#random;
		const { ref } = column;
		const value = () => this.#value(column);
		const list = () =>
			Array.from({ length: 1 + random.below(5) }, value).join(", ");
		const between = () => this.#between(column);
		const plain = [
			() => `${ref} ${this.#comparison()} ${value()}`,
			() => `${ref} ${this.#comparison()} ${value()}`,
			between,
			between,
			() => `${ref} IN (${list()})`,
			() => `${ref} NOT IN (${list()})`,
			() => `(${ref} = ${value()} OR ${ref} = ${value()})`,
			() => `(${ref} < ${value()} OR ${ref} > ${value()})`,
			() => `(${ref} IS NULL OR ${ref} > ${value()})`,
			() => `(${between()} OR ${between()})`,
			() => `${ref} IS NULL`,
			() => `${ref} IS NOT NULL`,
			() => `${ref} IS ${random.pick(["", "NOT "])}DISTINCT FROM ${value()}`,
			() => `CASE WHEN ${ref} > ${value()} THEN true ELSE ${ref} IS NULL END`,
			() => `coalesce(${ref}, ${value()}) >= ${value()}`,
		];
		switch (family(column.type)) {
			case "whole":
				plain.push(
					() => `${ref} % 5 = ${random.below(5)}`,
					() => `${ref}::DOUBLE > ${value()}`,
					() => `${ref} + 1 <= ${value()}`,
					() => `${ref} > ${random.below(50)}.5`,
				);
				break;
			case "real":
				plain.push(
					() => `isnan(${ref})`,
					() => `${ref} > 'nan'::DOUBLE`,
					() => `${ref} = 0`,
					() => `abs(${ref}) < ${value()}`,
				);
				break;
			case "text":
				plain.push(
					() => `${ref} LIKE 'ab%'`,
					() => `${ref} LIKE '%c'`,
					() => `${ref} ILIKE 'A%'`,
					() => `contains(${ref}, 'b')`,
					() => `length(${ref}) > ${random.below(4)}`,
					() => `starts_with(${ref}, ${value()})`,
					() => `${ref} COLLATE NOCASE = ${value()}`,
					() => `${ref} > ''`,
				);
				break;
			case "timestamp":
				plain.push(
					() => `${ref}::DATE = ${value()}::DATE`,
					() => `month(${ref}) = ${1 + random.below(4)}`,
					() => `date_trunc('hour', ${ref}) <= ${value()}`,
				);
				break;
			case "date":
				plain.push(() => `year(${ref}) = 2024`);
				break;
			case "truth":
				plain.push(
					() => ref,
					() => `NOT ${ref}`,
					() => `${ref} IS TRUE`,
				);
				break;
			default:
		}
		return random.pick(plain)();
	}

	/** EXISTS, IN and scalar subqueries; correlated where types meet. */
	#subquery(column: Column): string {
		const random = this.#random;
		const table = this.#table();
		const same = table.columns.filter(({ type }) => type === column.type);
		const where = random.chance(0.6)
			? ` WHERE ${this.#predicate(table.columns, 0)}`
			: "";
		if (same.length === 0)
			return `${random.pick(["", "NOT "])}EXISTS (FROM ${table.sql}${where})`;
		const inner = random.pick(same).ref;
		const and = where === "" ? " WHERE" : `${where} AND`;
		return random.pick([
			`${column.ref} ${random.pick(["", "NOT "])}IN (SELECT ${inner} FROM ${table.sql}${where})`,
			`${random.pick(["", "NOT "])}EXISTS (SELECT 1 FROM ${table.sql}${and} ${inner} = ${column.ref})`,
			`${column.ref} >= (SELECT min(${inner}) FROM ${table.sql}${where})`,
			`(SELECT count(*) FROM ${table.sql}${and} ${inner} = ${column.ref}) > ${random.below(3)}`,
			`${column.ref} <= ANY (SELECT ${inner} FROM ${table.sql}${where})`,
		]);
	}

	#equality(
		left: readonly Column[],
		right: readonly Column[],
	): string | undefined {
		const pairs = left.flatMap((a) =>
			right
				.filter(
					(b) =>
						a.type === b.type ||
						(family(a.type) === "whole" && family(b.type) === "whole"),
				)
				.filter(() => !/\[\]|STRUCT|MAP|UNKNOWN/.test(a.type))
				.map((b) => ({ a, b })),
		);
		if (pairs.length === 0) return undefined;
		const meeting = pairs.filter(({ a, b }) =>
			a.values.some((value) => b.values.includes(value)),
		);
		const { a, b } = this.#random.pick(
			meeting.length > 0 && this.#random.chance(0.9) ? meeting : pairs,
		);
		return this.#random.chance(0.1)
			? `${a.ref} IS NOT DISTINCT FROM ${b.ref}`
			: `${a.ref} = ${b.ref}`;
	}

	#aggregateOf(columns: readonly Column[]): Item {
		const random = this.#random;
		const column = random.pick(columns);
		const { ref } = column;
		const count = { ref: "", type: "BIGINT", values: ["0", "1", "5"] };
		const choices: Item[] = [
			{ sql: "count(*)", column: count },
			{ sql: `count(${ref})`, column: count },
			{ sql: `count(DISTINCT ${ref})`, column: count },
			{ sql: `min(${ref})`, column },
			{ sql: `max(${ref})`, column },
		];
		const opaque = { ref: "", type: "UNKNOWN", values: [] };
		switch (family(column.type)) {
			case "whole":
				choices.push(
					{ sql: `sum(${ref})`, column: opaque },
					{ sql: `avg(${ref})`, column: opaque },
					{ sql: `median(${ref})`, column: opaque },
					{ sql: `list(${ref} ORDER BY ${ref})`, column: opaque },
				);
				break;
			case "real":
				choices.push({ sql: `sum(${ref})`, column: opaque });
				break;
			case "text":
				choices.push({
					sql: `string_agg(${ref}, '|' ORDER BY ${ref})`,
					column,
				});
				break;
			case "truth":
				choices.push({ sql: `bool_or(${ref})`, column });
				break;
			default:
		}
		const item = random.pick(choices);
		return random.chance(0.15)
			? {
					...item,
					sql: `${item.sql} FILTER (WHERE ${this.#predicate(columns, 0)})`,
				}
			: item;
	}

	#computed(columns: readonly Column[], depth: number): Item {
		const random = this.#random;
		const column = random.pick(columns);
		const { ref } = column;
		const opaque = { ref: "", type: "UNKNOWN", values: [] };
		const whole = { ref: "", type: "BIGINT", values: ["1", "10", "20"] };
		const choices: Item[] = [
			{ sql: `${ref} IS NULL`, column: opaque },
			{
				sql: `CASE WHEN ${this.#predicate(columns, depth)} THEN ${ref} END`,
				column,
			},
			{ sql: "7", column: whole },
		];
		// Text of a blob within a list is not the same everywhere.
		if (column.type !== "BLOB")
			choices.push(
				{ sql: `[${ref}]`, column: opaque },
				{ sql: `{'field': ${ref}}`, column: opaque },
			);
		switch (family(column.type)) {
			case "whole":
				choices.push({ sql: `${ref}::BIGINT * 2 + 1`, column: whole });
				break;
			case "text":
				choices.push(
					{ sql: `upper(${ref})`, column: opaque },
					{ sql: `length(${ref})`, column: whole },
				);
				break;
			case "list":
				choices.push(
					{ sql: `len(${ref})`, column: whole },
					{ sql: `${ref}[1]`, column: opaque },
				);
				break;
			case "other":
				if (column.type.startsWith("STRUCT(x"))
					choices.push({ sql: `(${ref}).x`, column: opaque });
				break;
			default:
		}
		return random.pick(choices);
	}

	#comparison(): string {
		return this.#random.pick(["=", "<>", "<", "<=", ">", ">="]);
	}

	/** From a lower to a higher value: a column's values are in its order. */
	#between(column: Column): string {
		const { ref, values } = column;
		const ends = [values, values].map(({ length }) =>
			this.#random.below(length),
		);
		const [low, high] = ends
			.sort((a, b) => a - b)
			.map((index) => this.#written(column, values[index] ?? ""));
		return this.#random.chance(0.5)
			? `${ref} BETWEEN ${low} AND ${high}`
			: `(${ref} >= ${low} AND ${ref} < ${high})`;
	}

	#value(column: Column): string {
		return this.#written(column, this.#random.pick(column.values));
	}

	#written(column: Column, text: string): string {
		this.#values.push({ text, type: column.type });
		return `${MARK}${this.#values.length - 1}${MARK}`;
	}

	#named(items: readonly Item[]): { list: string; columns: Column[] } {
		const columns = items.map(({ column }) => ({
			...column,
			ref: this.#name("c"),
		}));
		const list = items.map(
			({ sql }, index) => `${sql} AS ${columns[index]?.ref}`,
		);
		return { list: list.join(", "), columns };
	}

	#name(prefix: string): string {
		this.#names += 1;
		return `${prefix}${this.#names}`;
	}
}

interface Item {
	readonly sql: string;
	readonly column: Column;
}

function inScope(columns: readonly Column[], alias: string): Column[] {
	return columns.map((column) => ({
		...column,
		ref: `${alias}.${column.ref}`,
	}));
}

/** Types that may stand for each other in a query, as far as generating goes. */
export function family(type: string): Family {
	if (type.endsWith("[]")) return "list";
	if (/^U?(TINYINT|SMALLINT|INTEGER)$/.test(type)) return "whole";
	if (type === "BIGINT") return "whole";
	if (type === "UBIGINT") return "big";
	if (type === "DOUBLE" || type === "FLOAT") return "real";
	if (type === "VARCHAR") return "text";
	if (type === "DATE") return "date";
	if (type === "TIMESTAMP") return "timestamp";
	if (type === "BOOLEAN") return "truth";
	return "other";
}

export function literal(text: string, type: string): string {
	if (/^(U?(TINY|SMALL|BIG)INT|U?INTEGER)$/.test(type)) return text;
	const quotedText = `'${text.replaceAll("'", "''")}'`;
	return type === "VARCHAR" ? quotedText : `${quotedText}::${type}`;
}
