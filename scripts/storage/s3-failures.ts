import { StoreError } from "./store.ts";

/** The part of the SDK's errors that is read here. */
interface SdkError extends Error {
	/** S3's own code, also where the SDK has no class for it. */
	readonly Code?: string;
	readonly $metadata?: { readonly httpStatusCode?: number };
}

/** A store gave no right answer in all tries; `classify` takes it as a fault of the network. */
export class UnreachableError extends Error {
	override readonly name = "NetworkError";
}

/** What was asked for, for the message. */
export interface Asked {
	readonly bucket: string;
	/** Whole, with the store's prefix; null where the question is about the bucket. */
	readonly key: string | null;
	/** Null for Amazon's own. */
	readonly endpoint: string | null;
}

/** The code by which S3 or the SDK names a failure. */
export function failureCode(error: unknown): string {
	const { Code, name } = error as SdkError;
	return Code ?? name;
}

export function failureStatus(error: unknown): number | null {
	return (error as SdkError).$metadata?.httpStatusCode ?? null;
}

/** Whether there is no such file; a missing bucket is another failure. */
export function isMissingKey(error: unknown): boolean {
	const code = failureCode(error);
	return code === "NoSuchKey" || code === "NotFound";
}

/** Whether the condition of a request did not hold, or somebody else wrote at the same time. */
export function isConflict(error: unknown): boolean {
	const status = failureStatus(error);
	return status === 412 || status === 409;
}

/** Whether a store says that it knows no such condition. */
export function isRefusedCondition(error: unknown): boolean {
	const status = failureStatus(error);
	return status === 400 || status === 501;
}

/** Whether the keys do not allow a request, or the store knows no such one. */
export function isUnavailable(error: unknown): boolean {
	const status = failureStatus(error);
	return (
		failureCode(error) === "AccessDenied" ||
		status === 400 ||
		status === 405 ||
		status === 501
	);
}

/** A failure with its place, and with what to do where trying again does not mend it; unknown errors as they are. */
export function explained(error: unknown, asked: Asked): unknown {
	if (!(error instanceof Error)) return error;
	const { bucket, key } = asked;
	const place = key === null ? `s3://${bucket}` : `s3://${bucket}/${key}`;
	const at = asked.endpoint === null ? "" : ` at ${asked.endpoint}`;
	if (error instanceof UnreachableError && !error.message.startsWith("s3://"))
		return new UnreachableError(`${place}${at}: ${error.message}`, {
			cause: error.cause,
		});
	const remedy = remedyOf(error, asked);
	if (remedy === null) return error;
	return new StoreError(`${place}${at}: ${remedy}`, { cause: error });
}

function remedyOf(error: Error, { bucket }: Asked): string | null {
	switch (failureCode(error)) {
		case "NoSuchBucket":
			return `there is no bucket ${bucket}: make it with aws s3 mb s3://${bucket}, or correct the address`;
		case "InvalidBucketName":
			return `${bucket} is no name for a bucket: correct the address`;
		case "CredentialsProviderError":
			return "no keys were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run aws configure";
		case "InvalidAccessKeyId":
			return "the store does not know the access key: check AWS_ACCESS_KEY_ID or the profile, and the endpoint";
		case "SignatureDoesNotMatch":
			return "the secret key does not fit the access key: check AWS_SECRET_ACCESS_KEY or the profile";
		case "ExpiredToken":
		case "InvalidToken":
		case "TokenRefreshRequired":
			return "the keys have expired: sign in again, for example with aws sso login";
		case "RequestTimeTooSkewed":
			return "this machine's clock is wrong: set it";
		case "PermanentRedirect":
		case "AuthorizationHeaderMalformed":
		case "IllegalLocationConstraintException":
			return "the bucket lies in another region: set AWS_REGION to it";
		case "QuotaExceeded":
		case "InsufficientStorage":
			return "the store is full: make room, or raise its quota";
		case "EntityTooLarge":
			return "the file is larger than the store takes";
	}
	if (error.message === "Region is missing")
		return "the bucket's region is not known: set AWS_REGION";
	if (failureStatus(error) === 403)
		return "access is denied: a publisher needs s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and s3:ListBucket here; check the keys";
	return null;
}
