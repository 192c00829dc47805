import { StoreError } from "./store.ts";

/** Whether an address is one of a bucket, `s3://…`, and not a folder. */
export function isBucketAddress(address: string): boolean {
	return address.startsWith("s3://");
}

/** Throws a {@link StoreError} where the address is not `s3://bucket` or `s3://bucket/prefix`. */
export function parseBucketAddress(address: string): {
	readonly bucket: string;
	/** Empty, or without a slash at its end. */
	readonly prefix: string;
} {
	const [, bucket, prefix = ""] =
		/^s3:\/\/([^/?#]+)(?:\/(.*?))?\/*$/.exec(address) ?? [];
	if (bucket === undefined)
		throw new StoreError(
			`no address of a bucket: ${address}; write s3://bucket or s3://bucket/prefix`,
		);
	return { bucket, prefix };
}

/** Of a store that is compatible with S3, by the variables of the AWS tools; null for Amazon's. */
export function endpointOfEnvironment(): string | null {
	return (
		process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL || null
	);
}
