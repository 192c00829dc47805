type Reviver = NonNullable<Parameters<typeof JSON.parse>[1]>;

/** What Python writes for numbers that JSON has none for. */
const NO_NUMBER = /-?\b(?:NaN|Infinity)\b/g;

/** Parses JSON, in which a number may be `NaN` or infinite, as Python writes it: it is null then. */
export function parseJson(text: string, reviver?: Reviver): unknown {
	try {
		return JSON.parse(text, reviver);
	} catch (error) {
		if (!text.includes("NaN") && !text.includes("Infinity")) throw error;
		return JSON.parse(withoutNoNumbers(text), reviver);
	}
}

/** A pattern for the strings between them runs out of stack on some MB. */
function withoutNoNumbers(text: string): string {
	let plain = "";
	let at = 0;
	while (at < text.length) {
		const quote = text.indexOf('"', at);
		const open = quote === -1 ? text.length : quote;
		const end = endOfString(text, open);
		plain += text.slice(at, open).replace(NO_NUMBER, "null");
		plain += text.slice(open, end);
		at = end;
	}
	return plain;
}

/** Behind the quote that closes a string; the text's end where none does. */
function endOfString(text: string, open: number): number {
	let close = text.indexOf('"', open + 1);
	while (close !== -1 && isEscaped(text, close))
		close = text.indexOf('"', close + 1);
	return close === -1 ? text.length : close + 1;
}

function isEscaped(text: string, at: number): boolean {
	let start = at;
	while (text[start - 1] === "\\") start -= 1;
	return (at - start) % 2 === 1;
}
