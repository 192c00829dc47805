/**
 * A seeded generator of pseudo-random numbers, the same on every machine: sfc32 of
 * Chris Doty-Humphrey's PractRand, 32 bits a step. Not for secrets.
 */
export class Random {
	#a: number;
	#b: number;
	#c: number;
	#counter = 1;
	#spareNormal: number | null = null;

	/** `seed` is any text; equal texts give equal sequences. */
	constructor(seed: string) {
		let hash = 2166136261;
		const next = () => {
			for (const unit of `${seed}\0`)
				hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 16777619);
			return hash >>> 0;
		};
		this.#a = next();
		this.#b = next();
		this.#c = next();
		for (let step = 0; step < 12; step += 1) this.next();
	}

	/** Uniform in [0, 1). */
	next(): number {
		const sum = (this.#a + this.#b + this.#counter) | 0;
		this.#counter = (this.#counter + 1) | 0;
		this.#a = this.#b ^ (this.#b >>> 9);
		this.#b = (this.#c + (this.#c << 3)) | 0;
		this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
		return (sum >>> 0) / 4294967296;
	}

	/** Uniform in [low, high). */
	between(low: number, high: number): number {
		return low + (high - low) * this.next();
	}

	/** A whole number from low to high, both included. */
	integer(low: number, high: number): number {
		return low + Math.floor(this.next() * (high - low + 1));
	}

	chance(probability: number): boolean {
		return this.next() < probability;
	}

	/** Normal with mean 0 and deviation 1, by Marsaglia's polar method. */
	normal(): number {
		if (this.#spareNormal !== null) {
			const spare = this.#spareNormal;
			this.#spareNormal = null;
			return spare;
		}
		for (;;) {
			const x = this.between(-1, 1);
			const y = this.between(-1, 1);
			const square = x * x + y * y;
			if (square >= 1 || square === 0) continue;
			const factor = Math.sqrt((-2 * Math.log(square)) / square);
			this.#spareNormal = y * factor;
			return x * factor;
		}
	}

	/** Exponential with the given mean. */
	exponential(mean: number): number {
		return -mean * Math.log(1 - this.next());
	}

	/** One of a list that is not empty. */
	pick<Item>(items: readonly Item[]): Item {
		return items[Math.floor(this.next() * items.length)] as Item;
	}

	/** A list in another order; the given one stays as it is. */
	shuffled<Item>(items: readonly Item[]): Item[] {
		const copy = [...items];
		for (let at = copy.length - 1; at > 0; at -= 1) {
			const other = this.integer(0, at);
			[copy[at], copy[other]] = [copy[other] as Item, copy[at] as Item];
		}
		return copy;
	}
}

/** Draws indexes by weights, each draw in logarithmic time. */
export class WeightedIndex {
	readonly #sums: Float64Array;

	constructor(weights: readonly number[]) {
		this.#sums = new Float64Array(weights.length);
		let sum = 0;
		for (const [index, weight] of weights.entries()) {
			sum += weight;
			this.#sums[index] = sum;
		}
	}

	draw(random: Random): number {
		const target = random.next() * (this.#sums.at(-1) ?? 0);
		let low = 0;
		let high = this.#sums.length - 1;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#sums[middle] ?? 0) > target) high = middle;
			else low = middle + 1;
		}
		return low;
	}
}

/** Weights by Zipf's law: 1 / (rank + shift)^exponent. */
export function zipfWeights(
	count: number,
	exponent: number,
	shift = 1,
): number[] {
	return Array.from(
		{ length: count },
		(_, rank) => 1 / (rank + shift) ** exponent,
	);
}
