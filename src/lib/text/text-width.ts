const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * Width of a text in ems, estimated without a font: East Asian wide characters
 * and emoji count 1, narrow letters 0.32, capitals 0.68, the rest 0.56. Good to
 * about a tenth for a sans-serif, which is what margins need.
 */
export function textWidthEm(text: string): number {
	let width = 0;
	for (const character of text) width += characterWidthEm(character);
	return width;
}

/** Cuts a text between letters, as people see them, to a width in ems, with an ellipsis where something went. */
export function ellipsis(text: string, maximumEm: number): string {
	if (textWidthEm(text) <= maximumEm) return text;
	let kept = "";
	let width = characterWidthEm("…");
	for (const { segment } of graphemes.segment(text)) {
		width += textWidthEm(segment);
		if (width > maximumEm) break;
		kept += segment;
	}
	return `${kept}…`;
}

/** A text in lines of at most a width in ems, cut between words; a longer word is a line. */
export function wrapped(text: string, maximumEm: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(" ").filter((part) => part !== "")) {
		const longer = `${lines.at(-1)} ${word}`;
		if (lines.length > 0 && textWidthEm(longer) <= maximumEm)
			lines[lines.length - 1] = longer;
		else lines.push(word);
	}
	return lines;
}

function characterWidthEm(character: string): number {
	if (/\p{Mark}/u.test(character)) return 0;
	if (
		/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
			character,
		)
	)
		return 1;
	if (/[ijl.,:;|!'I\s]/.test(character)) return 0.32;
	if (/[mwMW@%…]/.test(character)) return 0.9;
	if (/\p{Uppercase}/u.test(character)) return 0.68;
	return 0.57;
}
