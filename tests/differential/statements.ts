import type { GeneratedQuery } from "./generate.ts";

/** A statement whose answer two engines must agree on; `ordered` where its order is total. */
export interface Statement extends Partial<Omit<GeneratedQuery, "sql">> {
	readonly sql: string;
	readonly ordered?: boolean;
}

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
];
