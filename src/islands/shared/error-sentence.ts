/** An error as a sentence for people. */
export function sentenceOf(error: unknown): string {
	const message = (
		error instanceof Error ? error.message : String(error)
	).trimEnd();
	// A path, an address or a name of SQL keeps its letters.
	const sentence = /^[a-z]+(?=[\s,]|:(?!\/\/)|$)/.test(message)
		? message.charAt(0).toUpperCase() + message.slice(1)
		: message;
	return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
