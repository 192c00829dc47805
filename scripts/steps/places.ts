import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { filesFolder } from "../sources/files-folder.ts";
import { isBucketAddress } from "../storage/bucket-address.ts";
import type { BuildOptions } from "./settings/build-options.ts";
import {
	type WorkshopFolders,
	workshopFolders,
	workshopOf,
} from "./workshop.ts";

/** Where a build has its stores and folders, whether anything is there yet or not. */
export interface BuildPlaces {
	/** Addresses of stores. */
	readonly lake: string;
	readonly work: string;
	readonly workshop: WorkshopFolders;
}

export function placesOf(
	options: Pick<BuildOptions, "out" | "work">,
): BuildPlaces {
	const lake = addressOf(options.out);
	const work = options.work === undefined ? null : addressOf(options.work);
	const isElsewhere = work !== null && isBucketAddress(work);
	const workshop = workshopFolders(
		work === null || isElsewhere ? workshopOf(lake) : work,
	);
	return { lake, work: isElsewhere ? work : workshop.store, workshop };
}

function addressOf(text: string): string {
	return isBucketAddress(text) ? text.replace(/\/+$/, "") : resolve(text);
}

/** The folders that a build scans: the publisher's, and what was fetched. */
export function inputFolders(input: string, { workshop }: BuildPlaces) {
	const fetched = filesFolder(workshop.sources);
	return existsSync(fetched) ? [input, fetched] : [input];
}

/** Folders of the build itself, which are not read where they lie in the input, by name. */
export function ownFolders({
	lake,
	workshop,
}: BuildPlaces): Record<string, string> {
	return {
		...(!isBucketAddress(lake) && { "the lake": lake }),
		"what builds leave to the next": workshop.folder,
	};
}
