/** Does the same with all items, so many at a time; gives results in the order of the items. */
export async function inTurns<T, U>(
	atATime: number,
	items: readonly T[],
	work: (item: T) => Promise<U>,
): Promise<U[]> {
	const results: U[] = new Array(items.length);
	const queue = items.entries();
	await Promise.all(
		Array.from({ length: Math.min(atATime, items.length) }, async () => {
			for (const [index, item] of queue) results[index] = await work(item);
		}),
	);
	return results;
}
