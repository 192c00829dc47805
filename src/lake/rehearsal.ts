/** What a file is called while a session rehearses on it. */
export const REHEARSAL_FILE = "lakeside-rehearsal.parquet";

/** How often it is loaded anew: browsers compile better what has run for a while. */
export const REHEARSALS = 2;

/** Questions of the kinds that pages ask, about a file with the columns ts, n, value and name. */
export const REHEARSED = [
	`SELECT * FROM '${REHEARSAL_FILE}' WHERE ts >= TIMESTAMP '2024-01-01' AND ts < TIMESTAMP '2024-03-01'`,
	`SELECT name, count(*), avg(value), max(n) FROM '${REHEARSAL_FILE}' WHERE ts < TIMESTAMP '2025-01-01' AND n > 5 GROUP BY 1 ORDER BY 2 DESC LIMIT 5`,
];
