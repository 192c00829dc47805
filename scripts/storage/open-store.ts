import { endpointOfEnvironment, isBucketAddress } from "./bucket-address.ts";
import { FolderStore } from "./folder-store.ts";
import type { S3Store } from "./s3-store.ts";
import type { Store } from "./store.ts";

/** Where a store lies, as a publisher says it. */
export interface OpenOptions {
	/** Of a store that is compatible with S3; else `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`, else Amazon's. */
	readonly endpoint?: string;
	/** See `S3Options`. */
	readonly isOnlyPublisher?: boolean;
	/** A bucket did not answer rightly, and will be asked again. */
	onRetry?(reason: string, attempt: number): void;
}

/**
 * Opens the store at `s3://bucket/prefix` or in a folder. Throws a `StoreError`
 * where a bucket cannot be listed; a folder is made when the first file is put there.
 */
export async function openStore(
	address: string,
	options: OpenOptions = {},
): Promise<Store> {
	return isBucketAddress(address)
		? openBucket(address, options)
		: new FolderStore(address);
}

/** As {@link openStore}, of a bucket. */
export async function openBucket(
	address: string,
	options: OpenOptions = {},
): Promise<S3Store> {
	// Loaded where there is a bucket: it takes a good part of a small build's time.
	const { S3Store } = await import("./s3-store.ts");
	const store = new S3Store(address, {
		endpoint: options.endpoint ?? endpointOfEnvironment(),
		isOnlyPublisher: options.isOnlyPublisher,
		onRetry: options.onRetry,
	});
	try {
		await store.check();
	} catch (error) {
		store.close();
		throw error;
	}
	return store;
}
