/** Parameters that let whoever has the address read the file: of S3, Google's and Azure's stores, CloudFront. */
const SIGNATURES = /^(x-amz-signature|x-goog-signature|signature|sig)$/i;

/** Whether an address carries a signature of its own (a presigned URL). */
export function isSignedAddress(address: string): boolean {
	if (!URL.canParse(address)) return false;
	return [...new URL(address).searchParams.keys()].some((name) =>
		SIGNATURES.test(name),
	);
}

/** Whether a text, of SQL for example, holds an address that carries a signature. */
export function holdsSignedAddress(text: string): boolean {
	return (text.match(/https?:\/\/[^\s'"]+/gi) ?? []).some(isSignedAddress);
}
