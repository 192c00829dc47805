import { randomFrom } from "../../src/lib/random.ts";

/** Choices that look random and follow from the seed alone. */
export class Random {
	/** At least 0, less than 1. */
	readonly next: () => number;

	constructor(seed: number) {
		this.next = randomFrom(seed);
	}

	/** A whole number from 0, less than `limit`. */
	below(limit: number): number {
		return Math.floor(this.next() * limit);
	}

	chance(probability: number): boolean {
		return this.next() < probability;
	}

	pick<T>(items: readonly T[]): T {
		if (items.length === 0) throw new Error("nothing to pick from");
		return items[this.below(items.length)] as T;
	}

	/** So many different items, in random order. */
	sample<T>(items: readonly T[], count: number): T[] {
		return this.shuffled(items).slice(0, count);
	}

	shuffled<T>(items: readonly T[]): T[] {
		const shuffled = [...items];
		for (let last = shuffled.length - 1; last > 0; last--) {
			const other = this.below(last + 1);
			const kept = shuffled[last] as T;
			shuffled[last] = shuffled[other] as T;
			shuffled[other] = kept;
		}
		return shuffled;
	}
}
