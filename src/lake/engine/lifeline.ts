/**
 * Ends what waits for an engine when that engine is lost. Unlike a race against one
 * promise that stays open, it keeps nothing of what was answered.
 */
export class Lifeline {
	readonly #what: string;
	readonly #waiting = new Set<(error: Error) => void>();
	#lost: Error | null = null;

	constructor(what = "the engine") {
		this.#what = what;
	}

	get isLost(): boolean {
		return this.#lost !== null;
	}

	/** What the work gives, or the loss where that comes first. */
	hold<T>(work: Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			if (this.#lost !== null) {
				work.catch(() => {});
				reject(this.#lost);
				return;
			}
			this.#waiting.add(reject);
			work.then(resolve, reject).finally(() => this.#waiting.delete(reject));
		});
	}

	/** From now on all that waits, or will wait, is rejected; the first loss stands. */
	lose(why: string): void {
		if (this.#lost !== null) return;
		this.#lost = new Error(`${this.#what} was lost: ${why}`);
		this.#lost.name = "EngineLostError";
		for (const reject of this.#waiting) reject(this.#lost);
		this.#waiting.clear();
	}
}
