/** What a promise gives, or a `CancelledError` as soon as the signal says so. */
export async function unlessAborted<T>(
	promise: Promise<T>,
	aborted: AbortSignal | undefined,
): Promise<T> {
	if (aborted === undefined) return promise;
	if (aborted.aborted) throw cancelled();
	let stop = () => {};
	const ended = new Promise<never>((_, reject) => {
		stop = () => reject(cancelled());
		aborted.addEventListener("abort", stop);
	});
	try {
		return await Promise.race([promise, ended]);
	} finally {
		aborted.removeEventListener("abort", stop);
	}
}

export function cancelled(): Error {
	const error = new Error("cancelled");
	error.name = "CancelledError";
	return error;
}
