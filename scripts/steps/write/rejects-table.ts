import type { CatalogDataset } from "../../../src/lib/catalog/catalog.ts";
import { tableContract } from "../../../src/lib/catalog/tables.ts";
import type { TableDefinition } from "../../datasets/dataset.ts";

export const REJECTS_ORDER =
	"dataset, source_file, line NULLS FIRST, reason, sample";

/** What all datasets have rejected; its rows come as they are. */
export const REJECTS_TABLE: TableDefinition = {
	name: "rejects",
	contract: tableContract("rejects"),
	rows: "FROM rejects",
	buckets: [],
	orderBy: REJECTS_ORDER,
	rowGroupSize: 20480,
};

export const REJECTS_DATASET: CatalogDataset = {
	name: "rejects",
	title: "Rejects",
	description:
		"Rows and files of the input that could not be used, with the reason.",
	source: "Made by the build of this lake",
	licence: "As the data they come from",
	synthetic: false,
	startView: null,
};
