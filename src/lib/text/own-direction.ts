/** Letters that are written from right to left, and signs that turn what follows them. */
const TURNS =
	/[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** They would end what keeps a name apart. */
const ISOLATES = /[\u2066-\u2069]/g;

/** A name from the data as it stands beside other words and numbers: it keeps its own direction of writing, and turns nothing around it. */
export function inOwnDirection(name: string): string {
	return TURNS.test(name) ? `\u2068${name.replace(ISOLATES, "")}\u2069` : name;
}
