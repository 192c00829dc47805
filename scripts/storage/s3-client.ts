import { S3Client } from "@aws-sdk/client-s3";
import { classify, type RetryPolicy, withRetries } from "../jobs/failures.ts";
import { failureCode, UnreachableError } from "./s3-failures.ts";

/** About a minute in all: a store that restarts, or sheds load, is back by then. */
export const STORE_RETRY: RetryPolicy = {
	attempts: 8,
	baseMs: 500,
	maxMs: 30_000,
};

/** A connection that says nothing for so long is given up. */
const SILENCE_MS = 60_000;

/** Of stores that have none, and take any. */
export const DEFAULT_REGION = "us-east-1";

/** Their answers tell of failures that this client does not see, or break off later. */
const TRIED_AGAIN_BY_CALLERS: readonly (string | undefined)[] = [
	"GetObjectCommand",
	"DeleteObjectsCommand",
];

const TRIES = Symbol("tries");

/** How often a request is tried, and who hears of it. */
export interface Patience {
	readonly policy: RetryPolicy;
	/** A request has failed by the network, and will be tried again. */
	onRetry?(reason: string, attempt: number): void;
}

/**
 * A client with the standard chain of credentials. Every request, the parts of an
 * upload included, is tried again by the rules of `failures.ts`, in the place of the
 * SDK's own; but those for a file and for removing many are left to their callers, which
 * have to call {@link tryAgain}. A null `endpoint` is Amazon's.
 */
export function openClient(
	endpoint: string | null,
	patience: Patience,
): S3Client {
	const client = new S3Client({
		maxAttempts: 1,
		followRegionRedirects: true,
		requestHandler: { connectionTimeout: 10_000, socketTimeout: SILENCE_MS },
		...(endpoint !== null && {
			endpoint,
			forcePathStyle: true,
			region: regionOr(DEFAULT_REGION),
			// Not every compatible store knows the checksums that the SDK adds by itself.
			requestChecksumCalculation: "WHEN_REQUIRED" as const,
			responseChecksumValidation: "WHEN_REQUIRED" as const,
		}),
	});
	client.middlewareStack.add(
		(next, context) => (args) =>
			TRIED_AGAIN_BY_CALLERS.includes(context.commandName)
				? next(args)
				: tryAgain(() => next(args), patience),
		{ step: "finalizeRequest", priority: "high", name: "tryAgain" },
	);
	return client;
}

/** Does a request again by the rules of `failures.ts`; what it throws tells its tries ({@link triesOf}). */
export async function tryAgain<T>(
	request: () => Promise<T>,
	{ policy, onRetry }: Patience,
): Promise<T> {
	let tries = 0;
	try {
		return await withRetries(
			(attempt) => {
				tries = attempt;
				return request();
			},
			{
				policy,
				onRetry: (error, attempt) => onRetry?.(reasonOf(error), attempt),
			},
		);
	} catch (error) {
		if (classify(error) === "network") throw unreachable(error as Error, tries);
		throw Object.assign(error as Error, { [TRIES]: tries });
	}
}

/** At which try a request failed for good: after the first, an earlier one may have had its effect. */
export function triesOf(error: unknown): number {
	return (error as { [TRIES]?: number })[TRIES] ?? 1;
}

function unreachable(error: Error, tries: number): UnreachableError {
	return new UnreachableError(
		`no right answer in ${tries} tries, the last: ${reasonOf(error)}`,
		{ cause: error },
	);
}

function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const code = failureCode(error);
	const isOurs = code === "Error" || error instanceof UnreachableError;
	return isOurs ? error.message : code;
}

/** The region that the environment or the profile names. */
export function regionOr(fallback: string): () => Promise<string> {
	let region: Promise<string> | null = null;
	return () => {
		region ??= new S3Client({}).config.region().catch(() => fallback);
		return region;
	};
}
