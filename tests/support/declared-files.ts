import type { Format } from "../../scripts/formats/declared/format.ts";
import { buildFrom, type InMemoryLake } from "./in-memory-build.ts";

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
