import { isBucketAddress } from "../storage/bucket-address.ts";
import type { JobStores } from "./job.ts";

/** The address that all stores of a build lie at or below; null where there is none. */
export function commonStore({ lake, work }: JobStores): string | null {
	const other = work.split("/");
	const parts = lake.split("/");
	const differs = parts.findIndex((part, index) => part !== other[index]);
	const shared = differs < 0 ? parts : parts.slice(0, differs);
	// What every address of its kind begins with is no place: "s3:", "" and "", or "".
	const isPlace = shared.length > (isBucketAddress(lake) ? 2 : 1);
	return isPlace ? shared.join("/") : null;
}
