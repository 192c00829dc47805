/** Control characters, and signs that turn the direction of what follows. */
const UNPRINTABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

const NAMED: ReadonlyMap<string, string> = new Map([
	["\n", "\\n"],
	["\r", "\\r"],
	["\t", "\\t"],
]);

/**
 * A text for a terminal, which would obey what stands in names and data: what is not
 * seen comes as an escape, such as `\u001b`, unless it is one of `kept`.
 */
export function printable(text: string, kept = ""): string {
	return text.replace(UNPRINTABLE, (sign) =>
		kept.includes(sign)
			? sign
			: (NAMED.get(sign) ??
				`\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`),
	);
}
