/**
 * Does the same with all items, so many at a time; gives results in the order of the items.
 * Once one has failed, no other is begun.
 */
export async function inTurns<T, U>(
	atATime: number,
	items: readonly T[],
	work: (item: T) => Promise<U>,
): Promise<U[]> {
	const results: U[] = new Array(items.length);
	const queue = items.entries();
	let hasFailed = false;
	const lane = async () => {
		for (const [index, item] of queue) {
			if (hasFailed) return;
			try {
				results[index] = await work(item);
			} catch (error) {
				hasFailed = true;
				throw error;
			}
		}
	};
	const lanes = Math.min(atATime, items.length);
	await allEnded(Array.from({ length: lanes }, lane));
	return results;
}

/**
 * As `Promise.all`, but throws only once none of them runs any more: what they work with
 * may be closed then.
 */
export async function allEnded<T extends readonly unknown[]>(
	works: {
		readonly [K in keyof T]: Promise<T[K]>;
	},
): Promise<{ -readonly [K in keyof T]: T[K] }> {
	await Promise.allSettled(works);
	return Promise.all(works) as Promise<{ -readonly [K in keyof T]: T[K] }>;
}
