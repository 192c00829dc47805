import { raised, throwIfCancelled } from "../errors.ts";

/** One task after the other, in the order they were asked for. */
export class Turns {
	#last: Promise<unknown> = Promise.resolve();

	/** A task cancelled while it waits ends at once and never begins. */
	take<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
		const before = this.#last;
		const result = (async () => {
			await Promise.race([before, raised(signal)]);
			throwIfCancelled(signal);
			return task();
		})();
		// Of an answer nothing is kept.
		this.#last = Promise.allSettled([before, result]).then(() => {});
		return result;
	}
}
