import { isBucketAddress } from "../storage/bucket-address.ts";
import type { JobStores } from "./job.ts";

/** The address that all stores of a build lie at or below; null where there is none. */
export function commonStore({ lake, work }: JobStores): string | null {
	const other = work.split("/");
	const parts = lake.split("/");
	const differs = parts.findIndex((part, index) => part !== other[index]);
	const shared = differs < 0 ? parts : parts.slice(0, differs);
	// All buckets have "s3:" and "" in common, which is no place.
	if (isBucketAddress(lake)) return shared.length > 2 ? shared.join("/") : null;
	return shared.length === 0 ? null : shared.join("/") || "/";
}
