import type { CatalogTable } from "../../lib/catalog.ts";
import { hasDied, LakeError } from "../errors.ts";
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
	json: "use regexp_extract on the text, or ask for the column as a struct when the lake is built",
};

const FILE_EXTENSIONS = new Set(["parquet", "httpfs", "excel", "spatial"]);

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
	if (extension !== undefined)
		return new LakeError(
			"UnsupportedError",
			unsupported(extension, statement),
			{
				cause: error,
			},
		);
	if (/No function matches.*\(TIMESTAMP WITH TIME ZONE/.test(message))
		return new LakeError(
			"UnsupportedError",
			"arithmetic on times with a zone needs DuckDB's icu extension, which the page does not have: cast to TIMESTAMP first, as in now()::TIMESTAMP - INTERVAL 1 DAY",
			{ cause: error },
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

/** DuckDB offers the nearest name, if need be of a table of its own: then ours are named. */
function withOurTables(
	message: string,
	tables: readonly CatalogTable[],
): string {
	const names = tables.map(({ name }) => name);
	return message.replace(
		/^(.*Table with name .* does not exist!)\nDid you mean "(.*)"\?$/m,
		(all, missing: string, offered: string) =>
			names.includes(offered) || names.length === 0
				? all
				: `${missing}\nThe lake has ${names.join(", ")}`,
	);
}

function unsupported(extension: string, statement: Statement): string {
	if (FILE_EXTENSIONS.has(extension))
		return `this needs DuckDB's ${extension} extension, which the page does not have: it reads the tables of the lake and no other files`;
	const words = [...statement.words];
	const candidates = Object.keys(WAYS_ROUND).filter((word) =>
		words.some(
			(other) =>
				other === word || (word === "json" && /^json|json$|_json_/.test(other)),
		),
	);
	const word =
		extension === "json"
			? candidates.find((candidate) => /json/.test(candidate))
			: candidates.find((candidate) => candidate !== "json");
	const named =
		word === undefined
			? "this statement"
			: word === "zone"
				? "AT TIME ZONE"
				: (words.find((other) => other.includes(word)) ?? word);
	const way = word === undefined ? "" : `: ${WAYS_ROUND[word]}`;
	return `${named} needs DuckDB's ${extension} extension, which the page does not have${way}`;
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
