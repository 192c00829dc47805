/** A comment, what is no text of a page, a tag, or an entity; ends with the text where left open. */
const MARKUP =
	/<!--[\s\S]*?(?:-->|$)|<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)|<(\/?[a-z][^\s<>/]*)(?=[\s/>])[^<>]*>|&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]+);/gi;

const ENTITIES: ReadonlyMap<string, string> = new Map([
	["amp", "&"],
	["lt", "<"],
	["gt", ">"],
	["quot", '"'],
	["apos", "'"],
	["nbsp", "\u00a0"],
]);

/**
 * The text of a piece of HTML as a reader sees it: a line break for `<br>`, a blank
 * line between paragraphs, no tags. The result is text: whoever shows it as HTML
 * has to escape it. Entities beyond those that XML and networks use stay as written.
 */
export function htmlText(html: string): string {
	return html
		.replace(MARKUP, (all, _, tag?: string, entity?: string) => {
			if (entity !== undefined) return entityText(entity) ?? all;
			switch (tag?.toLowerCase()) {
				case "br":
					return "\n";
				case "/p":
				case "/blockquote":
					return "\n\n";
				case "/li":
				case "/div":
					return "\n";
				default:
					return "";
			}
		})
		.trim();
}

function entityText(entity: string): string | undefined {
	if (!entity.startsWith("#")) return ENTITIES.get(entity.toLowerCase());
	const code = /^#x/i.test(entity)
		? Number.parseInt(entity.slice(2), 16)
		: Number(entity.slice(1));
	return code > 0 && code <= 0x10ffff
		? String.fromCodePoint(code).toWellFormed()
		: undefined;
}
