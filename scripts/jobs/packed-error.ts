import { askedPauseMs } from "./failures.ts";

/** What an error is told apart by, as plain JSON: class instances do not travel. */
export interface PackedError {
	readonly name: string;
	readonly message: string;
	readonly stack: string;
	readonly code?: string;
	/** Of an answer by HTTP, where the AWS SDK puts it. */
	readonly status?: number;
	/** How long the host asks to be left alone. */
	readonly retryAfterMs?: number;
	readonly cause?: PackedError;
}

interface Details {
	code?: unknown;
	retryAfterMs?: number;
	$metadata?: { httpStatusCode?: number };
}

export function packError(error: unknown): PackedError {
	if (!(error instanceof Error))
		return { name: "Error", message: String(error), stack: String(error) };
	const { code, $metadata } = error as Error & Details;
	const status = $metadata?.httpStatusCode;
	const pause = askedPauseMs(error);
	return {
		name: error.name,
		message: error.message,
		stack: error.stack ?? `${error.name}: ${error.message}`,
		...(typeof code === "string" && { code }),
		...(status !== undefined && { status }),
		...(pause > 0 && { retryAfterMs: pause }),
		...(error.cause !== undefined && { cause: packError(error.cause) }),
	};
}

/** An error that `classify` takes for the one that was packed. */
export function unpackError(packed: PackedError): Error {
	const error: Error & Details = new Error(
		packed.message,
		packed.cause && { cause: unpackError(packed.cause) },
	);
	error.name = packed.name;
	error.stack = packed.stack;
	if (packed.code !== undefined) error.code = packed.code;
	if (packed.status !== undefined)
		error.$metadata = { httpStatusCode: packed.status };
	if (packed.retryAfterMs !== undefined)
		error.retryAfterMs = packed.retryAfterMs;
	return error;
}

/** An error whole, with its causes, as lines for a log. */
export function errorLines(error: PackedError): string[] {
	const lines = error.stack.split("\n");
	if (error.cause === undefined) return lines;
	const [first, ...rest] = errorLines(error.cause);
	return [...lines, `caused by ${first}`, ...rest];
}
