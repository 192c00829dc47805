import type { SqlValue } from "../../workers/engine-api.ts";
import type { GeneratedQuery } from "../differential/generate.ts";
import type { Random } from "../differential/random.ts";

const GROUPS = [
	"region",
	"k",
	"name",
	"flag",
	"day",
	"v",
	"k % 5",
	"k IS NULL",
	"id // 50",
	"upper(name)",
	"length(name) + 1",
	"date_trunc('month', day)",
	"CAST(ts AS DATE)",
	"ts::DATE",
	"extract(hour FROM ts)",
	"CASE WHEN v > 0 THEN 'up' WHEN v < 0 THEN 'down' END",
	"round(f)",
	"tiny",
	"coalesce(region, 'none')",
	"{'r': region, 'f': flag}",
];

const AGGREGATES = [
	"count(*)",
	"count()",
	"count(k)",
	"count(name)",
	"sum(k)",
	"sum(big)",
	"sum(huge)",
	"sum(price)",
	"sum(v)",
	"sum(f)",
	"sum(flag)",
	"sum(k * price)",
	"min(v)",
	"max(v)",
	"min(name)",
	"max(name)",
	"min(ts)",
	"max(day)",
	"min(price)",
	"max(big)",
	"min(huge)",
	"max(region)",
	"avg(k)",
	"avg(v)",
	"avg(price)",
	"avg(big)",
	"mean(f)",
	"bool_and(flag)",
	"bool_or(k > 20)",
	"bit_and(tiny)",
	"bit_or(k)",
	"bit_xor(big)",
	"count_if(k > 10)",
	"max(length(name))",
	"min(CASE WHEN flag THEN day END)",
	"sum(CASE WHEN region = 'north' THEN 1 ELSE 0 END)",
];

const CONDITIONS = [
	"k > 10",
	"flag",
	"name IS NOT NULL",
	"v < 1e300",
	"region = 'north' OR k < 5",
	"ts >= TIMESTAMP '2024-02-29'",
	"k IN (1, 2, 3, 30)",
	"k IN (SELECT k FROM tiny WHERE flag)",
	"price > (SELECT avg(k) FROM tiny)",
	"name LIKE 'a%'",
	"id % 3 = 1",
	"region IS DISTINCT FROM 'south'",
];

const WRAPS: readonly ((aggregate: string) => string)[] = [
	(aggregate) => `${aggregate} + 1`,
	(aggregate) => `-${aggregate}`,
	(aggregate) => `coalesce(${aggregate}, 0)`,
	(aggregate) => `round(${aggregate} / 7, 3)`,
	(aggregate) => `CAST(${aggregate} AS VARCHAR)`,
	(aggregate) => `${aggregate}::DOUBLE`,
	(aggregate) => `CASE WHEN ${aggregate} > 3 THEN 'many' ELSE 'few' END`,
	(aggregate) => `sum(${aggregate}) OVER ()`,
];

/** Whether an aggregate is a number, so that it can be wrapped. */
const isNumber = (aggregate: string) =>
	/^(?:count|sum|avg|mean)/.test(aggregate);

/** An aggregate over `events` of the hazardous lake that splits into slices. */
export function generateAggregate(random: Random): GeneratedQuery {
	const params: SqlValue[] = [];
	const values: string[] = [];
	const bound = (value: number | string): string => {
		params.push(value);
		values.push(typeof value === "number" ? `${value}::DOUBLE` : `'${value}'`);
		return "?";
	};
	const groups = random.sample(GROUPS, random.below(3));
	const style = random.pick(["expressions", "ordinals", "aliases", "all"]);
	const aggregate = () => {
		const call = random.pick(AGGREGATES);
		return random.chance(0.25)
			? `${call} FILTER (WHERE ${random.pick(CONDITIONS.filter((text) => !text.includes("SELECT")))})`
			: call;
	};
	const items = groups.map((group, at) => `${group} AS "G ${at}"`);
	const calls = Array.from({ length: 1 + random.below(4) }, aggregate);
	for (const [at, call] of calls.entries()) {
		const wrapped =
			isNumber(call) && random.chance(0.35)
				? random.pick(WRAPS)(call)
				: random.chance(0.05)
					? `${call} = ${call}`
					: call;
		items.push(
			random.chance(0.5) ? `${wrapped} AS a${at}` : `${wrapped} ${`b${at}`}`,
		);
	}
	if (random.chance(0.15) && groups.length > 0)
		items.push(`CAST(${groups[0]} AS VARCHAR) || '!' AS text`);
	if (random.chance(0.15)) items.push(`count(*) * ${bound(3)} AS bound`);
	if (random.chance(0.1))
		items.push(`sum(k + ${bound(2)}) FILTER (WHERE k > ${bound(4)}) AS sums`);
	const shuffled =
		style === "ordinals" || params.length > 0 ? items : random.shuffled(items);
	const from = random.pick([
		"events",
		"events",
		"events",
		"events AS e",
		"events LEFT JOIN (SELECT k, name AS tiny_name FROM tiny) USING (k)",
		"events JOIN (SELECT k AS key, flag AS tiny_flag FROM tiny) AS t ON k = key",
		"(SELECT k AS key FROM tiny) AS t RIGHT JOIN events ON k = key",
		"(SELECT * FROM events WHERE id > 40) AS inner_events",
	]);
	const where = random.chance(0.5)
		? ` WHERE ${random
				.sample(CONDITIONS, 1 + random.below(2))
				.map((text) => `(${text})`)
				.join(" AND ")}${random.chance(0.3) ? ` AND id > ${bound(25)}` : ""}`
		: "";
	const by =
		groups.length === 0
			? ""
			: style === "all"
				? " GROUP BY ALL"
				: ` GROUP BY ${groups
						.map((group, at) =>
							style === "ordinals"
								? String(at + 1)
								: style === "aliases"
									? `"G ${at}"`
									: group,
						)
						.join(", ")}`;
	const having = random.chance(0.25)
		? ` HAVING ${random.pick(["count(*) > 3", "max(k) IS NOT NULL", "sum(k) > 50 OR count(*) = 1", "avg(v) < 20"])}`
		: "";
	const ordered = random.chance(0.4);
	const order = ordered
		? ` ORDER BY ${random.chance(0.3) ? "count(*) DESC, " : ""}ALL`
		: "";
	const total = ordered && !order.includes(",");
	const limit = total && random.chance(0.4) ? " LIMIT 5 OFFSET 1" : "";
	const distinct =
		random.chance(0.1) && !order.includes(",") ? "DISTINCT " : "";
	const text = (orderText: string) =>
		`SELECT ${distinct}${shuffled.join(", ")} FROM ${from}${where}${by}${having}${orderText}${limit}`;
	const block = text(order.includes(",") ? " ORDER BY count(*) DESC" : order);
	const isInner = random.chance(0.15);
	const sql = !isInner
		? block
		: random.pick([
				`WITH per AS (${block}) SELECT *, 1 AS one FROM per`,
				`SELECT * FROM (${block}) AS per, tiny WHERE tiny.k < 2`,
			]);
	let at = 0;
	const plain = sql.replaceAll("?", () => values[at++] ?? "");
	const kind = total && !isInner ? "ordered" : "rows";
	return { sql, params, plain, check: { kind } };
}
