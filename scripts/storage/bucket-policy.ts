import { parseBucketAddress } from "./bucket-address.ts";

/** The policy by which everyone may read what lies at an address in a bucket, and nobody list it. */
export function readingPolicy(address: string) {
	const { bucket, prefix } = parseBucketAddress(address);
	const path = prefix === "" ? "*" : `${prefix}/*`;
	return {
		Version: "2012-10-17",
		Statement: [
			{
				Effect: "Allow",
				Principal: "*",
				Action: "s3:GetObject",
				Resource: `arn:aws:s3:::${bucket}/${path}`,
			},
		],
	};
}

/** How a bucket's owner gives it that policy, as lines to print. `endpoint` is null for Amazon's. */
export function policyAdvice(
	address: string,
	endpoint: string | null,
): string[] {
	const { bucket } = parseBucketAddress(address);
	const at = endpoint === null ? "" : ` --endpoint-url ${endpoint}`;
	return [
		"Nobody may read it at that address. Where no CDN and no domain of the bucket's own opens it, save this policy, which takes the place of the bucket's, as policy.json:",
		"",
		JSON.stringify(readingPolicy(address), null, 2),
		"",
		"then:",
		"",
		`  aws s3api put-bucket-policy --bucket ${bucket} --policy file://policy.json${at}`,
	];
}
