import type { CatalogDataset } from "../../../lib/catalog/catalog.ts";
import { syntheticLabel } from "../../../lib/catalog/synthetic.ts";

/** Whom the map under the rides is by: our own shapes, and the publisher's where there are some. */
export function basemapCredit(publisher: string | null): string {
	const own = "Natural Earth, public domain";
	return `Basemap: ${publisher === null ? own : `${publisher}; ${own}`}`;
}

/** Where a picture comes from, and what may be done with it. */
export function creditsOf(
	dataset: CatalogDataset,
	publisher: string | null,
): string {
	const label = syntheticLabel(dataset.synthetic);
	return [
		...(label === null ? [] : [label]),
		`${dataset.source} (${dataset.licence})`,
		basemapCredit(publisher),
	].join(". ");
}
