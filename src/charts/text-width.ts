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

/** Cuts a text to a width in ems, with an ellipsis where something went. */
export function ellipsis(text: string, maximumEm: number): string {
	if (textWidthEm(text) <= maximumEm) return text;
	let kept = "";
	let width = characterWidthEm("…");
	for (const character of text) {
		width += characterWidthEm(character);
		if (width > maximumEm) break;
		kept += character;
	}
	return `${kept}…`;
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
