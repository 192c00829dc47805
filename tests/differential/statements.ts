import type { SqlValue } from "../../workers/engine-api.ts";
import type { GeneratedQuery } from "./generate.ts";

/** A statement whose answer two engines must agree on; `ordered` where its order is total. */
export interface Statement extends Partial<Omit<GeneratedQuery, "sql">> {
	readonly sql: string;
	readonly ordered?: boolean;
}

/** A column, its type, a value as text and, where it is another, as JavaScript has it. */
const PARAMETERS: readonly (readonly [
	column: string,
	type: string,
	text: string,
	value?: SqlValue,
])[] = [
	["id", "INTEGER", "200", 200],
	["big", "BIGINT", "9007199254740993"],
	["huge", "UBIGINT", "18446744073709551300"],
	["tiny", "UTINYINT", "7", 7],
	["price", "DECIMAL(12, 3)", "123.456"],
	["v", "DOUBLE", "1.5", 1.5],
	["f", "FLOAT", "10.1"],
	["name", "VARCHAR", "b'c"],
	["flag", "BOOLEAN", "true", true],
	["day", "DATE", "2024-02-01"],
	["ts", "TIMESTAMP", "2024-02-29 12:00:00"],
	["ns", "TIMESTAMP_NS", "2024-01-02 00:00:00"],
	["ms", "TIMESTAMP_MS", "2024-03-01 00:01:00"],
	["zoned", "TIMESTAMPTZ", "2024-03-02 00:00:00+00"],
	["t", "TIME", "05:00:00"],
	["u", "UUID", "7f6ffaa6-bb0b-408a-b31d-5a2d2f3a3a1e"],
	["span", "INTERVAL", "10 days"],
	["blob", "BLOB", "\\x00\\xAAC"],
	["wide", "DECIMAL(30, 1)", "12345678901234.5"],
	["old", "DATE", "0044-04-01"],
];

/** Tables of the columns that `events` does not have. */
const OWNERS: Readonly<Record<string, string>> = {
	ns: "kinds",
	t: "kinds",
	u: "kinds",
	blob: "kinds",
	wide: "kinds",
	old: "kinds",
	ms: "spans",
	zoned: "spans",
	span: "spans",
};

/** What the generator does not make: each construct and each hazard once. */
export const STATEMENTS: readonly Statement[] = [
	{
		sql: "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < (SELECT max(k) FROM tiny)) SELECT n, name FROM up JOIN tiny ON n = k ORDER BY n",
		ordered: true,
	},
	{
		sql: "WITH RECURSIVE chain AS (SELECT id, k FROM events WHERE id = 3 UNION SELECT e.id, e.k FROM events e JOIN chain c ON e.id = c.k) SELECT * FROM chain",
	},
	{
		sql: "PIVOT (SELECT region, tiny, id FROM events WHERE tiny < 5) ON tiny USING count(id) GROUP BY region",
	},
	{
		sql: "PIVOT tiny ON name IN ('g0', 'g2') USING sum(k) GROUP BY flag",
	},
	{
		sql: "FROM (PIVOT cells ON part USING count(*) GROUP BY level) WHERE level > 0",
	},
	{
		sql: "UNPIVOT (SELECT id, small::INTEGER AS small, k FROM kinds WHERE id < 30) ON small, k INTO NAME what VALUE number",
	},
	{
		sql: "SELECT e.id, t.k FROM events e ASOF JOIN tiny t ON e.id >= t.k WHERE e.id < 50 ORDER BY e.id",
		ordered: true,
	},
	{
		sql: "SELECT e.id, k.id AS other FROM events e ASOF LEFT JOIN kinds k ON e.k = k.k AND e.ts >= k.ns::TIMESTAMP AND true WHERE e.id < 0",
	},
	{
		sql: "SELECT k.id, n.id AS other, n.words FROM kinds k POSITIONAL JOIN nested n",
	},
	{
		sql: "SELECT DISTINCT ON (k) k, id, v FROM events WHERE k < 10 ORDER BY k, id",
		ordered: true,
	},
	{
		sql: "SELECT region, name, count(*) AS n FROM events GROUP BY GROUPING SETS ((region), (name), ()) HAVING count(*) > 3",
	},
	{
		sql: "SELECT region, flag, grouping(region, flag) AS g, max(id) AS m FROM events GROUP BY CUBE (region, flag)",
	},
	{
		sql: "SELECT id, sum(id) OVER (PARTITION BY region ORDER BY id ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) AS s FROM events WHERE id BETWEEN 100 AND 200",
	},
	{
		sql: "SELECT id FROM events QUALIFY row_number() OVER (PARTITION BY region ORDER BY price DESC) <= 2",
	},
	{
		sql: "SELECT id, price FROM events ORDER BY ts DESC LIMIT 7",
		ordered: true,
	},
	{
		sql: "SELECT name FROM events WHERE name IS NOT NULL ORDER BY name, id OFFSET 380",
		ordered: true,
	},
	{ sql: "SELECT sum(huge) AS s, sum(big) AS b, avg(huge) AS a FROM events" },
	{
		sql: "SELECT max(ts) - min(ts) AS span, max(day) - min(day) AS days FROM events WHERE k = 5",
	},
	{
		sql: "SELECT name::ENUM('g0', 'g1', 'g2') AS e, count(*) AS n FROM tiny GROUP BY e ORDER BY e",
		ordered: true,
	},
	{
		sql: "SELECT * FROM tiny NATURAL JOIN (SELECT k, k * 2 AS twice FROM tiny)",
	},
	{ sql: "SELECT * FROM tiny JOIN events USING (k) WHERE events.id < 100" },
	{
		sql: "SELECT t.k, (SELECT string_agg(name, ',' ORDER BY id) FROM events e WHERE e.k = t.k AND e.tiny < 10) AS names FROM tiny t",
	},
	{
		sql: "SELECT t.k, x.id FROM tiny t, LATERAL (SELECT id FROM events e WHERE e.k >= t.k ORDER BY e.k, id LIMIT 2) x",
	},
	{ sql: "SELECT k FROM tiny WHERE k > ALL (SELECT k FROM empty)" },
	{ sql: "SELECT (SELECT max(v) FROM empty) AS m, count(*) AS n FROM tiny" },
	{ sql: "SELECT count(*) AS n FROM empty" },
	{ sql: "SELECT sum(v) AS s, min(name) AS m FROM empty HAVING count(*) = 0" },
	{ sql: "SELECT t.k, e.id FROM tiny t LEFT JOIN empty e ON t.k = e.k" },
	{ sql: "SELECT count(*) AS n FROM events, tiny" },
	{ sql: "SELECT count(*) AS n FROM (SELECT DISTINCT 1 FROM cells)" },
	{
		sql: "SELECT count(*) AS n FROM (SELECT region FROM events EXCEPT SELECT name FROM tiny)",
	},
	{
		sql: "SELECT t.k FROM tiny t JOIN (SELECT DISTINCT k, name FROM tiny) d ON d.k = t.k",
	},
	{ sql: "SELECT count(*) AS n FROM events WHERE region IS NULL" },
	{ sql: "SELECT DISTINCT region FROM events WHERE region <> 'north'" },
	{
		sql: "SELECT region, count(*) AS n FROM events WHERE region = 'a b' GROUP BY ALL",
	},
	{ sql: "SELECT id, v FROM events WHERE v > 1e300" },
	{ sql: "SELECT id, v FROM events WHERE isnan(v) OR v = '-inf'" },
	{ sql: "SELECT id FROM events WHERE v = 0 AND id < 100" },
	{ sql: "SELECT id FROM events WHERE f = 10.1::FLOAT OR f = 20.2::FLOAT" },
	{ sql: "SELECT id, name FROM events WHERE name >= '！'" },
	{ sql: "SELECT id FROM events WHERE name = 'x' || chr(10) || 'id>5'" },
	{ sql: "SELECT id FROM events WHERE name IN ('ab', chr(10), 'b''c')" },
	{ sql: 'SELECT "select" FROM "odd names" WHERE "a>5 AND b=1" > 100' },
	{
		sql: 'SELECT "new\nline" FROM "odd names" WHERE "line" = 2 AND " a " < 200',
	},
	{
		sql: 'SELECT st.x, "st.x" FROM "odd names" WHERE st.x > 20 AND "st.x" = 3',
	},
	{ sql: 'SELECT st."y z" AS f, count(*) AS n FROM "odd names" GROUP BY f' },
	{
		sql: 'SELECT "É", "\'\'" FROM "odd names" WHERE "q""q" LIKE \'v1%\' AND "we ird" BETWEEN 2 AND 5',
	},
	{
		sql: "SELECT id, st.deep.z AS z FROM nested WHERE st.x > 10 AND st.y = 'y3'",
	},
	{ sql: "SELECT id, unnest(l) AS item FROM nested WHERE len(l) > 2" },
	{ sql: "SELECT id, [x + 1 FOR x IN l IF x > 0] AS more FROM nested" },
	{ sql: "SELECT unnest(st, recursive := true) FROM nested WHERE id < 20" },
	{ sql: "SELECT id FROM nested WHERE st IS NULL OR l = [0, 1]" },
	{ sql: "SELECT id, words, l FROM nested WHERE list_contains(words, 's1')" },
	{ sql: "SELECT id FROM kinds WHERE long > repeat('long ', 60) || '050'" },
	{ sql: "SELECT id FROM kinds WHERE blob = '\\x00\\xAAC'::BLOB" },
	{
		sql: "SELECT id, wide FROM kinds WHERE wide BETWEEN -12345678901234.5 AND 24691357802469.0",
	},
	{
		sql: "SELECT id, nothing, no_text FROM kinds WHERE nothing IS NULL AND id < 5",
	},
	{ sql: "SELECT count(nothing) AS n, max(no_text) AS m FROM kinds" },
	{ sql: "SELECT id FROM kinds WHERE nothing > 3 OR no_text = ''" },
	{
		sql: "SELECT u, t, ns FROM kinds WHERE ns >= '2024-01-03' AND t < '12:00'",
	},
	{ sql: "SELECT id, old FROM kinds WHERE old <= '0044-04-01'" },
	{
		sql: "SELECT small, uint FROM kinds WHERE small < -50 OR uint > 100000000",
	},
	{
		sql: "SELECT level, max(x) AS x FROM cells WHERE level = 2 OR x < 10 GROUP BY level",
	},
	{
		sql: "SELECT ride_id, count(*) AS n FROM cells WHERE level = 1 AND x BETWEEN 100 AND 200 GROUP BY ride_id ORDER BY n DESC, ride_id LIMIT 5",
		ordered: true,
	},
	{
		sql: "SELECT ride_id FROM cells WHERE level = 0 AND x = 5 INTERSECT SELECT ride_id FROM cells WHERE level = 2",
	},
	{ sql: "FROM tiny" },
	{ sql: "TABLE tiny" },
	{ sql: "VALUES (1, 'a'), (2, NULL)" },
	{ sql: "SELECT max(COLUMNS('^(id|k|big)$')) FROM events" },
	{
		sql: "SELECT * EXCLUDE (v) REPLACE (k + 1 AS k) FROM empty UNION ALL BY NAME SELECT k, name FROM tiny",
	},
	{ sql: "SELECT count(*) AS n FROM query_table('tiny')" },
	{ sql: "SELECT n FROM query('SELECT count(*) AS n FROM tiny WHERE k > 3')" },
	{ sql: "SELECT DISTINCT typeof(v) AS t FROM events" },
	{
		// Which of a group's spellings shows is up to the order of rows.
		sql: "SELECT lower(c) AS c, n FROM (SELECT name COLLATE NOCASE AS c, count(*) AS n FROM events WHERE name COLLATE NOCASE = 'AB' GROUP BY c)",
	},
	{ sql: "SELECT count(*) AS n FROM events WHERE ts < now()::TIMESTAMP" },
	{ sql: "SELECT count(*) AS n FROM events WHERE ts > now()::TIMESTAMP" },
	{
		sql: "SELECT a.id, b.id AS other FROM events a JOIN events b ON a.ts < b.ts AND b.ts < a.ts + INTERVAL 10 MINUTE WHERE a.id < 40",
	},
	{
		sql: "SELECT a.k, b.name FROM tiny a FULL JOIN tiny b ON a.k = b.k + 4 AND a.flag",
	},
	{
		sql: "SELECT k FROM tiny WHERE (k, name) IN (SELECT k, name FROM tiny WHERE flag)",
	},
	{
		sql: "SELECT any_value(region) AS r, bool_and(tiny < 3) AS b FROM events WHERE tiny = 2 AND region = 'south'",
	},
	{
		sql: "SELECT histogram(k) AS h, quantile_disc(id, 0.25) AS q FROM tiny JOIN kinds USING (k)",
	},
	{
		sql: "SELECT t.k, name FROM tiny t RIGHT JOIN dims d ON t.k = d.k AND d.kind > 0",
	},
	{ sql: "SELECT k, kind FROM dims SEMI JOIN tiny USING (k)" },
	{ sql: "SELECT k, region FROM dims ANTI JOIN events ON dims.k = events.k" },
	{ sql: "SELECT d.k, t.k AS other FROM dims d CROSS JOIN tiny t" },
	{
		sql: "SELECT d.k, v.x FROM dims d LEFT JOIN LATERAL (SELECT max(x) AS x FROM cells c WHERE c.ride_id = d.ride_id) v ON true",
	},
	{
		sql: "WITH few AS MATERIALIZED (SELECT * FROM dims WHERE kind = 1) SELECT a.k FROM few a JOIN few b ON a.k = b.k + 9",
	},
	{
		sql: "WITH few AS NOT MATERIALIZED (SELECT k, v FROM events WHERE id < 90) SELECT (SELECT max(k) FROM few), (SELECT sum(v) FROM few WHERE v < 10)",
	},
	{ sql: "SELECT k FROM events INTERSECT ALL SELECT k FROM sorted" },
	{ sql: "SELECT k FROM sorted EXCEPT ALL SELECT k FROM dims" },
	{ sql: "SELECT k FROM dims UNION SELECT a FROM sorted WHERE a < 10" },
	...[
		"ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
		"ROWS BETWEEN 2 FOLLOWING AND UNBOUNDED FOLLOWING EXCLUDE TIES",
		"RANGE BETWEEN 3 PRECEDING AND 3 FOLLOWING",
		"RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP",
		"GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
		"GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING EXCLUDE CURRENT ROW",
	].map((frame) => ({
		sql: `SELECT id, sum(id) OVER (PARTITION BY k ORDER BY id ${frame}) AS s FROM events WHERE id < 150`,
	})),
	{
		sql: "SELECT id, ntile(5) OVER w AS n, lag(id, 3, -1) OVER w AS l, nth_value(k, 2) OVER w AS v FROM events WHERE id > 300 WINDOW w AS (ORDER BY id DESC)",
	},
	{
		sql: "SELECT name, grouping(name, flag) AS g, count(*) AS n FROM events GROUP BY ROLLUP (name, flag)",
	},
	{
		sql: "SELECT count(*) FILTER (WHERE k > 20) AS n, max(v) FILTER (WHERE NOT isnan(v)) AS m FROM events",
	},
	{
		sql: "SELECT id, pairs['a'] AS a, map_values(pairs) AS v, boxes[1].p AS p FROM spans WHERE pairs['a'] > 2",
	},
	{
		sql: "SELECT id, list_aggregate(l, 'sum') AS s, l[1:2] AS cut FROM nested",
	},
	{
		sql: "SELECT id, k FROM events WHERE k > 5 LIMIT 12",
		check: {
			kind: "part",
			of: "SELECT id, k FROM events WHERE k > 5",
			keys: 0,
			isSized: true,
		},
	},
	{
		sql: "SELECT id FROM events LIMIT 9 OFFSET 475",
		check: {
			kind: "part",
			of: "SELECT id FROM events",
			keys: 0,
			isSized: true,
		},
	},
	{
		sql: "SELECT k, id FROM events ORDER BY k NULLS FIRST LIMIT 90 OFFSET 3",
		check: {
			kind: "part",
			of: "SELECT k, id FROM events",
			keys: 1,
			isSized: true,
		},
	},
	...[
		"USING SAMPLE 25",
		"USING SAMPLE reservoir(25 ROWS)",
		"USING SAMPLE 1000 ROWS",
		"TABLESAMPLE reservoir(3 ROWS)",
	].map((sample) => ({
		sql: `SELECT id, region FROM events ${sample}`,
		check: {
			kind: "part",
			of: "SELECT id, region FROM events",
			keys: 0,
			isSized: true,
		} as const,
	})),
	{
		sql: "SELECT id FROM events USING SAMPLE 40% (bernoulli, 5)",
		check: {
			kind: "part",
			of: "SELECT id FROM events",
			keys: 0,
			isSized: false,
		},
	},
	{ sql: "FROM events SELECT max(id), region WHERE k = 3 GROUP BY ALL" },
	{ sql: "SELECT * EXCLUDE (ts, name) FROM events WHERE id % 100 = 0" },
	{ sql: "SELECT * REPLACE (k * 2 AS k) FROM dims" },
	{ sql: "SELECT min(COLUMNS(*)) FROM dims" },
	{ sql: 'DESCRIBE "odd names"', plain: 'FROM (DESCRIBE "odd names")' },
	{
		sql: "DESCRIBE SELECT span, zoned, vast FROM spans",
		plain: "FROM (DESCRIBE SELECT span, zoned, vast FROM spans)",
	},
	{
		sql: "SELECT column_name, column_type, min, max, count, null_percentage FROM (SUMMARIZE kinds)",
	},
	{
		sql: "SELECT column_name, min, max FROM (SUMMARIZE SELECT id, k FROM kinds WHERE id > 50)",
	},
	...PARAMETERS.map(([column, type, text, value = text]) => ({
		sql: `SELECT count(*) AS n, min(id) AS low FROM ${OWNERS[column] ?? "events"} WHERE ${column} >= ?::${type}`,
		plain: `SELECT count(*) AS n, min(id) AS low FROM ${OWNERS[column] ?? "events"} WHERE ${column} >= '${text.replace("'", "''")}'::${type}`,
		params: [value],
	})),
	{
		sql: "SELECT id FROM events WHERE name = ? AND k > ? AND flag = ?",
		plain:
			"SELECT id FROM events WHERE name = 'b''c' AND k > 7 AND flag = true",
		params: ["b'c", 7, true],
	},
	{
		sql: "SELECT id FROM events WHERE k = ? OR region IS NOT DISTINCT FROM ?",
		plain:
			"SELECT id FROM events WHERE k = 4 OR region IS NOT DISTINCT FROM NULL",
		params: [4, null],
	},
	{ sql: "SELECT id, v FROM events WHERE v >= -0.0 AND v <= 0.0" },
	{ sql: "SELECT v, count(*) AS n FROM events WHERE NOT (v < 0) GROUP BY v" },
	{ sql: "SELECT max(v) AS high, min(v) AS low FROM events" },
	{ sql: "SELECT max(v) AS high, min(v) AS low FROM events WHERE id < 90" },
	{ sql: "SELECT min(d) AS low, max(d) AS high, count(d) AS n FROM sorted" },
	{
		sql: "SELECT d FROM sorted ORDER BY d DESC LIMIT 40",
		ordered: true,
	},
	{
		sql: "SELECT d, a FROM sorted ORDER BY d NULLS FIRST, a LIMIT 35",
		ordered: true,
	},
	{ sql: "SELECT a FROM sorted ORDER BY a LIMIT 7", ordered: true },
	{
		sql: "SELECT a FROM sorted ORDER BY a DESC NULLS LAST LIMIT 8 OFFSET 5",
		ordered: true,
	},
	{
		sql: "SELECT ts, id FROM events WHERE region = 'north' ORDER BY ts LIMIT 5",
		ordered: true,
	},
	{
		sql: "SELECT level, x FROM cells ORDER BY x DESC, level LIMIT 4",
		ordered: true,
	},
	{ sql: "SELECT min(long) AS low, max(long) AS high FROM kinds" },
	{
		sql: "SELECT min(nothing) AS a, max(no_text) AS b, count(*) AS n FROM kinds",
	},
	{ sql: "SELECT min(blob) AS a, max(u) AS b, max(old) AS c FROM kinds" },
	{
		sql: "SELECT region, max(ts) AS last FROM events WHERE region = 'south' GROUP BY region",
	},
	{
		sql: "SELECT max(region) AS r, count(region) AS n, count(*) AS m FROM events",
	},
	{ sql: "SELECT max(level) AS m, min(level) AS l FROM cells WHERE x < 100" },
	{
		sql: "SELECT count(*) AS n FROM events WHERE ts >= TIMESTAMP '2024-03-01'",
	},
	{
		sql: "SELECT e.id, d.kind FROM events e JOIN dims d USING (k) WHERE d.region = 'south'",
	},
	{
		sql: "SELECT count(*) AS n FROM events WHERE v IN (SELECT never FROM dims)",
	},
	{
		sql: "SELECT count(*) AS n FROM events WHERE k NOT IN (SELECT k FROM sorted)",
	},
	{
		sql: "SELECT id FROM events WHERE ts > (SELECT max(since) FROM dims WHERE kind = 1)",
	},
	{
		sql: "SELECT id FROM events WHERE ts > (SELECT max(since) FROM dims WHERE kind = 77)",
	},
	{ sql: "SELECT s.a, e.id FROM sorted s JOIN events e ON s.d = e.v" },
	{ sql: "SELECT span, count(*) AS n FROM spans GROUP BY span" },
	{
		sql: "SELECT id, span FROM spans WHERE span >= INTERVAL '1 year' AND id > 40",
	},
	{ sql: "SELECT count(span) AS n, max(span) AS m, min(span) AS l FROM spans" },
	{
		sql: "SELECT id, zoned, ms FROM spans WHERE zoned < '2024-03-01 12:00:00+00'::TIMESTAMPTZ",
	},
	{
		sql: "SELECT grade::ENUM('low', 'middle', 'high') AS g, count(*) AS n FROM spans GROUP BY g",
	},
	{
		sql: "SELECT vast, vast::HUGEINT AS h, sum(vast) OVER () AS s FROM spans WHERE id < 9",
	},
	{
		sql: "SELECT '170141183460469231731687303715884105727'::HUGEINT AS h, '-170141183460469231731687303715884105728'::HUGEINT AS l",
	},
	{
		sql: "SELECT '340282366920938463463374607431768211455'::UHUGEINT AS u, '101'::BIT AS b, '12345678901234567890123456789012345678901234567890'::BIGNUM AS n",
	},
	{
		sql: "SELECT level, sum(x) AS s, count(*) AS n, avg(y) AS a, max(ride_id) AS r FROM cells GROUP BY level",
	},
	{
		sql: "SELECT ride_id, count(*) AS n, sum(y) AS s FROM cells GROUP BY ride_id HAVING s > 20000",
	},
	// What the planner asks for first, or answers from what the catalog knows.
	...[
		"SELECT count(*) AS n, count(k) AS k, min(id) AS a, max(ts) AS b, min(day) AS c, max(price) AS d FROM events",
		"SELECT min(flag) AS f, max(huge) AS h, min(region) AS r, max(name) AS m FROM events WHERE region IS NOT NULL",
		"SELECT count(v) AS n, count(f) AS g FROM events WHERE tiny < 200",
		"SELECT max(v) AS v, min(v) AS w, max(f) AS f FROM events WHERE id < 400",
		"SELECT min(d) AS d, max(d) AS e, max(s) AS s, min(a) AS a, count(a) AS n FROM sorted",
		"SELECT count(*) AS n, max(a) AS a FROM sorted WHERE a IS NULL",
		"SELECT max(a) AS a FROM sorted WHERE a >= 0 AND s >= 'key 000'",
		"SELECT max(ends) AS e, min(ends) AS f, count(late) AS n, min(zoned) AS z FROM spans",
		"SELECT max(id) AS m, min(ends) AS e FROM spans WHERE ends > '1970-01-01'",
		"SELECT max(long) AS l, min(u) AS u, max(wide) AS w, min(ns) AS n, max(old) AS o FROM kinds",
		"SELECT max(nothing) AS n, count(no_text) AS t, count(*) AS c FROM kinds WHERE nothing IS NULL",
		"SELECT max(level) AS l, min(x) AS x FROM cells WHERE level <> 1",
		"SELECT max(k) FILTER (WHERE k < 5) AS m, count(DISTINCT k) AS n FROM tiny",
		"SELECT max(k) AS k FROM (SELECT -k AS k FROM tiny)",
		"SELECT max(k) AS k FROM tiny AS t(name, k)",
		"SELECT max(id) AS m FROM events WHERE year(ts) = 2024 AND ts::DATE > '2024-02-29'",
		"SELECT id FROM events WHERE ts::DATE BETWEEN '2024-02-29' AND '2024-03-01' AND NOT (k > 5)",
		"SELECT id FROM events WHERE price > 100.0005 AND NOT flag AND k NOT IN (1, 2)",
		"SELECT id FROM spans WHERE ends::DATE >= '1970-01-02' OR year(ends) < 1970",
		"SELECT s FROM sorted WHERE starts_with(s, 'key 01') OR s ^@ 'key 02'",
		"SELECT a FROM sorted WHERE a IS DISTINCT FROM 3 AND d > 20.25",
		"SELECT id FROM events WHERE id > (SELECT max(k) FROM tiny) AND ts < (SELECT min(since) FROM dims) + INTERVAL 1 DAY",
		"SELECT id FROM events WHERE id = (SELECT max(id) FROM events) OR id = (SELECT min(id) FROM events WHERE flag)",
		"SELECT id FROM events e WHERE id = (SELECT max(k) FROM tiny t WHERE t.k < e.id)",
		"WITH tiny AS (SELECT 300 AS k) SELECT id FROM events WHERE id > (SELECT max(k) FROM tiny)",
		"SELECT id FROM events WHERE id > (SELECT max(id) FROM empty)",
		"SELECT id FROM events WHERE name = (SELECT max(name) FROM events WHERE name < 'b') AND k > (SELECT count(*) FROM tiny WHERE k > (SELECT min(k) FROM dims WHERE k > 0))",
		"SELECT e.id, d.kind FROM events e JOIN dims d ON e.big = d.big",
		"SELECT c.x, d.k FROM cells c JOIN dims d ON c.x = d.k AND d.kind = 1 WHERE c.level = 2",
		"SELECT c.x, d.k FROM dims d LEFT JOIN cells c ON c.x = d.k AND c.level = 0 AND c.y < 400",
		"SELECT c.x, d.k FROM cells c LEFT JOIN dims d ON c.x = d.k WHERE c.x < 5 OR d.kind = 2",
		"SELECT c.x, d.k FROM cells c RIGHT JOIN dims d ON d.k = c.x AND c.y < 100",
		"SELECT c.x, d.k FROM cells c FULL JOIN dims d ON d.k = c.x AND c.y < 100 WHERE c.y < 3 OR c.y IS NULL",
		"SELECT c.x, d.k FROM cells c, dims d WHERE c.x = d.k AND (d.kind = 2 OR d.k = 9) AND c.y BETWEEN 5 AND 300",
		"SELECT c.x, d.k FROM cells c, dims d WHERE c.level = 0 AND c.x = d.k OR d.k = 3 AND c.x = 7 AND c.level = 1",
		"SELECT a, k FROM sorted JOIN tiny USING (k)",
		"SELECT sorted.a FROM sorted LEFT JOIN tiny ON sorted.a = tiny.k AND tiny.flag RIGHT JOIN dims d ON d.k = tiny.k",
		"SELECT x FROM cells WHERE x IN (SELECT k FROM dims WHERE kind = 1) AND level = 1",
		"SELECT x FROM cells c WHERE c.x NOT IN (SELECT k FROM dims) AND c.x < 12",
		"SELECT count(*) AS n FROM cells c JOIN events e ON c.x = e.id JOIN dims d ON e.big = d.big WHERE d.kind = 0",
		"SELECT count(*) AS n, sum(c.y) AS s FROM cells c JOIN sorted s ON c.x = s.a JOIN tiny t ON s.a = t.k WHERE t.name = 'g1'",
		"SELECT d.k, (SELECT count(*) FROM cells c JOIN tiny t ON c.x = t.k WHERE c.y > d.k) AS n FROM dims d",
		"SELECT d.k FROM dims d WHERE EXISTS (SELECT 1 FROM cells c JOIN tiny t ON c.x = t.k WHERE c.level = d.kind AND t.flag)",
		"SELECT c.x FROM cells c JOIN dims d ON CASE WHEN c.level = 1 AND c.x = d.k AND d.kind = 1 THEN true ELSE c.x = 3 END WHERE d.k = 0",
		"SELECT c.x, c.ride_id FROM cells c JOIN dims d ON c.ride_id = d.ride_id AND c.x = d.k",
	].map((sql) => ({ sql })),
	...[
		"SELECT a, s FROM sorted ORDER BY a NULLS FIRST, s, d LIMIT 40",
		"SELECT a, s FROM sorted ORDER BY a DESC NULLS LAST, s, d LIMIT 15 OFFSET 10",
		"SELECT -a AS a FROM sorted WHERE a IS NOT NULL ORDER BY a LIMIT 5",
		"SELECT TRY_CAST(big AS INTEGER) AS big, id FROM events ORDER BY big, id LIMIT 5",
		"SELECT s FROM sorted ORDER BY s DESC LIMIT 30",
		"SELECT money, a FROM sorted WHERE a > 10 ORDER BY money, a, d LIMIT 25",
		"SELECT id, ends FROM spans ORDER BY ends, id LIMIT 12",
		"SELECT id, ends FROM spans ORDER BY ends DESC, id LIMIT 5",
		"SELECT late, id FROM spans ORDER BY late, id LIMIT 9",
		"SELECT huge FROM events ORDER BY huge DESC LIMIT 3 OFFSET 100",
		"SELECT name, id FROM events ORDER BY name COLLATE NOCASE, name, id LIMIT 7",
		"SELECT d, a FROM sorted ORDER BY d DESC, a LIMIT 35",
		"SELECT id FROM (SELECT id, ts FROM events ORDER BY v, id LIMIT 30) ORDER BY ts LIMIT 4",
		"SELECT small, id FROM kinds ORDER BY small::INTEGER DESC, id LIMIT 4",
		"SELECT max(id) AS m FROM (SELECT id FROM events ORDER BY ts DESC LIMIT 10)",
	].map((sql) => ({ sql, ordered: true })),
	// What runs slice by slice where memory is small: parts that merge, and whole partitions.
	...[
		"SELECT k, count(*), sum(price), avg(big), min(name) FROM events GROUP BY k",
		"SELECT count(*), count(v), sum(v), max(ts), bool_or(flag) FROM events WHERE v < 1e300",
		"SELECT name AS n, avg(price) FILTER (WHERE k > 5) AS a FROM events GROUP BY n HAVING a > 10",
		"SELECT DISTINCT k % 4 AS m, flag FROM events",
		"SELECT day, sum(count(*)) OVER (ORDER BY day) AS so_far FROM events GROUP BY day",
		"SELECT ride_id, count(*) AS n, max(x) - min(x) AS width FROM cells GROUP BY ALL",
		"SELECT c.level, t.name, count(*), sum(y) FROM cells c LEFT JOIN tiny t ON c.part = t.k GROUP BY 1, 2",
		"SELECT count(*) FROM cells WHERE part IN (SELECT k FROM tiny WHERE flag) AND x > (SELECT max(k) FROM tiny)",
		"WITH wide AS (SELECT level, x * 2 AS twice FROM cells WHERE y > 20) SELECT level, sum(twice) FROM wide GROUP BY level",
		"SELECT region, median(k), count(DISTINCT name), list(id ORDER BY id) FROM events GROUP BY region",
		"SELECT level, part, quantile_cont(y, 0.5) FROM cells GROUP BY level, part HAVING count(*) > 3",
		"SELECT sum(huge), bit_xor(big), avg(wide) FROM events, (SELECT max(wide) AS wide FROM kinds)",
	].map((sql) => ({ sql })),
	...[
		["SELECT id, k FROM events LIMIT 40", "SELECT id, k FROM events"],
		[
			"SELECT id, tiny FROM events WHERE tiny >= 4 AND region = 'north' LIMIT 25 OFFSET 5",
			"SELECT id, tiny FROM events WHERE tiny >= 4 AND region = 'north'",
		],
		[
			"SELECT a FROM sorted WHERE a > 20 OFFSET 3 LIMIT 100",
			"SELECT a FROM sorted WHERE a > 20",
		],
		[
			"SELECT id, v FROM events WHERE v < 100 AND id <> 30 LIMIT 300",
			"SELECT id, v FROM events WHERE v < 100 AND id <> 30",
		],
		[
			"SELECT * FROM (SELECT id FROM events LIMIT 50 OFFSET 20) LIMIT 30",
			"SELECT id FROM events",
		],
	].map(([sql = "", of = ""]) => ({
		sql,
		check: { kind: "part", of, keys: 0, isSized: true } as const,
	})),
];
