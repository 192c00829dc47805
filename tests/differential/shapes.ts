import {
	family,
	type GeneratedQuery,
	generateCondition,
	literal,
	type SourceColumn,
	type SourceTable,
} from "./generate.ts";
import { quoted } from "./lake.ts";
import type { Random } from "./random.ts";

/** One construct in a random setting: the same seed gives the same query. */
type Shape = (setting: Setting) => Partial<GeneratedQuery> & { sql: string };

/** How often each shape comes up beside the others. */
const SHAPES: readonly (readonly [weight: number, shape: Shape])[] = [
	[10, first],
	[4, firstWithTies],
	[4, firstWithin],
	[6, some],
	[5, someWithin],
	[10, extremes],
	[3, extremesAgain],
	[7, byDimension],
	[12, plainJoins],
	[8, bySubquery],
	[12, groups],
	[4, groupingSets],
	[5, frames],
	[3, pivots],
	[3, samples],
	[6, oddJoins],
	[3, distinctOn],
	[3, byName],
	[5, nestedValues],
	[2, recursion],
	[5, parameters],
	[6, ownObjects],
	[4, odds],
	[5, inFiles],
	[5, inFileOrder],
];

/** A random query of one of the constructs that have rules of their own; `only` of those named. */
export function generateShape(
	random: Random,
	tables: readonly SourceTable[],
	only?: readonly string[],
): GeneratedQuery {
	const shapes = SHAPES.filter(([, { name }]) => only?.includes(name) ?? true);
	let at = random.below(shapes.reduce((sum, [weight]) => sum + weight, 0));
	for (const [weight, shape] of shapes) {
		at -= weight;
		if (at >= 0) continue;
		const query = shape(new Setting(random, tables));
		return {
			plain: query.sql,
			params: [],
			check: { kind: "rows" },
			mayBeSliced: shape === groups,
			...query,
		};
	}
	throw new Error(`no such shapes: ${only}`);
}

const ORDERED = { kind: "ordered" } as const;

/** Random pieces of SQL over one lake. */
class Setting {
	readonly random: Random;
	readonly tables: readonly SourceTable[];

	constructor(random: Random, tables: readonly SourceTable[]) {
		this.random = random;
		this.tables = tables;
	}

	pick<T>(items: readonly T[]): T {
		return this.random.pick(items);
	}

	below(limit: number): number {
		return this.random.below(limit);
	}

	chance(probability: number): boolean {
		return this.random.chance(probability);
	}

	/** Any table, one of few rows seldom. */
	table(): SourceTable {
		return this.pick(
			this.tables.filter(
				({ rows }) => rows > 20 || (rows > 0 && this.chance(0.2)),
			),
		);
	}

	named(name: string): SourceTable {
		const table = this.tables.find((other) => other.name === name);
		if (table === undefined) throw new Error(`no table ${name}`);
		return table;
	}

	/** A column of one value, not a list or struct. */
	column(
		table: SourceTable,
		families: readonly string[] = [],
	): SourceColumn | undefined {
		const columns = plainColumns(table).filter(
			({ type }) => families.length === 0 || families.includes(family(type)),
		);
		return columns.length > 0 ? this.pick(columns) : undefined;
	}

	/** Quoted names of columns, the first of them the given ones. */
	list(table: SourceTable, ...first: readonly SourceColumn[]): string {
		const others = this.random
			.sample(plainColumns(table), this.below(4))
			.filter((column) => !first.includes(column));
		return [...first, ...others].map(({ name }) => quoted(name)).join(", ");
	}

	/** Empty, or a WHERE of conditions that prune or do not. */
	where(table: SourceTable, probability = 0.6): string {
		return this.chance(probability) ? ` WHERE ${this.condition(table)}` : "";
	}

	condition(table: SourceTable): string {
		const column = this.column(table);
		return this.chance(0.5) && column !== undefined && column.values.length > 0
			? this.range(column)
			: generateCondition(this.random, plainColumns(table));
	}

	/** A range of a column, with luck that of whole row groups. */
	range(column: SourceColumn): string {
		const name = quoted(column.name);
		const [low, high] = [
			this.below(column.values.length),
			this.below(column.values.length),
		]
			.sort((a, b) => a - b)
			.map((index) => literal(column.values[index] ?? "", column.type));
		return this.pick([
			`${name} BETWEEN ${low} AND ${high}`,
			`${name} >= ${low}`,
			`${name} < ${high}`,
			`${name} >= ${low} AND ${name} < ${high}`,
			`${name} = ${low}`,
			`${name} IN (${low}, ${high})`,
			`${name} <> ${low}`,
		]);
	}

	direction(): string {
		return this.pick(["", "", " ASC", " DESC", " DESC"]) + this.nulls();
	}

	nulls(): string {
		return this.pick(["", "", " NULLS FIRST", " NULLS LAST"]);
	}

	limit(): string {
		return `LIMIT ${this.pick([0, 1, 1, 2, 5, 10, 29, 30, 31, 100, 100_000])}${
			this.chance(0.3) ? ` OFFSET ${this.pick([0, 1, 7, 30, 45, 400])}` : ""
		}`;
	}

	value(column: SourceColumn): string {
		return literal(this.pick(column.values), column.type);
	}

	/** An aggregate that can be made of partial ones, mostly; its order of rows does not matter. */
	aggregate(table: SourceTable): string {
		const column = this.column(table);
		if (column === undefined) return "count(*)";
		const name = quoted(column.name);
		const choices = [
			"count(*)",
			`count(${name})`,
			`min(${name})`,
			`max(${name})`,
			`count(*) FILTER (WHERE ${this.condition(table)})`,
			`max(${name}) FILTER (WHERE ${this.condition(table)})`,
			`count(DISTINCT ${name})`,
			`bool_or(${name} IS NULL)`,
			`bool_and(${this.condition(table)})`,
		];
		switch (family(column.type)) {
			case "whole":
				choices.push(
					`sum(${name})`,
					`avg(${name})`,
					`sum(${name}) * 1.0 / count(*)`,
					`sum(DISTINCT ${name})`,
					`median(${name})`,
					`quantile_disc(${name}, 0.3)`,
					`stddev(${name})`,
					`var_pop(${name})`,
					`bit_xor(${name})`,
					`max(${name}) - min(${name})`,
					`count_if(${name} % 2 = 0)`,
					`list(${name} ORDER BY ${name})`,
					`sum(${name} + 1)`,
				);
				break;
			case "real":
				choices.push(
					`sum(${name})`,
					`avg(${name}) FILTER (WHERE isfinite(${name}))`,
					`sum(abs(${name}))`,
				);
				break;
			case "text":
				choices.push(
					`string_agg(${name}, ',' ORDER BY ${name})`,
					`max(length(${name}))`,
					`min(lower(${name}))`,
				);
				break;
			case "truth":
				choices.push(`bool_or(${name})`, `bool_and(${name})`);
				break;
			case "timestamp":
			case "date":
				choices.push(`max(${name}) - min(${name})`, `max(year(${name}))`);
				break;
			default:
		}
		return this.pick(choices);
	}

	aggregates(table: SourceTable, atMost = 4): string {
		return Array.from(
			{ length: 1 + this.below(atMost) },
			(_, index) => `${this.aggregate(table)} AS g${index}`,
		).join(", ");
	}
}

/** `ORDER BY … LIMIT` in which ties do not show. */
function first(setting: Setting) {
	const table = setting.table();
	const key = setting.column(table) as SourceColumn;
	const second = setting.column(table) as SourceColumn;
	const name = quoted(key.name);
	const direction = setting.direction();
	const list = setting.list(table, key, second);
	const rest = list
		.split(", ")
		.map((_, index) => `${index + 1}${index === 0 ? direction : ""}`);
	const from = `FROM ${quoted(table.name)}${setting.where(table)}`;
	const limit = setting.limit();
	return {
		check: ORDERED,
		sql: setting.pick([
			`SELECT ${name} ${from} ORDER BY ${name}${direction} ${limit}`,
			`SELECT ${name} ${from} ORDER BY 1${direction} ${limit}`,
			`SELECT ${list} ${from} ORDER BY ${rest.join(", ")} ${limit}`,
			`SELECT ${list} ${from} ORDER BY ${rest.join(", ")} ${limit}`,
			`SELECT ${list} ${from} ORDER BY ALL${direction} ${limit}`,
			`SELECT DISTINCT ${name} ${from} ORDER BY ${name}${direction} ${limit}`,
			`SELECT ${name}, count(*) AS n ${from} GROUP BY 1 ORDER BY 1${direction} ${limit}`,
			`SELECT ${name} AS renamed ${from} ORDER BY renamed${direction} ${limit}`,
			`SELECT x FROM (SELECT ${name} AS x ${from}) ORDER BY x${direction} ${limit}`,
			`SELECT ${name}::VARCHAR AS x ${from} ORDER BY x${direction} ${limit}`,
			`SELECT ${name} AS x ${from} UNION ALL SELECT ${name} ${from} ORDER BY x${direction} ${limit}`,
			`FROM (SELECT ${name} AS x ${from} ORDER BY 1${direction} ${limit}) ORDER BY x DESC NULLS LAST`,
		]),
	};
}

/** `ORDER BY … LIMIT` where which of the tied rows show is up to the engine. */
function firstWithTies(setting: Setting) {
	const table = setting.table();
	const key = setting.column(table) as SourceColumn;
	const list = setting.list(table, key);
	const of = `SELECT ${list} FROM ${quoted(table.name)}${setting.where(table)}`;
	const order = `ORDER BY ${quoted(key.name)}${setting.direction()}`;
	return {
		sql: `${of} ${order} ${setting.limit()}`,
		check: { kind: "part", of, keys: 1, isSized: true } as const,
	};
}

/** `ORDER BY … LIMIT` below something else. */
function firstWithin(setting: Setting) {
	const table = setting.table();
	const key = setting.column(table) as SourceColumn;
	const name = quoted(key.name);
	const from = `FROM ${quoted(table.name)}${setting.where(table)}`;
	const cut = `SELECT ${name} AS x ${from} ORDER BY ${name}${setting.direction()} ${setting.limit()}`;
	return {
		sql: setting.pick([
			`SELECT count(*) AS n, count(x) AS m, min(x) AS low, max(x) AS high FROM (${cut})`,
			`SELECT t.${name} FROM ${quoted(table.name)} t WHERE t.${name} IN (${cut})`,
			`SELECT count(*) AS n FROM ${quoted(table.name)} t JOIN (${cut}) c ON t.${name} = c.x`,
			`WITH c AS MATERIALIZED (${cut}) SELECT * FROM c UNION ALL SELECT max(x) FROM c`,
			`SELECT x, count(*) AS n FROM (${cut}) GROUP BY x`,
			`SELECT x FROM (${cut}) WHERE x IS NOT NULL`,
			`SELECT row_number() OVER (ORDER BY x) AS n, x FROM (${cut})`,
			`(${cut}) EXCEPT (SELECT ${name} FROM ${quoted(table.name)} WHERE ${setting.condition(table)})`,
		]),
	};
}

/** LIMIT without an order: any rows, but so many, and rows that are there. */
function some(setting: Setting) {
	const table = setting.table();
	const column = setting.column(table) as SourceColumn;
	const list = setting.list(table, column);
	const name = quoted(table.name);
	const where = setting.where(table);
	const of = setting.pick([
		`SELECT ${list} FROM ${name}${where}`,
		`SELECT ${list} FROM ${name}${where}`,
		`SELECT ${list} FROM ${name}${where}`,
		`SELECT DISTINCT ${list} FROM ${name}${where}`,
		`SELECT ${list} FROM ${name}${where} UNION ALL SELECT ${list} FROM ${name}${setting.where(table)}`,
		`SELECT t.${quoted(column.name)}, d.kind FROM ${name} t CROSS JOIN dims d`,
		`SELECT ${quoted(column.name)}, count(*) AS n FROM ${name}${where} GROUP BY 1`,
		`SELECT ${list} FROM (FROM ${name}${where})`,
	]);
	return {
		sql: `${of} ${setting.limit()}`,
		check: { kind: "part", of, keys: 0, isSized: true } as const,
	};
}

/** What is certain of rows that LIMIT leaves without an order: how many they are. */
function someWithin(setting: Setting) {
	const table = setting.table();
	const column = setting.column(table) as SourceColumn;
	const name = quoted(column.name);
	const from = `FROM ${quoted(table.name)}${setting.where(table)}`;
	const limit = setting.limit();
	return {
		sql: setting.pick([
			`SELECT count(*) AS n FROM (SELECT ${name} ${from} ${limit})`,
			`SELECT count(*) AS n FROM (SELECT * ${from} ${limit})`,
			`SELECT count(*) AS n FROM (${from} ${limit}) a CROSS JOIN tiny`,
			`SELECT (SELECT count(*) FROM (SELECT ${name} ${from} ${limit})) AS n, max(${name}) AS m ${from}`,
			`WITH c AS MATERIALIZED (SELECT ${name} AS x ${from} ${limit}) SELECT count(*) AS n FROM c a, c b`,
			`SELECT k FROM tiny WHERE EXISTS (SELECT ${name} ${from} ${limit})`,
			`SELECT count(*) AS n FROM ((SELECT ${name} AS x ${from} ${limit}) UNION ALL (SELECT ${name} ${from} LIMIT 3))`,
			`SELECT count(*) AS n FROM (SELECT ${name} AS x ${from} ${limit}) WHERE x IS NULL OR x IS NOT NULL`,
			`SELECT n FROM (SELECT count(*) AS n ${from}) ${limit}`,
		]),
	};
}

/** What statistics answer, alone and beside what they do not. */
function extremes(setting: Setting) {
	const table = setting.table();
	const a = quoted((setting.column(table) as SourceColumn).name);
	const b = quoted((setting.column(table) as SourceColumn).name);
	const from = `FROM ${quoted(table.name)}${setting.where(table, 0.7)}`;
	return {
		sql: setting.pick([
			`SELECT count(*) AS n ${from}`,
			`SELECT count(${a}) AS m, count(${b}) AS o FROM ${quoted(table.name)}`,
			`SELECT min(${a}) AS low, max(${a}) AS high ${from}`,
			`SELECT min(${a}) AS low ${from}`,
			`SELECT max(${a}) AS high, count(*) AS n ${from}`,
			`SELECT count(*) AS n, count(${a}) AS m, min(${b}) AS low ${from}`,
			`SELECT max(${a}) AS high, ${setting.aggregate(table)} AS g ${from}`,
			`SELECT max(${a}) IS NULL AS none, min(${b})::VARCHAR AS low ${from}`,
			`SELECT count(*) AS n, max(${a}) AS m ${from} HAVING count(*) > 3`,
			`SELECT min(${a}) FILTER (WHERE ${setting.condition(table)}) AS low, max(${a}) AS high ${from}`,
			`SELECT * FROM (SELECT max(${a}) AS high ${from}) CROSS JOIN (SELECT count(${b}) AS m ${from})`,
			`SELECT max(${a}) AS x ${from} UNION ALL SELECT min(${a}) ${from}`,
			`SELECT k, (SELECT max(${a}) ${from}) AS high FROM tiny`,
			`SELECT arg_max(${a}, ${a}) AS x, count(*) - count(${a}) AS missing ${from}`,
			`SELECT min(x) AS low, count(*) AS n FROM (SELECT ${a} AS x ${from})`,
			`SELECT max(x) AS high FROM (SELECT DISTINCT ${a} AS x ${from})`,
			`SELECT any_value(x) AS one FROM (SELECT max(${a}) AS x ${from})`,
		]),
	};
}

/** The rows that hold the extremes. */
function extremesAgain(setting: Setting) {
	const table = setting.table();
	const key = setting.column(table) as SourceColumn;
	const name = quoted(key.name);
	const from = quoted(table.name);
	const where = setting.where(table);
	return {
		sql: setting.pick([
			`SELECT ${setting.list(table, key)} FROM ${from} WHERE ${name} = (SELECT max(${name}) FROM ${from}${where})`,
			`SELECT count(*) AS n FROM ${from} WHERE ${name} > (SELECT min(${name}) FROM ${from}${where})`,
			`SELECT count(*) AS n FROM ${from} WHERE ${name} BETWEEN (SELECT min(${name}) FROM ${from}${where}) AND (SELECT max(${name}) FROM ${from}${where})`,
			`SELECT max(${name}) AS m FROM ${from} WHERE ${name} < (SELECT max(${name}) FROM ${from}${where})`,
		]),
	};
}

/** Columns of a table that meet a column of the dimension. */
const MEETINGS = [
	["events", "id", "k"],
	["events", "k", "k"],
	["events", "big", "big"],
	["events", "region", "region"],
	["events", "v", "real_k"],
	["events", "f", "real_k"],
	["events", "price", "k"],
	["events", "v", "never"],
	["events", "huge", "big"],
	["cells", "x", "k"],
	["cells", "ride_id", "ride_id"],
	["cells", "level", "kind"],
	["cells", "part", "kind"],
	["kinds", "id", "k"],
	["sorted", "a", "k"],
	["sorted", "d", "real_k"],
	["sorted", "k", "kind"],
	["sorted", "money", "k"],
	["spans", "id", "k"],
	["nested", "id", "k"],
	["odd names", "a>5 AND b=1", "k"],
] as const;

/** A join with few rows of another table. */
function byDimension(setting: Setting) {
	const [name, fact, key] = setting.pick(MEETINGS);
	const table = setting.named(name);
	const dims = setting.named("dims");
	const few = setting.pick([
		`(FROM dims${setting.where(dims, 0.8)})`,
		"dims",
		`(SELECT * FROM dims WHERE kind = ${setting.below(4)})`,
		`(FROM dims ORDER BY k LIMIT ${1 + setting.below(4)})`,
		`(SELECT ${quoted(key)}, max(kind) AS kind FROM dims${setting.where(dims)} GROUP BY 1)`,
	]);
	const join = setting.pick([
		"JOIN",
		"JOIN",
		"JOIN",
		"LEFT JOIN",
		"RIGHT JOIN",
		"FULL JOIN",
		"SEMI JOIN",
		"ANTI JOIN",
	]);
	const [f, d] = [`f.${quoted(fact)}`, `d.${quoted(key)}`];
	const on = setting.pick([
		`${f} = ${d}`,
		`${f} = ${d}`,
		`${d} = ${f}`,
		`${f} IS NOT DISTINCT FROM ${d}`,
		`${f} = ${d} AND ${setting.chance(0.5) ? "d.kind > 0" : "f IS NOT NULL"}`,
		...(family(typeOf(table, fact)) === "whole" &&
		family(typeOf(dims, key)) === "whole"
			? [`${f} + 1 = ${d}`, `${f} BETWEEN ${d} AND ${d} + 2`]
			: []),
	]);
	const facts = setting.chance(0.4)
		? `(FROM ${quoted(name)}${setting.where(table, 1)})`
		: quoted(name);
	const [left, right] = setting.chance(0.7)
		? [`${facts} f`, `${few} d`]
		: [`${few} d`, `${facts} f`];
	const half = /SEMI|ANTI/.test(join);
	const shown = half
		? left.endsWith(" f")
			? [f]
			: [d]
		: setting.pick([
				[f],
				[f, d],
				[d],
				[`f.${quoted((setting.column(table) as SourceColumn).name)}`, "d.kind"],
			]);
	const from = `FROM ${left} ${join} ${right} ON ${on}`;
	const list = shown.map((text, index) => `${text} AS x${index}`).join(", ");
	return {
		sql: setting.pick([
			`SELECT ${list} ${from}`,
			`SELECT count(*) AS n, min(${shown[0]}) AS low ${from}`,
			`SELECT ${shown[0]} AS x, count(*) AS n ${from} GROUP BY 1`,
			`SELECT count(*) AS n ${from}`,
			`SELECT DISTINCT ${list} ${from}`,
		]),
	};
}

/** Joins of tables by name, in every way of writing them, and conditions that must not narrow. */
function plainJoins(setting: Setting) {
	const [name, fact, key] = setting.pick(MEETINGS);
	const [otherName, otherFact, otherKey] = setting.pick(
		MEETINGS.filter(([other]) => other !== name),
	);
	const table = setting.named(name);
	const other = setting.named(otherName);
	const dims = setting.named("dims");
	const as = setting.pick(["", " AS"]);
	const [f, d, o] = [
		`f.${quoted(fact)}`,
		`d.${quoted(key)}`,
		`o.${quoted(otherFact)}`,
	];
	const join = () =>
		setting.pick([
			"JOIN",
			"JOIN",
			"INNER JOIN",
			"LEFT JOIN",
			"LEFT OUTER JOIN",
			"RIGHT JOIN",
			"FULL JOIN",
		]);
	const few = setting.pick([
		"d.kind = 1",
		`d.k ${setting.pick(["<", ">", "="])} ${3 * setting.below(14)}`,
		"d.region = 'south'",
		"d.region IS NULL",
		"d.kind = 77",
		"d.since < TIMESTAMP '2024-02-29 12:00:00'",
	]);
	const more = setting.pick([
		"",
		` AND ${few}`,
		` AND ${few}`,
		` OR ${few}`,
		` AND NOT ${few}`,
	]);
	const facts = `${quoted(name)}${as} f`;
	const dimensions = `dims${as} d`;
	const third = `${quoted(otherName)} o`;
	const on = setting.pick([`${f} = ${d}`, `${d} = ${f}`]);
	const onThird = `${o} = d.${quoted(otherKey)}`;
	const where = setting.pick([
		"",
		` WHERE ${few}`,
		` WHERE ${few} AND ${f} IS NOT NULL`,
	]);
	const same = fact === key ? fact : null;
	const inner = setting.where(dims, 0.7);
	const from = setting.pick([
		`FROM ${facts} ${join()} ${dimensions} ON ${on}${more}${where}`,
		`FROM ${facts} ${join()} ${dimensions} ON ${on}${more}${where}`,
		`FROM ${dimensions} ${join()} ${facts} ON ${on}${more}${where}`,
		`FROM ${facts}, ${dimensions} WHERE ${on}${more}`,
		`FROM ${dimensions}, ${facts} WHERE ${on}${more}`,
		`FROM ${facts} CROSS JOIN ${dimensions} WHERE ${few} AND ${on}`,
		`FROM ${facts} ${join()} ${dimensions} ON ${on} ${join()} ${third} ON ${onThird}${where}`,
		`FROM ${dimensions} ${join()} ${facts} ON ${on} ${join()} ${third} ON ${onThird} AND ${few}`,
		`FROM ${third} ${join()} ${dimensions} ON ${onThird} ${join()} ${facts} ON ${on}${more}`,
		`FROM ${facts} ${join()} ${dimensions} ${same === null ? `ON ${on}` : `USING (${quoted(same)})`}${where}`,
		`FROM ${facts}, (SELECT * FROM dims${inner}) d WHERE ${on}`,
		`FROM ${facts} CROSS JOIN tiny d WHERE ${f} IN (SELECT ${quoted(key)} FROM dims${inner})`,
		`FROM ${facts} LEFT JOIN tiny d ON ${f} IS NULL WHERE ${f} ${setting.pick(["", "NOT "])}IN (SELECT x.${quoted(key)} FROM dims x${inner})`,
	]);
	const shown = quoted((setting.column(table) as SourceColumn).name);
	const extra = from.includes(" o ")
		? [`o.${quoted((setting.column(other) as SourceColumn).name)}`]
		: [];
	return {
		sql: setting.pick([
			`SELECT count(*) AS n, count(${f}) AS m, min(${f}) AS low ${from}`,
			`SELECT f.${shown} AS x ${from}`,
			`SELECT ${[f, "d.k", ...extra].map((text, index) => `${text} AS x${index}`).join(", ")} ${from}`,
			`SELECT d.k AS x, count(*) AS n, max(f.${shown}) AS high ${from} GROUP BY 1`,
			`SELECT count(*) AS n FROM (SELECT f.${shown} ${from})`,
		]),
	};
}

/** Keys and bounds that another query gives. */
function bySubquery(setting: Setting) {
	const [name, fact, key] = setting.pick(MEETINGS);
	const table = setting.named(name);
	const dims = setting.named("dims");
	const [f, d] = [quoted(fact), quoted(key)];
	const few = `FROM dims${setting.where(dims, 0.8)}`;
	const same = setting.column(table) as SourceColumn;
	const s = quoted(same.name);
	const from = `FROM ${quoted(name)} f`;
	const condition = setting.pick([
		`${f} IN (SELECT ${d} ${few})`,
		`${f} IN (SELECT ${d} ${few})`,
		`${f} NOT IN (SELECT ${d} ${few})`,
		`${f} IN (SELECT ${d} + 1 FROM dims WHERE typeof(${d}) <> 'VARCHAR')`,
		`EXISTS (SELECT 1 FROM dims d WHERE d.${d} = f.${f} AND d.kind < ${setting.below(4)})`,
		`NOT EXISTS (SELECT 1 FROM dims d WHERE d.${d} = f.${f})`,
		`${f} > (SELECT max(${d}) ${few})`,
		`${f} <= (SELECT min(${d}) ${few})`,
		`${f} = (SELECT ${d} FROM dims WHERE k = ${3 * setting.below(16)})`,
		`${f} BETWEEN (SELECT min(${d}) ${few}) AND (SELECT max(${d}) ${few})`,
		`${f} >= ALL (SELECT ${d} ${few})`,
		`${f} < ANY (SELECT ${d} ${few})`,
		`(${f}, 1) IN (SELECT (${d}, kind) ${few})`,
		`${f} = (SELECT any_value(${d}) FROM dims WHERE false)`,
		`${s} >= (SELECT max(${s}) FROM ${quoted(name)}${setting.where(table)})`,
		`${s} IN (SELECT ${s} FROM ${quoted(name)} ORDER BY ${s}${setting.direction()} LIMIT 3)`,
		`${f} IN (SELECT ${d} ${few}) OR ${s} IS NULL`,
		`CASE WHEN ${s} IS NULL THEN true ELSE ${f} IN (SELECT ${d} ${few}) END`,
	]);
	const also = setting.chance(0.4) ? ` AND (${setting.condition(table)})` : "";
	return {
		sql: setting.pick([
			`SELECT ${f} AS x ${from} WHERE ${condition}${also}`,
			`SELECT count(*) AS n, min(${f}) AS low, max(${f}) AS high ${from} WHERE ${condition}${also}`,
			`SELECT ${f} AS x, ${s} AS y ${from} WHERE ${condition}${also}`,
			`SELECT count(*) AS n FROM (SELECT (${condition}) AS yes, * ${from}) WHERE yes`,
		]),
	};
}

/** Aggregates in groups, as a table larger than memory would want them in slices. */
function groups(setting: Setting) {
	const table = setting.chance(0.4) ? setting.named("cells") : setting.table();
	const key = quoted((setting.column(table) as SourceColumn).name);
	const numeric = setting.column(table, ["whole"]);
	const expression = setting.pick([
		key,
		key,
		`${key} IS NULL`,
		...(numeric ? [`${quoted(numeric.name)} % 7`] : []),
		"'all'",
	]);
	const from = `FROM ${quoted(table.name)}${setting.where(table, 0.5)}`;
	const aggregates = setting.aggregates(table);
	const other = setting.aggregate(table);
	const query = setting.pick([
		`SELECT ${expression} AS x, ${aggregates} ${from} GROUP BY x`,
		`SELECT ${expression} AS x, ${aggregates} ${from} GROUP BY 1`,
		`SELECT ${expression} AS x, ${aggregates} ${from} GROUP BY ALL`,
		`SELECT ${aggregates} ${from}`,
		`SELECT ${aggregates} ${from}`,
		`SELECT ${aggregates} ${from} GROUP BY ${key}`,
		`SELECT ${expression} AS x, ${aggregates} ${from} GROUP BY x HAVING count(*) > ${setting.below(30)}`,
		`SELECT ${expression} AS x, ${aggregates} ${from} GROUP BY x HAVING ${other} IS NOT NULL`,
		`SELECT x, max(n) AS most, count(*) AS m FROM (SELECT ${expression} AS x, ${key} AS y, count(*) AS n ${from} GROUP BY ALL) GROUP BY x`,
		`SELECT count(*) AS n FROM (SELECT ${expression} AS x ${from} GROUP BY 1)`,
		`WITH g AS (SELECT ${expression} AS x, count(*) AS n ${from} GROUP BY 1) SELECT a.n, count(*) AS m FROM g a JOIN g b ON a.n = b.n GROUP BY 1`,
		`SELECT ${expression} AS x, count(*) AS n, sum(count(*)) OVER () AS total ${from} GROUP BY 1`,
		`SELECT x, ${aggregates} FROM (SELECT ${expression} AS x, * ${from}) GROUP BY x`,
		`SELECT DISTINCT ${expression} AS x ${from}`,
		`SELECT DISTINCT ${other} AS g ${from} GROUP BY ${key}`,
		`SELECT ${expression} AS x, ${other} AS g ${from} GROUP BY 1 UNION ALL SELECT NULL, ${other} ${from}`,
	]);
	if (!setting.chance(0.3)) return { sql: query };
	return {
		sql: `SELECT * FROM (${query}) ORDER BY ALL${setting.direction()} LIMIT ${1 + setting.below(20)}`,
		check: ORDERED,
	};
}

function groupingSets(setting: Setting) {
	const table = setting.table();
	const [a, b] = setting.random
		.sample(plainColumns(table), 2)
		.map(({ name }) => quoted(name));
	const sets = setting.pick([
		`GROUPING SETS ((${a}), (${b}), ())`,
		`GROUPING SETS ((${a}, ${b}), (${b}))`,
		`ROLLUP (${a}, ${b})`,
		`CUBE (${a}, ${b})`,
	]);
	return {
		sql: `SELECT ${a} AS a, ${b} AS b, grouping(${a}, ${b}) AS level, ${setting.aggregates(table, 2)} FROM ${quoted(table.name)}${setting.where(table)} GROUP BY ${sets}`,
	};
}

function frames(setting: Setting) {
	const table = setting.table();
	const all = plainColumns(table)
		.map(({ name }) => quoted(name))
		.join(", ");
	const value = setting.column(table, ["whole"]);
	const partition = setting.column(table) as SourceColumn;
	const by = setting.chance(0.5)
		? `PARTITION BY ${quoted(partition.name)} `
		: "";
	const bounds = setting.pick([
		"UNBOUNDED PRECEDING AND CURRENT ROW",
		"3 PRECEDING AND 2 FOLLOWING",
		"CURRENT ROW AND UNBOUNDED FOLLOWING",
		"2 FOLLOWING AND 5 FOLLOWING",
		"UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
	]);
	const exclude = setting.pick([
		"",
		"",
		" EXCLUDE CURRENT ROW",
		" EXCLUDE GROUP",
		" EXCLUDE TIES",
	]);
	const name = value === undefined ? "1" : quoted(value.name);
	const order =
		value === undefined ? `ORDER BY ${all}` : `ORDER BY ${name}, ${all}`;
	const over = setting.pick([
		`${by}${order} ROWS BETWEEN ${bounds}${exclude}`,
		`${by}${order} GROUPS BETWEEN ${bounds}${exclude}`,
		...(value === undefined
			? []
			: [`${by}ORDER BY ${name} RANGE BETWEEN ${bounds}${exclude}`]),
	]);
	const call = setting.pick([
		`sum(${name})`,
		`count(*)`,
		`max(${name})`,
		`avg(${name})`,
	]);
	const ranked = setting.pick([
		`ntile(4) OVER (ORDER BY ${all})`,
		`lead(${name}, 2, 0) OVER (${by}${order})`,
		`cume_dist() OVER (${by}ORDER BY ${name})`,
		`percent_rank() OVER (ORDER BY ${name})`,
		`nth_value(${name}, 3) OVER (${by}${order})`,
		`rank() OVER w`,
	]);
	const named = ranked.endsWith(" w")
		? ` WINDOW w AS (${by}ORDER BY ${name})`
		: "";
	return {
		sql: `SELECT ${setting.list(table, partition)}, ${call} OVER (${over}) AS framed, ${ranked} AS ranked FROM ${quoted(table.name)}${setting.where(table)}${named}`,
	};
}

function pivots(setting: Setting) {
	const tiny = setting.below(30);
	return {
		sql: setting.pick([
			`PIVOT (SELECT region, k, id FROM events WHERE id > ${tiny * 10}) ON region IN ('north', 'south') USING count(*), max(id) GROUP BY k`,
			`FROM (PIVOT (SELECT level, part FROM cells WHERE x < ${tiny * 40}) ON level IN (0, 1, 2) USING count(*) GROUP BY part)`,
			`PIVOT (SELECT kind, region, k FROM dims WHERE k > ${tiny}) ON kind USING sum(k) GROUP BY region`,
			`SELECT * FROM (SELECT grade, id FROM spans WHERE id < ${tiny * 5}) PIVOT (count(id) FOR grade IN ('low', 'high'))`,
			`UNPIVOT (SELECT id, tiny::INTEGER AS tiny, k FROM events WHERE id < ${tiny * 10}) ON tiny, k INTO NAME what VALUE number`,
			`SELECT what, sum(number) AS s FROM (SELECT a, r, k::INTEGER AS k FROM sorted) UNPIVOT (number FOR what IN (a, r, k)) GROUP BY what`,
			`FROM (FROM sorted SELECT a, r WHERE r < ${tiny}) UNPIVOT INCLUDE NULLS (number FOR what IN (a, r))`,
			`UNPIVOT (SELECT a, r FROM sorted WHERE a = ${tiny}) ON COLUMNS(*)`,
		]),
	};
}

function samples(setting: Setting) {
	const table = setting.table();
	const column = setting.column(table) as SourceColumn;
	const of = `SELECT ${setting.list(table, column)} FROM ${quoted(table.name)}`;
	const [clause, isSized] = setting.pick([
		[" USING SAMPLE 25", true],
		[" USING SAMPLE 1 ROWS", true],
		[" USING SAMPLE reservoir(40 ROWS) REPEATABLE (7)", true],
		[" USING SAMPLE 100000 ROWS", true],
		[" USING SAMPLE 30% (bernoulli)", false],
		[" USING SAMPLE 50 PERCENT (system, 3)", false],
		[" TABLESAMPLE reservoir(20)", true],
		[" TABLESAMPLE 10%", false],
	] as const);
	return {
		sql: `${of}${clause}`,
		check: { kind: "part", of, keys: 0, isSized } as const,
	};
}

function oddJoins(setting: Setting) {
	const n = setting.below(200);
	const kinds = setting.pick(["", " WHERE kind > 0", " WHERE k < 20"]);
	return {
		sql: setting.pick([
			`SELECT e.id, d.k FROM (FROM events WHERE id < ${n}) e ASOF JOIN (FROM dims${kinds}) d ON e.ts >= d.since`,
			`SELECT e.id, d.k FROM (FROM events WHERE id BETWEEN ${n} AND ${n + 90}) e ASOF LEFT JOIN dims d ON e.region = d.region AND e.ts >= d.since`,
			`SELECT d.k, e.id FROM dims d ASOF JOIN events e ON d.since <= e.ts`,
			`SELECT e.id, d.kind FROM events e JOIN dims d ON e.ts >= d.since AND e.ts < d.until WHERE d.k < ${n}`,
			`SELECT a.id, b.id AS other FROM events a, events b WHERE a.ts < b.ts AND b.ts < a.ts + INTERVAL 20 MINUTE AND a.id < ${n}`,
			`SELECT a.id, k.id AS other FROM (SELECT id FROM events ORDER BY id LIMIT ${n}) a POSITIONAL JOIN (SELECT id FROM kinds ORDER BY id) k`,
			`SELECT k.id, n.id AS other FROM kinds k POSITIONAL JOIN nested n`,
			`SELECT * FROM dims NATURAL JOIN (SELECT k, id FROM kinds WHERE id > ${n / 2})`,
			`SELECT k, count(*) AS n FROM events JOIN sorted USING (k) WHERE sorted.a < ${n} GROUP BY k`,
			`SELECT * FROM dims FULL JOIN (SELECT k, max(id) AS id FROM kinds GROUP BY k) USING (k)`,
			`SELECT d.k, x.id FROM dims d, LATERAL (SELECT id FROM events e WHERE e.k = d.k ORDER BY id LIMIT 3) x`,
			`SELECT d.k, x.n FROM dims d LEFT JOIN LATERAL (SELECT count(*) AS n FROM cells c WHERE c.x = d.k AND c.level = d.kind) x ON x.n > 1`,
			`SELECT d.k, (SELECT max(ts) FROM events e WHERE e.k = d.k AND e.id < ${n}) AS last FROM dims d`,
			`SELECT a.id FROM events a WHERE a.price > (SELECT avg(price) FROM events b WHERE b.region IS NOT DISTINCT FROM a.region) AND a.id < ${n}`,
			`SELECT a.a, count(*) AS n FROM sorted a JOIN sorted b ON a.a = b.a AND a.d < b.d GROUP BY 1`,
			`SELECT count(*) AS n FROM sorted a JOIN sorted b ON a.d = b.d`,
			`SELECT s.d, d.k FROM sorted s JOIN dims d ON s.d = d.never`,
			`SELECT e.id, s.a FROM events e RIGHT JOIN (FROM sorted WHERE a = ${n % 50}) s ON e.id = s.k`,
		]),
	};
}

function distinctOn(setting: Setting) {
	const table = setting.table();
	const key = setting.column(table) as SourceColumn;
	const name = quoted(key.name);
	const all = plainColumns(table).map((column) => quoted(column.name));
	const from = `FROM ${quoted(table.name)}${setting.where(table)}`;
	return {
		sql: setting.pick([
			`SELECT DISTINCT ON (${name}) ${setting.list(table, key)} ${from} ORDER BY ${[name, ...all].join(", ")}`,
			`SELECT ${setting.list(table, key)} ${from} QUALIFY row_number() OVER (PARTITION BY ${name} ORDER BY ${all.join(", ")}) <= ${1 + setting.below(3)}`,
			`SELECT ${name} ${from} QUALIFY count(*) OVER (PARTITION BY ${name}) = ${1 + setting.below(4)}`,
			`SELECT ${name}, rank() OVER (ORDER BY ${name}) AS r ${from} QUALIFY r <= ${1 + setting.below(30)}`,
		]),
	};
}

function byName(setting: Setting) {
	const n = setting.below(100);
	return {
		sql: setting.pick([
			`SELECT id, k FROM events WHERE id < ${n} UNION ALL BY NAME SELECT k, id, u FROM kinds WHERE id > ${n}`,
			`SELECT k, name FROM tiny UNION BY NAME SELECT k, kind FROM dims`,
			`SELECT k FROM events WHERE id < ${n * 3} INTERSECT ALL SELECT k FROM sorted`,
			`SELECT k FROM sorted EXCEPT ALL SELECT k FROM events WHERE id > ${n}`,
			`(SELECT a AS x FROM sorted EXCEPT SELECT id FROM kinds) UNION (SELECT k FROM dims INTERSECT SELECT id FROM events)`,
			`SELECT DISTINCT region FROM events UNION ALL SELECT DISTINCT region FROM dims`,
		]),
	};
}

function nestedValues(setting: Setting) {
	const n = setting.below(150);
	return {
		sql: setting.pick([
			`SELECT id, unnest(l) AS item FROM nested WHERE id > ${n}`,
			`SELECT id, [x * 2 FOR x IN l IF x > 0] AS doubled FROM nested WHERE id < ${n}`,
			`SELECT id, list_transform(l, lambda x: x + id) AS moved FROM nested WHERE id < ${n}`,
			`SELECT id, list_filter(words, lambda w: w IS NOT NULL) AS some, list_reduce(list_prepend(0, l), lambda a, b: a + b) AS total FROM nested`,
			`SELECT st.y, count(*) AS n, max(st.deep.z) AS z FROM nested WHERE st.x > ${n % 30} GROUP BY st.y`,
			`SELECT struct_pack(a := id, b := l) AS packed FROM nested WHERE st.deep.z = ${n / 4}`,
			`SELECT unnest(st) FROM nested WHERE id >= ${n}`,
			`SELECT id, pairs['a'] AS a, map_keys(pairs) AS keys, cardinality(pairs) AS size FROM spans WHERE id < ${n}`,
			`SELECT pairs, count(*) AS n FROM spans GROUP BY pairs`,
			`SELECT map_from_entries([(id, grade)]) AS m FROM spans WHERE grade = 'low'`,
			`SELECT id, boxes[1].p AS p FROM spans WHERE boxes[1].q = 'q' AND id > ${n}`,
			`SELECT l, list(id ORDER BY id) AS ids FROM nested GROUP BY l`,
			`SELECT id, span, span * 2 AS twice FROM spans WHERE span > INTERVAL ${n} DAY`,
			`SELECT max(span) AS longest, min(span) AS shortest, count(span) AS n FROM spans WHERE id > ${n}`,
			`SELECT id, ts + span AS later FROM events JOIN spans USING (id) WHERE span IS NOT NULL AND id < ${n}`,
			`SELECT span, grade FROM spans ORDER BY span DESC NULLS LAST, id LIMIT 10`,
			`SELECT id, zoned, ms FROM spans WHERE ms >= '2024-03-01 00:01:0${n % 10}' AND id < ${n}`,
			`SELECT max(zoned) AS z, min(ms) AS m FROM spans WHERE id < ${n}`,
			`SELECT grade, sum(vast) AS vast, count(late) AS late FROM spans GROUP BY grade`,
			`SELECT late, count(*) AS n FROM spans WHERE late IS NULL OR late > ${n % 9} GROUP BY late`,
			`SELECT sum(big) AS s, sum(big::HUGEINT * 1000003) AS h, max(big::HUGEINT) AS m FROM events WHERE id > ${n}`,
			`SELECT list_sort(list(DISTINCT k)) AS ks FROM events WHERE id < ${n}`,
			`SELECT histogram(tiny) AS h FROM events WHERE id < ${n}`,
			`SELECT id, array_value(id, k) AS pair FROM events WHERE k IS NOT NULL AND id < ${n}`,
			`SELECT id, union_value(num := id) AS u FROM kinds WHERE id < ${n}`,
		]),
	};
}

function recursion(setting: Setting) {
	const n = 1 + setting.below(20);
	return {
		sql: setting.pick([
			`WITH RECURSIVE up(n) AS (SELECT min(k) FROM dims UNION ALL SELECT n + 3 FROM up WHERE n < (SELECT max(k) FROM dims WHERE k < ${n * 3})) SELECT n, kind FROM up JOIN dims ON n = k`,
			`WITH RECURSIVE chain AS (SELECT id, k FROM events WHERE id = ${n} UNION SELECT e.id, e.k FROM events e JOIN chain c ON e.id = c.k) SELECT * FROM chain`,
			`WITH RECURSIVE w AS (SELECT id, 1 AS depth FROM kinds WHERE id < ${n} UNION ALL SELECT kinds.id, depth + 1 FROM kinds JOIN w ON kinds.id = w.id * 2 AND depth < 4) SELECT depth, count(*) AS n, max(id) AS m FROM w GROUP BY depth`,
			`WITH RECURSIVE t AS (SELECT a FROM sorted WHERE a = ${n} UNION SELECT s.a FROM sorted s, t WHERE s.a = t.a + 1 AND s.a < ${n + 9}) SELECT a FROM t`,
		]),
	};
}

/** Values of each type, as text with a cast and as what JavaScript has. */
function parameters(setting: Setting): ReturnType<Shape> {
	const table = setting.table();
	const column = setting.column(table) as SourceColumn;
	const name = quoted(column.name);
	if (column.values.length === 0)
		return { sql: `SELECT ${name} FROM ${quoted(table.name)}` };
	const texts = [setting.pick(column.values), setting.pick(column.values)];
	const kind = family(column.type);
	const asNumber =
		kind === "whole" &&
		setting.chance(0.5) &&
		texts.every((text) => Number.isSafeInteger(Number(text)));
	const bare = kind === "text" && setting.chance(0.5);
	const mark =
		bare || (asNumber && setting.chance(0.4)) ? "?" : `?::${column.type}`;
	const [low, high] = texts.map((text) => literal(text, column.type));
	const operator = setting.pick(["=", "<", ">=", "<>"]);
	const write = (a: string, b: string) =>
		`SELECT ${setting.list(table, column)} FROM ${quoted(table.name)} WHERE ${name} ${operator} ${a} OR ${name} BETWEEN ${b} AND ${b}`;
	const sql = write(mark, mark.replace("?", "?"));
	return {
		sql,
		plain: sql
			.replace(`${operator} ${mark}`, `${operator} ${low}`)
			.replace(`BETWEEN ${mark}`, `BETWEEN ${high}`)
			.replace(`AND ${mark}`, `AND ${high}`),
		params: [texts[0], texts[1], texts[1]].map((text) =>
			asNumber ? Number(text) : (text as string),
		),
	};
}

/** Views, macros and temporary tables of the analyst's own, over the lake's tables. */
function ownObjects(setting: Setting): ReturnType<Shape> {
	const table = setting.table();
	const column = setting.column(table) as SourceColumn;
	const name = quoted(column.name);
	const from = quoted(table.name);
	const where = setting.where(table);
	const value = column.values.length > 0 ? setting.value(column) : "NULL";
	const [setup, sql] = setting.pick([
		[
			[`CREATE VIEW own_view AS SELECT ${name} AS x FROM ${from}${where}`],
			`SELECT x, count(*) AS n FROM own_view WHERE x > ${value} GROUP BY x`,
		],
		[
			[`CREATE TEMP VIEW own_view AS FROM ${from}`],
			`SELECT ${setting.list(table, column)} FROM own_view${setting.where(table)}`,
		],
		[
			[
				`CREATE VIEW own_view AS SELECT ${name} AS x FROM ${from}${where}`,
				"CREATE VIEW second_view AS SELECT max(x) AS m, min(x) AS l FROM own_view",
			],
			"SELECT m, l, (SELECT count(*) FROM own_view WHERE x < m) AS n FROM second_view",
		],
		[
			[
				`CREATE MACRO own_macro(low) AS TABLE SELECT ${name} AS x FROM ${from} WHERE ${name} >= low`,
			],
			`SELECT count(*) AS n, min(x) AS l FROM own_macro(${value})`,
		],
		[
			["CREATE MACRO twice(n) AS n * 2"],
			"SELECT k FROM dims WHERE twice(k) > 20 ORDER BY twice(k)",
		],
		[
			[`CREATE MACRO top_of() AS (SELECT max(${name}) FROM ${from}${where})`],
			`SELECT count(*) AS n FROM ${from} WHERE ${name} = top_of()`,
		],
		[
			[
				`CREATE TEMP TABLE own_table AS SELECT ${name} AS x FROM ${from}${where}`,
			],
			`SELECT count(*) AS n, count(x) AS m, max(x) AS high FROM own_table`,
		],
		[
			[
				"CREATE TEMP TABLE own_table AS SELECT k, kind FROM dims WHERE kind = 1",
			],
			"SELECT e.id, t.kind FROM events e JOIN own_table t ON e.k = t.k",
		],
		[
			["CREATE TEMP TABLE own_table AS SELECT k FROM dims WHERE kind = 2"],
			"SELECT id FROM events WHERE id IN (SELECT k FROM own_table) AND ts > (SELECT min(since) FROM dims)",
		],
	] as const);
	return { sql, setup, teardown: setup.map(dropOf).reverse() };
}

/** The statement that undoes a `CREATE`. */
function dropOf(create: string): string {
	const [, kind = "", name = "", paren = "", ,] =
		/^CREATE (?:TEMP )?(VIEW|MACRO|TABLE) (\w+)(.*)$/s.exec(create) ?? [];
	const isTableMacro = kind === "MACRO" && /^\([^)]*\) AS TABLE /.test(paren);
	return `DROP ${kind}${isTableMacro ? " TABLE" : ""} ${name}`;
}

/** Ways of writing that are DuckDB's own. */
function odds(setting: Setting): ReturnType<Shape> {
	const table = setting.table();
	const column = setting.column(table) as SourceColumn;
	const name = quoted(column.name);
	const from = quoted(table.name);
	const where = setting.where(table);
	const described = setting.pick([
		`DESCRIBE ${from}`,
		`DESCRIBE SELECT ${name}, 1 AS one FROM ${from}`,
		"SHOW TABLES",
	]);
	return setting.pick<ReturnType<Shape>>([
		{ sql: `FROM ${from}${where}` },
		{ sql: `FROM ${from} SELECT ${name}${where}` },
		{ sql: `FROM ${from} SELECT count(*) AS n${where}` },
		{ sql: `SELECT * EXCLUDE (${name}) FROM ${from}${where}` },
		{
			sql: `SELECT * REPLACE (${name} IS NULL AS ${name}) FROM ${from}${where}`,
		},
		{ sql: `SELECT COLUMNS(c -> c > 'k') FROM ${from}${where}` },
		{ sql: `SELECT count(COLUMNS(*)) FROM ${from}${where}` },
		{
			sql: `SELECT ${name} FROM ${from} WHERE ${name} IN (VALUES (NULL), (${column.values.length > 0 ? setting.value(column) : "NULL"}))`,
		},
		{
			sql: `SELECT * FROM (VALUES (1, 'a'), (2, NULL)) v(k, s) LEFT JOIN dims USING (k)`,
		},
		{ sql: described, plain: `FROM (${described})` },
		{
			sql: `SELECT column_name, column_type, min, max, count, null_percentage FROM (SUMMARIZE ${from})`,
		},
		{
			sql: `WITH a AS MATERIALIZED (FROM ${from}${where}), b AS NOT MATERIALIZED (FROM a) SELECT count(*) AS n, max(${name}) AS m FROM b`,
		},
		{
			sql: `SELECT ${name} AS x FROM ${from}${where} GROUP BY x HAVING bool_and(x IS NOT NULL)`,
		},
		{ sql: `SELECT (SELECT t.${name}) AS same FROM ${from} t${where}` },
	]);
}

/** Files named in SQL, alone and beside the lake's tables. */
function inFiles(setting: Setting): ReturnType<Shape> {
	const {
		name,
		rows,
		columns,
		files = [],
		partitionKeys = [],
	} = setting.table();
	const table = {
		name,
		rows,
		columns: columns.filter((column) => !partitionKeys.includes(column.name)),
	};
	const column = setting.column(table) as SourceColumn;
	const shown = quoted(column.name);
	const paths = setting.random.sample(files, 1 + setting.below(3));
	const [path] = paths.map((text) => `'${text.replaceAll("'", "''")}'`);
	const from =
		path === undefined
			? quoted(name)
			: setting.pick([
					path,
					`read_parquet(${path})`,
					`read_parquet([${paths.map((text) => `'${text.replaceAll("'", "''")}'`).join(", ")}])`,
				]);
	const where = setting.where(table);
	return setting.pick<ReturnType<Shape>>([
		{ sql: `SELECT ${setting.list(table, column)} FROM ${from}${where}` },
		{ sql: `SELECT ${setting.aggregates(table)} FROM ${from}${where}` },
		{ sql: `SELECT count(*) AS n, min(${shown}) AS low FROM ${from}${where}` },
		{
			sql: `SELECT ${shown} AS x, count(*) AS n FROM ${from}${where} GROUP BY 1`,
		},
		{
			sql: `SELECT ${shown} FROM ${from}${where} ORDER BY 1${setting.direction()} ${setting.limit()}`,
			check: ORDERED,
		},
		{
			sql: `SELECT f.${shown}, d.k FROM ${from} f JOIN dims d ON f.${shown}::VARCHAR = d.k::VARCHAR`,
		},
		{
			sql: `SELECT count(*) AS n FROM ${from} WHERE ${shown} IN (SELECT ${shown} FROM ${quoted(name)}${where})`,
		},
	]);
}

/** What follows the order of rows where a query gives none: the lake's, whatever was loaded first. */
function inFileOrder(setting: Setting) {
	const table = setting.table();
	const key = quoted((setting.column(table) as SourceColumn).name);
	const name = quoted((setting.column(table) as SourceColumn).name);
	const from = `FROM ${quoted(table.name)}${setting.where(table, 0.5)}`;
	return {
		sql: setting.pick([
			`SELECT row_number() OVER () AS n, ${name} ${from}`,
			`SELECT row_number() OVER () AS n, ${name} FROM (SELECT * ${from})`,
			`SELECT list(${name}) AS all_of_them ${from}`,
			`SELECT first(${name}) AS f, last(${name}) AS l, count(*) AS n ${from}`,
			`SELECT ${key} AS x, list(${name}) AS all_of_them ${from} GROUP BY 1`,
			`SELECT ${key} AS x, first(${name}) AS f, last(${name}) AS l ${from} GROUP BY 1`,
			`SELECT string_agg(${name}::VARCHAR, '|') AS joined ${from}`,
			`SELECT array_agg(${name}) FILTER (WHERE ${name} IS NOT NULL) AS some ${from}`,
			`SELECT ${name}, lag(${name}) OVER () AS before ${from}`,
		]),
	};
}

function plainColumns(table: SourceTable): SourceColumn[] {
	return table.columns.filter(({ type }) => !/\[|STRUCT|MAP/.test(type));
}

function typeOf(table: SourceTable, name: string): string {
	return table.columns.find((column) => column.name === name)?.type ?? "";
}
