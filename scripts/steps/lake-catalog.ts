import type {
	Catalog,
	CatalogDataset,
	CatalogTable,
	ManifestFile,
	StartView,
} from "../../src/lib/catalog/catalog.ts";
import type { CourseOptions } from "../../src/lib/rides/course.ts";
import type {
	DatasetDefinition,
	TableDefinition,
} from "../datasets/dataset.ts";
import type { Store } from "../storage/store.ts";
import type { Aggregated } from "./aggregate/aggregate.ts";
import type { DatasetBuild } from "./dataset-build.ts";
import type { DatasetSettings, InputSettings } from "./settings/settings.ts";
import { assembleManifest, contentHash } from "./write/manifest.ts";
import { REJECTS_DATASET, REJECTS_TABLE } from "./write/rejects-table.ts";

/** Writes the manifests of a lake and gives its catalog. */
export async function makeCatalog(
	lake: Store,
	settings: InputSettings,
	lineBreaks: CourseOptions,
	datasets: readonly {
		readonly build: DatasetBuild;
		/** Null for one that was stopped: it is as in the `former` catalog. */
		readonly aggregated: Aggregated | null;
		/** Null where it is left out rather than left as it was. */
		readonly former: Catalog | null;
	}[],
	rejects: readonly ManifestFile[],
): Promise<Catalog> {
	const catalog = {
		datasets: [] as CatalogDataset[],
		tables: [] as (CatalogTable | Promise<CatalogTable>)[],
		rollups: [] as Catalog["rollups"][number][],
	};
	for (const { build, aggregated, former } of datasets) {
		const { dataset, pieces } = build;
		const { name } = dataset;
		if (aggregated === null) {
			const isOwn = (entry: { dataset: string }) => entry.dataset === name;
			const own = former?.datasets.filter((entry) => entry.name === name);
			catalog.datasets.push(...(own ?? []));
			catalog.tables.push(...(former?.tables.filter(isOwn) ?? []));
			catalog.rollups.push(...(former?.rollups.filter(isOwn) ?? []));
			continue;
		}
		const words = settings.datasets[name] ?? {};
		catalog.datasets.push({
			...described(dataset, words, aggregated.startView),
			...(dataset.hasLines && { lineBreaks }),
		});
		catalog.rollups.push(...aggregated.rollups);
		for (const table of dataset.tables) {
			const files = (pieces.get(table.name) ?? []).flatMap(
				(piece) => piece.files,
			);
			catalog.tables.push(writeManifest(lake, table, files));
		}
	}
	catalog.tables.push(writeManifest(lake, REJECTS_TABLE, rejects));
	return {
		format: "lakeside-catalog",
		formatVersion: 1,
		title: settings.title ?? "Lakeside",
		datasets: [...catalog.datasets, REJECTS_DATASET],
		tables: await Promise.all(catalog.tables),
		rollups: catalog.rollups,
	};
}

/** Writes a table's manifest and says what the catalog's root says about it. */
async function writeManifest(
	lake: Store,
	table: TableDefinition,
	files: readonly ManifestFile[],
): Promise<CatalogTable> {
	const { contract } = table;
	const manifest = await assembleManifest(contract, files);
	const path = `manifests/${contract.name}-${contentHash(manifest.bytes)}.bin`;
	if ((await lake.size(path)) !== manifest.bytes.length)
		await lake.write(path, manifest.bytes);
	return {
		name: contract.name,
		dataset: contract.dataset,
		description: contract.description,
		columns: contract.columns,
		partitionKeys: contract.partitionKeys,
		sortKeys: contract.sortKeys,
		rows: manifest.rows,
		files: files.length,
		rowGroups: manifest.rowGroups,
		bytes: manifest.fileBytes,
		manifest: {
			path,
			bytes: manifest.bytes.length,
			blocks: manifest.blocks,
		},
	};
}

/** A dataset as the publisher describes it, else as its definition does. */
function described(
	dataset: DatasetDefinition,
	own: DatasetSettings,
	startView: StartView | null,
): CatalogDataset {
	return {
		name: dataset.name,
		title: own.title ?? dataset.title,
		description: own.description ?? dataset.description,
		source: own.source ?? dataset.source,
		licence: own.licence ?? dataset.licence,
		synthetic: own.synthetic ?? false,
		startView,
	};
}
