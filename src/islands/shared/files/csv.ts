/** A line of CSV by RFC 4180; null is an empty field and an empty text `""`. */
export function csvLine(fields: readonly (string | null)[]): string {
	return `${fields.map(field).join(",")}\r\n`;
}

/** The same between tabs, as spreadsheets take what is pasted. */
export function tabLine(fields: readonly (string | null)[]): string {
	return `${fields.map(field).join("\t")}\r\n`;
}

function field(text: string | null): string {
	if (text === null) return "";
	if (text !== "" && !/[",\t\r\n]/.test(text)) return text;
	return `"${text.replaceAll('"', '""')}"`;
}
