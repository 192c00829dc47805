import { setTimeout as sleep } from "node:timers/promises";

/** Turns at even distances, so that in no span of time there are more than stated. */
export class Pace {
	readonly #spacingMs: number;
	#nextAt = 0;

	/** Null for no limit. */
	constructor(perMinute: number | null) {
		this.#spacingMs = perMinute === null ? 0 : 60_000 / perMinute;
	}

	/** Resolves when it is the caller's turn. */
	async turn(signal: AbortSignal): Promise<void> {
		for (;;) {
			const now = performance.now();
			if (now >= this.#nextAt) {
				this.#nextAt = now + this.#spacingMs;
				return;
			}
			await sleep(Math.ceil(this.#nextAt - now), undefined, { signal });
		}
	}
}
