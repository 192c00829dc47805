import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { hasDied, LakeError } from "../errors.ts";
import { isTableName } from "../files/table-names.ts";
import { calledIn } from "../sql/tokens.ts";
import type { Statement } from "./statement.ts";

/** Ways round for what the engine in the page cannot do by itself, by the word that asks for it. */
const WAYS_ROUND: Readonly<Record<string, string>> = {
	current_date: "write now()::TIMESTAMP::DATE, which is the date in UTC",
	today: "write now()::TIMESTAMP::DATE, which is the date in UTC",
	current_time: "write now()::TIMESTAMP::TIME, which is the time in UTC",
	get_current_time: "write now()::TIMESTAMP::TIME, which is the time in UTC",
	localtime: "write now()::TIMESTAMP::TIME, which is the time in UTC",
	localtimestamp: "write now()::TIMESTAMP, which is UTC",
	current_localtime: "write now()::TIMESTAMP::TIME, which is the time in UTC",
	current_localtimestamp: "write now()::TIMESTAMP, which is UTC",
	zone: "times here are UTC: add the offset as an interval (ts + INTERVAL 2 HOUR), or use a column that ends in _local",
	timezone:
		"times here are UTC: add the offset as an interval (ts + INTERVAL 2 HOUR), or use a column that ends in _local",
	date_trunc: "cast to TIMESTAMP first: date_trunc('day', now()::TIMESTAMP)",
	age: "cast to TIMESTAMP first: age(now()::TIMESTAMP, ts)",
	make_timestamptz: "use make_timestamp, which is UTC",
	collate: "use lower() or strip_accents() on both sides",
};

/** Ways round where no word of the statement tells more, by extension. */
const WAYS_ROUND_EXTENSIONS: Readonly<Record<string, string>> = {
	icu: "cast times with a zone to TIMESTAMP first, which is UTC: ts::TIMESTAMP",
	json: "use regexp_extract on the text, or ask for the column as a struct when the lake is built",
	fts: "use contains(), LIKE or regexp_matches()",
	vss: "use array_distance() and its like, which are there",
	inet: "keep addresses as text",
	spatial:
		"compute with longitude and latitude as numbers; GPX is read by naming the file in FROM",
	parquet: "Parquet is read by naming the file in FROM",
	httpfs: "Parquet, CSV, JSON and GPX are read by naming the address in FROM",
};
const OTHER_FILES =
	"Parquet, CSV, JSON and GPX are read by naming the file in FROM: export to one of them";

const MISSING_TABLE = /Table with name (.*) does not exist!/;

/** Functions that take times with a zone only by the extension, beside those with a way round of their own. */
const ZONED = new Set(
	(
		"year month day hour minute second week quarter decade century millennium era epoch isoyear " +
		"dayofweek dayofmonth dayofyear isodow weekday weekofyear yearweek dayname monthname extract " +
		"date_part datepart date_diff datediff date_sub datesub date_add last_day time_bucket " +
		"generate_series range current_setting"
	).split(" "),
);

/**
 * DuckDB's error as ours: `UnsupportedError` with a way round where it asks for
 * an extension, else `SqlError` with its message. `linesBefore` counts the lines
 * put before the statement's SQL, so that the message points into what was given.
 * The error of an engine that died stays as it is.
 */
export function engineError(
	error: unknown,
	statement: Statement,
	tables: readonly CatalogTable[],
	linesBefore = 0,
): Error {
	if (hasDied(error)) return error;
	const message = error instanceof Error ? error.message : String(error);
	const extension =
		/required extension '(\w+)'/.exec(message)?.[1] ??
		/exists in the (\w+) extension/.exec(message)?.[1];
	const unsupported = (text: string) =>
		new LakeError("UnsupportedError", text, { cause: error });
	if (extension !== undefined)
		return unsupported(lacking(extension, message, statement));
	if (/TIMESTAMP WITH TIME ZONE -> (DATE|TIME)\b/.test(message))
		return unsupported(
			"a time with a zone becomes a date by DuckDB's icu extension, which the page does not have: cast to TIMESTAMP first, which is UTC, as in ts::TIMESTAMP::DATE",
		);
	if (/file system operations are disabled/.test(message))
		return unsupported(
			`${fileFunction(statement)} cannot open files here: Parquet, CSV, JSON and GPX are read by naming the file or its address in FROM`,
		);
	const missing = MISSING_TABLE.exec(message)?.[1];
	if (tables.some(({ name }) => name === missing))
		return unsupported(
			`name tables without a database: ${missing} is one of the lake's, which has no other name`,
		);
	if (/No function matches.*\(TIMESTAMP WITH TIME ZONE/.test(message))
		return unsupported(
			"arithmetic on times with a zone needs DuckDB's icu extension, which the page does not have: cast to TIMESTAMP first, as in now()::TIMESTAMP - INTERVAL 1 DAY",
		);
	return new LakeError(
		"SqlError",
		shiftLines(
			withOurTables(message, tables),
			linesBefore + statement.linesBefore,
		),
		{ cause: error },
	);
}

/** DuckDB offers the nearest name, if need be of a table of its own or a file's: then ours are named. */
function withOurTables(
	message: string,
	tables: readonly CatalogTable[],
): string {
	const names = tables
		.map(({ name }) => name)
		.filter((name) => !isTableName(name));
	return message.replace(
		/^(.*Table with name .* does not exist!)\nDid you mean "(.*)"\?$/m,
		(all, missing: string, offered: string) =>
			names.includes(offered) || names.length === 0
				? all
				: `${missing}\nThe lake has ${names.join(", ")}`,
	);
}

/** Names what asks for the extension, and a way round. */
function lacking(
	extension: string,
	message: string,
	statement: Statement,
): string {
	const [named, way] = culprit(extension, message, statement);
	const wayRound = way ?? WAYS_ROUND_EXTENSIONS[extension] ?? OTHER_FILES;
	return `${named} needs DuckDB's ${extension} extension, which the page does not have: ${wayRound}`;
}

function culprit(
	extension: string,
	message: string,
	{ sql, tokens, words }: Statement,
): readonly [named: string, way?: string | undefined] {
	const inCatalog = /with name "?(\w+)"? is not in the catalog/.exec(message);
	const called = calledIn(tokens);
	if (extension === "json") {
		const word = [...words].find((each) =>
			/^json|^[^'].*json$|^[^'].*_json_/.test(each),
		);
		return [
			word ?? inCatalog?.[1] ?? (/->>?/.exec(sql)?.[0] || "this statement"),
		];
	}
	if (extension === "icu") {
		const known = Object.keys(WAYS_ROUND).find((word) => words.has(word));
		if (known !== undefined)
			return [known === "zone" ? "AT TIME ZONE" : known, WAYS_ROUND[known]];
		const zoned = called.find((name) => ZONED.has(name));
		if (zoned !== undefined) return [zoned];
	}
	const only = called.length === 1 ? called[0] : undefined;
	return [inCatalog?.[1] ?? only ?? "this statement"];
}

function fileFunction({ tokens }: Statement): string {
	const names = calledIn(tokens).filter((name) =>
		/read|scan|glob|sniff/.test(name),
	);
	return names[0] ?? "this statement";
}

/** Moves `LINE 3: …` up, and its caret with the digits that go. */
function shiftLines(message: string, linesBefore: number): string {
	return message.replace(
		/^LINE (\d+): (.*)\n( *)\^/m,
		(_, digits: string, line: string, indent: string) => {
			const moved = String(Number(digits) - linesBefore);
			const caret = indent.slice(digits.length - moved.length);
			return `LINE ${moved}: ${line}\n${caret}^`;
		},
	);
}
