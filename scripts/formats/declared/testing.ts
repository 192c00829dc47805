import { buildFrom, type InMemoryLake } from "../../datasets/in-memory.ts";
import type { Format } from "./format.ts";

/** Reads files of a format into its staging table, seen as a table of the same name. For tests. */
export function readFrom(
	format: Format,
	contents: Readonly<Record<string, string | Uint8Array>>,
): Promise<InMemoryLake> {
	return buildFrom(
		{
			name: "test",
			folder: "test",
			title: "",
			description: "",
			source: "",
			licence: "",
			...format,
			tables: [],
			rollups: [],
		},
		contents,
	);
}
