import { type Header, keyOf } from "./weather-header.ts";
import { NUMBER } from "./weather-numbers.ts";

/** Last words of the names of what tells things apart, or how good a value is and whence. */
const MARKS: ReadonlySet<string> = new Set(
	"id ids identifier key sign callsign serial source src type version flag flags quality qualifier qc qn attribute attributes ind indicator 品質情報 均質番号 現象なし情報".split(
		" ",
	),
);

/**
 * Columns that hold marks and no measures, although their cells may be numbers: such as
 * an identifier, a call sign, a source, a quality. Their names say so, by the last word
 * or by what they add to another column's, and their cells agree: no unit, whole numbers
 * only. So are, whatever the name, codes of a fixed width, see {@link CellDigits.areCodes}.
 */
export function marksAmong(
	headers: readonly Header[],
	digits: ReadonlyMap<number, CellDigits>,
): ReadonlySet<number> {
	const keys = headers.map(({ name }) =>
		keyOf(name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_")),
	);
	const isNamedMark = (key: string): boolean => {
		if (
			key === "souid" ||
			(/^q_?./.test(key) && keys.includes(key.replace(/^q_?/, "")))
		)
			return true;
		const words = key.split("_").filter((word) => !/^\d+$/.test(word));
		const other = keys.find(
			(each) => each !== "" && key.startsWith(`${each}_`),
		);
		if (other !== undefined)
			return key
				.slice(other.length)
				.split("_")
				.some((word) => word === "q" || MARKS.has(word));
		if (words.includes("version")) return true;
		if (/(?:^|_)(?:account|customer|meter)_number$/.test(key)) return true;
		// Of the air it is an index.
		if (/(?:^|_)(?:air|water)_quality$/.test(key)) return false;
		return MARKS.has(words.at(-1) ?? "");
	};
	return new Set(
		headers.flatMap(({ unit }, index) => {
			const cells = digits.get(index);
			if (cells === undefined || unit !== null) return [];
			const isMark =
				cells.areCodes || (cells.areWhole && isNamedMark(keys[index] ?? ""));
			return isMark ? [index] : [];
		}),
	);
}

/** What the digits of a column's cells say of it. */
export class CellDigits {
	#isWhole = true;
	#width: number | null = null;
	#isOfOneWidth = true;
	#hasLeadingZero = false;

	add(cell: string): void {
		const trimmed = cell.trim();
		if (trimmed === "") return;
		this.#isWhole &&= /^[\u2212-]?\d+$/.test(trimmed) || !NUMBER.test(trimmed);
		this.#width ??= trimmed.length;
		this.#isOfOneWidth &&=
			/^\d{5,}$/.test(trimmed) && trimmed.length === this.#width;
		this.#hasLeadingZero ||= trimmed.startsWith("0");
	}

	/** All numbers are whole; there may be words. */
	get areWhole(): boolean {
		return this.#isWhole;
	}

	/**
	 * All are as many digits, five at least, of which some begin with 0, as no number is
	 * written; or more digits than anything is measured in, as an account's.
	 */
	get areCodes(): boolean {
		return (
			this.#isOfOneWidth &&
			this.#width !== null &&
			(this.#hasLeadingZero || this.#width > 10)
		);
	}
}
