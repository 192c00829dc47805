/** Somebody wants it to end: Ctrl-C, or a signal of the system. */
export class Interrupted extends Error {
	override readonly name = "Interrupted";
}

export const INTERRUPTED_CODE = 130;

/** Aborts at the first SIGINT or SIGTERM, and ends the process at the second. */
export function onInterrupt(tell: () => void): AbortSignal {
	const controller = new AbortController();
	const interrupt = () => {
		if (controller.signal.aborted) process.exit(INTERRUPTED_CODE);
		tell();
		controller.abort(new Interrupted("stopped"));
	};
	process.on("SIGINT", interrupt);
	process.on("SIGTERM", interrupt);
	return controller.signal;
}
