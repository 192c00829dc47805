/** By name; what is not there is undefined, whatever its name. */
export type Attributes = Readonly<Record<string, string | undefined>>;

/** Gets what XML holds, in its order; elements are known by their local names. */
export interface PlainSink {
	text(text: string): void;
	/** `newlines`: how many there are before the end of the tag, of what is being read. */
	open(name: string, attributes: Attributes, newlines: number): void;
	close(name: string): void;
}

/** Elements that are longer, in UTF-16 units, or deeper are not plain; points are far from both. */
const MAX_LENGTH = 1024;
const MAX_DEPTH = 8;

/** A device records now less of a point, now more. */
const MAX_SHAPES = 24;
/** Further shapes are made where those made before were worth it. */
const ELEMENTS_A_SHAPE = 64;

const NAME = "([A-Za-z_:][\\w:.-]*)";
const BLANKS = /[ \t\r\n]*/y;
const OPENING = new RegExp(`<${NAME}`, "y");
const ATTRIBUTE = new RegExp(`[ \\t\\r\\n]+${NAME}=(["'])`, "y");
const OPENING_END = /[ \t\r\n]*(\/?)>/y;
const CLOSING = new RegExp(`</${NAME}>`, "y");
const NEWLINE = /\r\n?|\n/g;

/** ASCII without what means something in text or within quotes, and without the ends of both. */
const VALUE = /[ !#-%(-;=-\\^-~]*/y;

const NO_ATTRIBUTES: Attributes = Object.freeze(Object.create(null));

/** An element and the text before it, but for its values: those of attributes, and the texts that are not blank. */
interface Shape {
	/** Finds such an element; its groups are the values. */
	readonly pattern: RegExp;
	readonly parts: readonly Part[];
	readonly newlines: number;
}

type Part =
	| { readonly kind: "blank"; readonly text: string }
	/** The text is the next value. */
	| { readonly kind: "text" }
	/** The next values are those of the attributes. */
	| {
			readonly kind: "open";
			readonly name: string;
			readonly attributes: readonly string[];
			readonly newlines: number;
	  }
	| { readonly kind: "close"; readonly name: string };

/**
 * Reads the elements that a long file consists of, such as points, at a small part of what
 * a parser of all XML costs: one mostly looks like one before it, but for its values. It
 * knows the shapes of plain elements only: ASCII without entities, comments, CDATA sections,
 * instructions, and blanks where hardly anyone puts them. An element is read where it is there
 * to its end and plain throughout; all else, and so all faults, is left to that parser.
 */
export class PlainXml {
	/** Of what was read last. */
	newlines = 0;
	/** The one that fitted last comes first. */
	readonly #shapes: Shape[] = [];
	#shapesMade = 0;
	#elementsRead = 0;

	/**
	 * Reads text and the element after it, from a place on that is within the root and no tag.
	 * Gives where the element ends; null where it is not plain, and the sink has got nothing.
	 */
	read(text: string, from: number, sink: PlainSink): number | null {
		for (let place = 0; place < this.#shapes.length; place++) {
			const shape = this.#shapes[place] as Shape;
			shape.pattern.lastIndex = from;
			const values = shape.pattern.exec(text);
			if (values === null) continue;
			if (place > 0) {
				this.#shapes.splice(place, 1);
				this.#shapes.unshift(shape);
			}
			this.#elementsRead++;
			this.newlines = shape.newlines;
			give(shape.parts, values, sink);
			return from + values[0].length;
		}
		if (this.#shapesMade > MAX_SHAPES + this.#elementsRead / ELEMENTS_A_SHAPE)
			return null;
		const shape = shapeOf(text.slice(from, from + MAX_LENGTH));
		if (shape === null) return null;
		this.#shapesMade++;
		this.#shapes.unshift(shape);
		this.#shapes.length = Math.min(this.#shapes.length, MAX_SHAPES);
		return this.read(text, from, sink);
	}
}

function give(
	parts: readonly Part[],
	values: readonly string[],
	sink: PlainSink,
): void {
	let next = 1;
	for (const part of parts)
		switch (part.kind) {
			case "blank":
				sink.text(part.text);
				break;
			case "text": {
				const text = values[next++] as string;
				if (text !== "") sink.text(text);
				break;
			}
			case "open": {
				let attributes = NO_ATTRIBUTES;
				if (part.attributes.length > 0) {
					const own: Record<string, string> = Object.create(NO_ATTRIBUTES);
					for (const name of part.attributes)
						own[name] = values[next++] as string;
					attributes = own;
				}
				sink.open(part.name, attributes, part.newlines);
				break;
			}
			case "close":
				sink.close(part.name);
				break;
			default:
				throw new Error(`unknown part: ${part satisfies never}`);
		}
}

/** The shape of the element that a text begins with; null where that is not plain, or not there to its end. */
function shapeOf(text: string): Shape | null {
	/** The pattern so far, and from where on the text is still to be put to it. */
	let source = "";
	let literal = 0;
	const parts: Part[] = [];
	const open: string[] = [];
	let at = 0;
	let newlines = 0;
	let counted = 0;
	const pass = (pattern: RegExp): readonly string[] | null => {
		pattern.lastIndex = at;
		const found = pattern.exec(text);
		if (found !== null) at += found[0].length;
		return found;
	};
	const passValue = () => {
		source += `${escaped(text.slice(literal, at))}(${VALUE.source})`;
		pass(VALUE);
		literal = at;
	};
	do {
		const [blanks] = pass(BLANKS) as readonly [string];
		if (text[at] !== "<") {
			at -= blanks.length;
			passValue();
			parts.push({ kind: "text" });
		} else if (blanks !== "")
			parts.push({ kind: "blank", text: blanks.replace(NEWLINE, "\n") });
		const closing = pass(CLOSING);
		if (closing !== null) {
			const [, name = ""] = closing;
			if (open.pop() !== name) return null;
			parts.push({ kind: "close", name: localPart(name) });
			continue;
		}
		const [, name] = pass(OPENING) ?? [];
		if (name === undefined || open.length === MAX_DEPTH) return null;
		const attributes: string[] = [];
		for (let found = pass(ATTRIBUTE); found !== null; found = pass(ATTRIBUTE)) {
			const [, attribute = "", quote] = found;
			if (attributes.includes(attribute)) return null;
			attributes.push(attribute);
			passValue();
			if (text[at++] !== quote) return null;
		}
		const [, slash] = pass(OPENING_END) ?? [];
		if (slash === undefined) return null;
		newlines += countNewlines(text.slice(counted, at));
		counted = at;
		const local = localPart(name);
		parts.push({ kind: "open", name: local, attributes, newlines });
		if (slash === "") open.push(name);
		else parts.push({ kind: "close", name: local });
	} while (open.length > 0);
	source += escaped(text.slice(literal, at));
	newlines += countNewlines(text.slice(counted, at));
	return { pattern: new RegExp(source, "y"), parts, newlines };
}

/** What stands behind the prefix. */
export function localPart(name: string): string {
	return name.slice(name.indexOf(":") + 1);
}

function escaped(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function countNewlines(text: string): number {
	return text.match(NEWLINE)?.length ?? 0;
}
