import type { CatalogDataset } from "../../lib/catalog.ts";
import { syntheticLabel } from "../../lib/synthetic.ts";

/** Of the shapes under every map. */
export const BASEMAP_CREDIT = "Basemap: Natural Earth, public domain";

/** Where a picture comes from, and what may be done with it. */
export function creditsOf(dataset: CatalogDataset): string {
	const label = syntheticLabel(dataset.synthetic);
	return [
		...(label === null ? [] : [label]),
		`${dataset.source} (${dataset.licence})`,
		BASEMAP_CREDIT,
	].join(". ");
}
