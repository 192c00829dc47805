/** An error whose `name` tells its kind across a worker's boundary. */
export class LakeError extends Error {
	constructor(name: LakeErrorName, message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = name;
	}
}

export type LakeErrorName =
	| "SqlError"
	| "FetchError"
	/** The file is not on its host any more: a newer publication may be there. */
	| "GoneError"
	/** A file that SQL names is not what it was when it was opened. */
	| "ChangedError"
	/** The host refuses: keys are missing, or wrong. */
	| "ForbiddenError"
	| "CancelledError"
	| "OverBudgetError"
	| "UnsupportedError";

/** Whether an error, from here or from a worker, is of a kind. */
export function isLakeError(
	error: unknown,
	name: LakeErrorName,
): error is Error {
	return error instanceof Error && error.name === name;
}

/**
 * Whether the engine itself is gone, not only the query: traps, the stack's end, which
 * leaves it in the middle of something, lost memory, lost workers.
 */
export function hasDied(error: unknown): error is Error {
	if (!(error instanceof Error)) return false;
	return (
		error.name === "RuntimeError" ||
		error.name === "EngineLostError" ||
		/^(INTERNAL|FATAL) Error|Out of Memory Error|memory access out of bounds|database has been invalidated|Maximum call stack size exceeded|too much recursion/.test(
			error.message,
		)
	);
}

/** Throws `CancelledError` where the signal has been raised. */
export function throwIfCancelled(signal: AbortSignal): void {
	if (signal.aborted) throw cancelled();
}

export function cancelled(): LakeError {
	return new LakeError("CancelledError", "the query was cancelled");
}

/** Resolves once the signal is raised. */
export function raised(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
}

/** What the promise gives, unless the signal is raised first. */
export async function orCancelled<T>(
	promise: Promise<T>,
	signal: AbortSignal,
): Promise<T> {
	return Promise.race([
		promise,
		raised(signal).then(() => {
			throw cancelled();
		}),
	]);
}
