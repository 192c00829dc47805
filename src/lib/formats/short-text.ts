/** Of a name or a kind: a title, and no story, whatever a file holds in its place. */
export const MAX_TEXT_LENGTH = 500;

/**
 * A name that is kept for good: what is longer than {@link MAX_TEXT_LENGTH} UTF-16 units is
 * cut and ends in `…`, within the length and never in the middle of a character.
 */
export function shortText(text: string): string {
	if (text.length <= MAX_TEXT_LENGTH) return text;
	return `${text.slice(0, MAX_TEXT_LENGTH - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
