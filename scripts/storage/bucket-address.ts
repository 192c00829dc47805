/** Whether an address is one of a bucket, `s3://…`, and not a folder. */
export function isBucketAddress(address: string): boolean {
	return address.startsWith("s3://");
}
