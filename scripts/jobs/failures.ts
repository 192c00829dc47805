import { setTimeout as sleep } from "node:timers/promises";

/**
 * What an error calls for:
 * - `network`: a fault of the network or a store that is busy; it may pass, so try again later
 * - `deterministic`: the same again on every try (bad data, arithmetic, a wrong key): never try again
 * - `unknown`: no class knows it: log it whole and raise it
 */
export type FailureClass = "network" | "deterministic" | "unknown";

export interface RetryPolicy {
	/** Tries in all. */
	readonly attempts: number;
	/** Longest pause before the second try; it doubles from try to try. */
	readonly baseMs: number;
	/** No pause is longer. */
	readonly maxMs: number;
}

export const RETRY: RetryPolicy = { attempts: 6, baseMs: 500, maxMs: 30_000 };

const NETWORK_CODES = new Set([
	"ECONNREFUSED",
	"ECONNRESET",
	"ECONNABORTED",
	"EPIPE",
	"ETIMEDOUT",
	"EAI_AGAIN",
	"EHOSTUNREACH",
	"ENETUNREACH",
	"ENOTFOUND",
	"UND_ERR_SOCKET",
	"UND_ERR_CONNECT_TIMEOUT",
	"UND_ERR_HEADERS_TIMEOUT",
	"UND_ERR_BODY_TIMEOUT",
	"UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

const NETWORK_NAMES = new Set([
	"NetworkError",
	"TimeoutError",
	"SlowDown",
	"ThrottlingException",
	"RequestTimeout",
	"InternalError",
	"ServiceUnavailable",
]);

const DETERMINISTIC_NAMES = new Set([
	"FileError",
	"SettingsError",
	"SourceError",
	"StoreError",
	"MissingFileError",
	"ConflictError",
]);

/** No host is waited for longer while work goes on, in milliseconds. */
export const LONGEST_ASKED_MS = 10 * 60_000;

/** What DuckDB says of data or SQL that will be as wrong on the next try. */
const DETERMINISTIC_DUCKDB =
	/^(?:Conversion|Invalid|Invalid Input|Out of Range|Binder|Catalog|Parser|Constraint|Mismatch Type|Invalid Type|Serialization|Not implemented) Error/;

/** From 520 on: what Cloudflare says where the host behind it is at fault. */
const RETRIED_STATUS = new Set([
	408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524,
]);

/** A fault of the network or of a host that may pass. */
export class NetworkError extends Error {
	override readonly name = "NetworkError";
	/** How long the host asks to be left alone, 0 where it does not say. */
	readonly retryAfterMs: number;

	constructor(message: string, retryAfterMs = 0) {
		super(message);
		this.retryAfterMs = retryAfterMs;
	}
}

/** Whether an answer with this HTTP status may be another on a later try. */
export function isRetriedStatus(status: number): boolean {
	return RETRIED_STATUS.has(status);
}

/** Milliseconds that a `Retry-After` asks for, which is a number of seconds or a date; 0 without. */
export function retryAfterMs(value: string | null | undefined): number {
	if (!value) return 0;
	const time = /^\s*\d+\s*$/.test(value)
		? Number(value) * 1000
		: Date.parse(value) - Date.now();
	return Math.max(time || 0, 0);
}

/**
 * How long the host whose answer an error is asks to be left alone, in milliseconds, ten
 * minutes at most; 0 where it does not say. Of answers to the AWS SDK too.
 */
export function askedPauseMs(error: unknown): number {
	if (!(error instanceof Error)) return 0;
	const { retryAfterMs: told, $response } = error as {
		retryAfterMs?: number;
		$response?: { headers?: Readonly<Record<string, string>> };
	};
	const asked =
		told ??
		(retryAfterMs($response?.headers?.["retry-after"]) ||
			askedPauseMs(error.cause));
	return Math.min(asked, LONGEST_ASKED_MS);
}

/** The class of an error, by its name, code or HTTP status, or those of its cause. */
export function classify(error: unknown): FailureClass {
	if (!(error instanceof Error)) return "unknown";
	const { code } = error as NodeJS.ErrnoException;
	const status = (error as { $metadata?: { httpStatusCode?: number } })
		.$metadata?.httpStatusCode;
	if (NETWORK_NAMES.has(error.name)) return "network";
	if (code !== undefined && NETWORK_CODES.has(code)) return "network";
	if (status !== undefined && isRetriedStatus(status)) return "network";
	if (DETERMINISTIC_NAMES.has(error.name)) return "deterministic";
	if (DETERMINISTIC_DUCKDB.test(error.message)) return "deterministic";
	if (error.cause !== undefined) return classify(error.cause);
	return "unknown";
}

/** Pause before the try of a number, from 2, in milliseconds: exponential, with full jitter. */
export function pauseBefore(
	attempt: number,
	policy: RetryPolicy,
	random: () => number = Math.random,
): number {
	const longest = Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 2));
	return longest * (0.5 + random() / 2);
}

/**
 * Does work again while it fails by the network and tries are left; throws its last
 * error. A pause is as long as the host asks for, where that is longer.
 */
export async function withRetries<T>(
	work: (attempt: number) => Promise<T>,
	options: {
		readonly policy?: RetryPolicy;
		readonly signal?: AbortSignal;
		/** What the work has come to: tries are counted anew when it is more than ever. */
		progress?(): number;
		onRetry?(error: unknown, attempt: number): void;
	} = {},
): Promise<T> {
	const { policy = RETRY, signal, progress = () => 0, onRetry } = options;
	let furthest = progress();
	for (let attempt = 1; ; attempt++) {
		try {
			return await work(attempt);
		} catch (error) {
			signal?.throwIfAborted();
			if (progress() > furthest) attempt = 1;
			furthest = Math.max(furthest, progress());
			if (attempt >= policy.attempts || classify(error) !== "network")
				throw error;
			onRetry?.(error, attempt + 1);
			const pause = Math.max(
				askedPauseMs(error),
				pauseBefore(attempt + 1, policy),
			);
			await sleep(pause, undefined, { signal });
		}
	}
}
