/** Values with which loggers and archives mark that there is none. */
const SENTINELS = new Set([
	...[-999, -9999, -99999, -999999, -99.9, -999.9, -9999.9],
	...[-99.99, -999.99, -9999.99],
	// Of typical years (TMY3).
	-9900,
]);

export const isSentinel = (value: number) => SENTINELS.has(value);

/** Words that say that there is no value, as a blank cell does. */
const NO_VALUE =
	/^(?:n\/?a|#n\/?a|nan|null|none|nil|missing|m|mm|mq|-+|\?|\.|\*)$/i;

/** Whether a word tells nothing of what its column holds. */
export const isNoValue = (cell: string) => NO_VALUE.test(cell.trim());

/** What the cells of a measure hold, in one file. */
export class MeasureStatistics {
	blanks = 0;
	words = 0;
	numbers = 0;
	/** Of the numbers that are no sentinels. */
	min = Number.POSITIVE_INFINITY;
	max = Number.NEGATIVE_INFINITY;

	add(cell: number | "blank" | "word"): void {
		if (cell === "blank") this.blanks += 1;
		else if (cell === "word") this.words += 1;
		else {
			this.numbers += 1;
			if (isSentinel(cell)) return;
			if (cell < this.min) this.min = cell;
			if (cell > this.max) this.max = cell;
		}
	}

	/** Takes over what the cells of another column of the measure hold. */
	merge(other: MeasureStatistics): void {
		this.blanks += other.blanks;
		this.words += other.words;
		this.numbers += other.numbers;
		this.min = Math.min(this.min, other.min);
		this.max = Math.max(this.max, other.max);
	}

	/**
	 * Whether a sentinel is one in this measure, and not a value: where the measure
	 * is never negative otherwise, or where the sentinel lies below all its other
	 * values by more than half of their range. Without other values it is one.
	 */
	isMissing(sentinel: number): boolean {
		if (this.min > this.max || this.min >= 0) return true;
		return sentinel < this.min - (this.max - this.min) / 2;
	}

	/** Whether numbers outweigh words, so that the column is a measure. */
	isNumeric(): boolean {
		return this.numbers > this.words;
	}
}

/** With the typographic minus too, as Sweden, Norway and Finland write it: `−3,2`. */
export const NUMBER = /^[+\u2212-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Thousands are set apart and decimals told, so that there is one way to read it: `1.234,5`. */
const GROUPED = /^[+\u2212-]?[1-9]\d{0,2}(?:(?:\.\d{3})+,|(?:,\d{3})+\.)\d+$/;

/** Thousands that are set apart, or three decimals: `1.234`. */
const THOUSANDS = /^[+\u2212-]?[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+)$/;

/** A number with a decimal comma, as it is written; but not ISD's `0150,1`, which are two. */
const DECIMAL_COMMA =
	/^[+\u2212-]?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:[ \u00A0\u202F'\u2019]\d{3})+),\d+$/;

/** Thousands that a space or an apostrophe sets apart, as in France, the North and Switzerland: `1 234,5`. */
const SPACED =
	/^[+\u2212-]?[1-9]\d{0,2}([ \u00A0\u202F'\u2019])\d{3}(?:\1\d{3})*(?:[.,]\d+)?$/;

function spaceIn(trimmed: string): string | null {
	return SPACED.exec(trimmed)?.[1] ?? null;
}

type Sign = "." | ",";

/** Null where cells disagree, so that one of {@link THOUSANDS} is no number. */
type SignUse = "thousands" | "decimals" | null;

/** What is for what in the cells of a column that do not tell it. */
export interface SignUses {
	readonly point: SignUse;
	readonly comma: SignUse;
	/** Whether spaces set thousands apart, and not two numbers. */
	readonly haveSpaces: boolean;
}

/** What points and commas are for in a column, as its cells tell. */
export class NumberSigns {
	readonly thousands = new Set<Sign>();
	readonly decimals = new Set<Sign>();
	/** Signs of cells that do not tell, such as `1.234`. */
	readonly untold = new Set<Sign>();
	/** Whether all cells with commas are numbers of decimal commas. */
	areDecimalCommas = true;
	/** Whether a cell has thousands that spaces set apart, or two numbers. */
	haveSpaces = false;

	add(cell: string): void {
		const point = cell.indexOf(".");
		const comma = cell.indexOf(",");
		if (point !== -1 && comma !== -1) {
			if (!GROUPED.test(cell.trim())) return;
			this.thousands.add(point < comma ? "." : ",");
			this.decimals.add(point < comma ? "," : ".");
			return;
		}
		if (point === comma) return;
		const sign = point === -1 ? "," : ".";
		if (sign === "," && this.areDecimalCommas)
			this.areDecimalCommas = DECIMAL_COMMA.test(cell.trim());
		if (this.decimals.has(sign)) return;
		const trimmed = cell.trim();
		if (THOUSANDS.test(trimmed)) {
			const isOnce = cell.indexOf(sign, Math.max(point, comma) + 1) === -1;
			(isOnce ? this.untold : this.thousands).add(sign);
		} else if (
			NUMBER.test(trimmed.replace(sign, ".")) ||
			(spaceIn(trimmed) ?? " ") !== " "
		)
			this.decimals.add(sign);
	}

	/** Of a cell that is no number as it stands. */
	addWord(cell: string): void {
		this.haveSpaces ||= spaceIn(cell.trim()) === " ";
	}

	/** Whether commas are decimal signs beyond doubt, as in `8,4`, and points are none. */
	get hasDecimalCommas(): boolean {
		return (
			this.areDecimalCommas && this.decimals.has(",") && !this.decimals.has(".")
		);
	}
}

/** What points and commas are for in a file: what some columns prove holds for those that do not tell. */
export class FileSigns {
	readonly #columns: readonly NumberSigns[];
	readonly #commasPart: boolean;

	/** `commasPart`: commas part the cells, so that those within have quotes. */
	constructor(columns: Iterable<NumberSigns>, commasPart: boolean) {
		this.#columns = [...columns];
		this.#commasPart = commasPart;
	}

	/** What a sign is for in a column's cells that do not tell it. */
	use(column: NumberSigns, sign: Sign): SignUse {
		if (column.thousands.has(sign))
			return column.decimals.has(sign) ? null : "thousands";
		return this.#areThousands(column, sign) ? "thousands" : "decimals";
	}

	/** Whether commas are decimal signs in a column though commas part the cells. */
	hasDecimalCommas(column: NumberSigns): boolean {
		return (
			column.hasDecimalCommas ||
			(column.untold.has(",") &&
				column.areDecimalCommas &&
				!this.#some((each) => each.decimals.has(".")) &&
				this.#some((each) => each.hasDecimalCommas))
		);
	}

	/** A sign of a column of which nothing in the file tells what it is for; null where there is none. */
	untold(column: NumberSigns): Sign | null {
		const isUntold = (sign: Sign) => {
			const isEither =
				column.untold.has(sign) &&
				!column.thousands.has(sign) &&
				!column.decimals.has(sign) &&
				!this.#areThousands(column, sign);
			if (!isEither) return false;
			const isOther = this.#some((each) => each.decimals.has(otherThan(sign)));
			if (this.#commasPart && sign === ".") return isOther;
			return isOther || !this.#some((each) => each.decimals.has(sign));
		};
		return ([".", ","] as const).find(isUntold) ?? null;
	}

	#areThousands(column: NumberSigns, sign: Sign): boolean {
		const other = otherThan(sign);
		return (
			column.untold.has(sign) &&
			!this.#some((each) => each.decimals.has(sign)) &&
			this.#some(
				(each) =>
					each.thousands.has(sign) ||
					(each.decimals.has(other) &&
						(other === "." || each.areDecimalCommas)),
			)
		);
	}

	#some(is: (column: NumberSigns) => boolean): boolean {
		return this.#columns.some(is);
	}
}

const otherThan = (sign: Sign): Sign => (sign === "." ? "," : ".");

/**
 * A cell as a finite number, or what it is instead. A comma is the decimal sign
 * where `commaIsDecimal`. `1.234,5` and `1,234.5` are the same anywhere,
 * and where `uses`, which are of the column, say so, `1.234` is a thousand and more, or a word.
 */
export function parseCell(
	cell: string,
	commaIsDecimal: boolean,
	uses?: SignUses,
): number | "blank" | "word" {
	const trimmed = cell.trim();
	if (trimmed === "") return "blank";
	let plain = trimmed;
	if (GROUPED.test(trimmed))
		plain = trimmed.replace(/[.,](?=\d*[.,])/g, "").replace(",", ".");
	else {
		const use =
			uses !== undefined && THOUSANDS.test(trimmed)
				? uses[trimmed.includes(".") ? "point" : "comma"]
				: "decimals";
		if (use === null) return "word";
		if (use === "thousands") plain = trimmed.replace(/[.,]/g, "");
		else if (commaIsDecimal) plain = trimmed.replace(",", ".");
	}
	if (!NUMBER.test(plain)) {
		const space = spaceIn(trimmed);
		return space === null || (space === " " && uses?.haveSpaces !== true)
			? "word"
			: parseCell(trimmed.replaceAll(space, ""), commaIsDecimal);
	}
	const value = Number(
		plain.startsWith("\u2212") ? `-${plain.slice(1)}` : plain,
	);
	// Adding 0 makes one zero of both, so that equal readings are equal.
	return Number.isFinite(value) ? value + 0 : "word";
}
