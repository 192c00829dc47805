import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { BucketKeys } from "../../../../workers/engine-api.ts";
import { bucketAddress, KeyRing } from "../../../lake/signing/key-ring.ts";

const ring = new KeyRing();
/** By address. In this page's memory only: what a reload or another page must not see. */
const entered = new Map<string, BucketKeys>();
const addresses: Signal<readonly string[]> = signal([]);

/** Addresses of the buckets that the visitor has entered keys for. */
export const signedInBuckets: ReadonlySignal<readonly string[]> = addresses;

/** A request of the page itself, signed where there are keys for its address. */
export const sign = ring.sign;

/** Throws a sentence for the visitor where the keys' address is none. */
export function keepKeys(keys: BucketKeys): void {
	const bucketUrl = bucketAddress(keys.bucketUrl);
	ring.signIn(keys);
	entered.set(bucketUrl, { ...keys, bucketUrl });
	addresses.value = [...entered.keys()];
}

/** For an engine that starts. */
export function enteredKeys(): readonly BucketKeys[] {
	return [...entered.values()];
}
