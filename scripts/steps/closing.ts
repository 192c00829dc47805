/**
 * Does work that opens things, then closes them, the last opened first, each whatever
 * comes of the others. Of several faults the first is thrown.
 */
export async function withClosing<T>(
	work: (onEnd: (close: () => unknown) => void) => Promise<T>,
): Promise<T> {
	const closing: (() => unknown)[] = [];
	const close = async () => {
		const faults: unknown[] = [];
		for (const one of closing.reverse())
			await Promise.resolve()
				.then(one)
				.catch((fault) => faults.push(fault));
		if (faults.length > 0) throw faults[0];
	};
	let done: T;
	try {
		done = await work((one) => closing.push(one));
	} catch (error) {
		await close().catch(() => {});
		throw error;
	}
	await close();
	return done;
}
