import { identifier } from "../../lib/sql/identifier.ts";
import { asStream } from "../arrow/ipc.ts";
import { describedColumns } from "../described-columns.ts";
import { hasDied, LakeError } from "../errors.ts";
import type { Connection, Database } from "../types.ts";
import type { FileOption } from "./references.ts";
import type { ArrowColumns } from "./text-file.ts";
import { unpackedBlob, type WholeFile } from "./unpacked.ts";

/** Where SQL may read files: those that are being read just now. */
export const FILES_FOLDER = "lakeside-files";

/** Types that come back from Parquet as they went in; others travel as text. */
const KEPT_TYPES =
	/^(BOOLEAN|U?(TINY|SMALL|BIG)INT|U?INTEGER|FLOAT|DOUBLE|DATE|TIMESTAMP|TIMESTAMP_NS|VARCHAR|DECIMAL\(.*)$/;

/**
 * Options that show the path, which is none of the visitor's, and those that make
 * tables in the session, which could hide the lake's.
 */
const REFUSED = new Set([
	"hive_partitioning",
	"hive_types",
	"filename",
	"store_rejects",
	"rejects_table",
	"rejects_scan",
]);

let read = 0;

/**
 * Reads CSV with the engine's own reader and the options that were written. Errors
 * are DuckDB's, with the line, and the file's name instead of ours.
 */
export async function readCsv(
	engine: { readonly database: Database; readonly connection: Connection },
	files: readonly WholeFile[],
	options: readonly FileOption[],
): Promise<ArrowColumns> {
	const refused = options.find(({ name }) => REFUSED.has(name));
	if (refused !== undefined)
		throw new LakeError(
			"UnsupportedError",
			`read_csv does not take ${refused.name} here`,
		);
	const placed: { readonly name: string; readonly place: string }[] = [];
	try {
		for (const file of files) {
			read += 1;
			const place = `${FILES_FOLDER}/${read}.csv`;
			placed.push({ name: file.name, place });
			await engine.database.addFile(place, await unpackedBlob(file));
		}
		return await readPlaced(engine.connection, placed, options);
	} catch (error) {
		if (hasDied(error) || !(error instanceof Error)) throw error;
		if (error instanceof LakeError) throw error;
		const message = placed.reduce(
			(text, { name, place }) => text.replaceAll(place, () => name),
			error.message,
		);
		// The line of a statement that nobody wrote says nothing.
		throw new LakeError(
			"SqlError",
			message.replace(/\n\nLINE 1:[\s\S]*$/, ""),
			{
				cause: error,
			},
		);
	} finally {
		for (const { place } of placed)
			await engine.database.dropFile(place).catch(() => {});
	}
}

async function readPlaced(
	connection: Connection,
	placed: readonly { readonly place: string }[],
	options: readonly FileOption[],
): Promise<ArrowColumns> {
	const names = placed.map(({ place }) => `'${place}'`).join(", ");
	const given = options.map(({ name, text }) => `, ${name} = ${text}`).join("");
	const from = `FROM read_csv([${names}]${given})`;
	const described = await describedColumns(connection, from, []);
	const types = new Map<string, string>();
	const columns = described.map(({ name, type }) => {
		const quoted = identifier(name);
		if (KEPT_TYPES.test(type)) return quoted;
		types.set(name, type);
		return `CAST(${quoted} AS VARCHAR) AS ${quoted}`;
	});
	const ipc = await connection.run(`SELECT ${columns.join(", ")} ${from}`);
	return { ipc: asStream(ipc), types };
}
