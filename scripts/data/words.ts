import { formatCount } from "../../src/lib/format.ts";

/** `1 file`, `2,000 files`. */
export function plural(
	count: number,
	noun: string,
	nouns = `${noun}s`,
): string {
	return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}
