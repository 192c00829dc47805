import type { DatasetDefinition } from "./dataset.ts";
import { flights } from "./flights.ts";
import { posts } from "./posts.ts";
import { rides } from "./rides.ts";
import { weather } from "./weather.ts";

/** Every dataset that a lake can hold, in the order of the catalog. */
export const DATASETS: readonly DatasetDefinition[] = [
	rides,
	posts,
	weather,
	flights,
];

/** The dataset of a name. Throws for a name that is none. */
export function datasetNamed(name: string): DatasetDefinition {
	const dataset = DATASETS.find((entry) => entry.name === name);
	if (dataset === undefined) throw new Error(`unknown dataset: ${name}`);
	return dataset;
}
