/** What XML 1.0 allows in no form: https://www.w3.org/TR/xml/#charsets */
const FORBIDDEN =
	/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** A document in which characters that XML 1.0 forbids, such as a tag's control characters, are U+FFFD. */
export function allowedXml(document: string): string {
	return document.replace(FORBIDDEN, "\uFFFD");
}
