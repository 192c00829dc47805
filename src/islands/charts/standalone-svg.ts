import { textWidthEm, wrapped } from "../../lib/text/text-width.ts";
import { allowedXml } from "../../lib/text/xml-text.ts";

const SVG = "http://www.w3.org/2000/svg";
const FONT = "Inter, system-ui, sans-serif";
const MARGIN = 16;
const LINE_HEIGHT = 20;
const TITLE_GAP = 6;

/** What the page's style sheets say of a picture's elements, as attributes of their own. */
const STYLED = [
	...["fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width"],
	...["opacity", "font-size", "font-weight"],
];

/** A picture as a document of its own. */
export interface StandaloneSvg {
	readonly text: string;
	/** In pixels. */
	readonly width: number;
	readonly height: number;
}

/**
 * The picture of a figure with its title, subtitle, legend and source, in the
 * colours that show now, without anything of the page's. Throws where the figure
 * shows no picture.
 */
export function standaloneSvg(figure: HTMLElement): StandaloneSvg {
	const drawn = figure.querySelector<SVGSVGElement>("svg[role=img], svg.drawn");
	if (drawn === null) throw new Error("nothing is drawn here yet");
	const box = drawn.getBoundingClientRect();
	const width = Math.ceil(box.width) + 2 * MARGIN;
	const root = document.createElementNS(SVG, "svg");
	const style = getComputedStyle(figure);
	const background = document.createElementNS(SVG, "rect");
	root.append(background);

	let top = MARGIN;
	const write = (
		text: string,
		options: { size: number; weight?: number; color: string; x?: number },
	) => {
		const line = document.createElementNS(SVG, "text");
		line.textContent = text;
		set(line, {
			x: options.x ?? MARGIN,
			y: top + options.size,
			fill: options.color,
			"font-size": options.size,
			"font-weight": options.weight ?? 400,
		});
		root.append(line);
	};
	/** As many lines as the picture's width asks for. */
	const writeAll = (
		text: string,
		look: { size: number; weight?: number; color: string },
	) => {
		for (const line of wrapped(text, box.width / look.size)) {
			write(line, look);
			top += LINE_HEIGHT;
		}
	};
	const quiet = colorOf(figure.querySelector(".provenance")) ?? style.color;
	const title = textOf(figure.querySelector(".figure-title"));
	writeAll(title, { size: 16, weight: 650, color: style.color });
	if (title !== "") top += TITLE_GAP;
	const subtitle = textOf(figure.querySelector(".figure-subtitle"));
	writeAll(subtitle, { size: 12, color: quiet });
	let x = MARGIN;
	for (const item of figure.querySelectorAll(".legend li")) {
		const swatch = item.querySelector(".legend-swatch");
		if (swatch === null) continue;
		const label = textOf(item);
		const length = 24 + Math.ceil(textWidthEm(label) * 12) + 12;
		if (x + length > width && x > MARGIN) {
			x = MARGIN;
			top += LINE_HEIGHT;
		}
		const mark = document.createElementNS(SVG, "rect");
		set(mark, {
			x,
			y: top + 3,
			width: 16,
			height: 10,
			rx: 2,
			fill: plainColor(getComputedStyle(swatch).backgroundColor),
		});
		root.append(mark);
		write(label, { size: 12, color: quiet, x: x + 22 });
		x += length;
	}
	if (x > MARGIN) top += LINE_HEIGHT;

	const picture = bare(drawn);
	set(picture, {
		x: MARGIN,
		y: top,
		width: Math.ceil(box.width),
		height: Math.ceil(box.height),
	});
	root.append(picture);
	for (const shade of figure.querySelectorAll(".brush-window")) {
		const area = shade.getBoundingClientRect();
		const mark = document.createElementNS(SVG, "rect");
		set(mark, {
			x: MARGIN + area.x - box.x,
			y: top + area.y - box.y,
			width: area.width,
			height: area.height,
			fill: plainColor(getComputedStyle(shade).backgroundColor),
		});
		root.append(mark);
	}
	top += Math.ceil(box.height) + 8;

	const source = [...figure.querySelectorAll(".provenance > span")]
		.map(textOf)
		.slice(0, 3)
		.join(" · ");
	writeAll(source, { size: 11, color: quiet });
	const height = top + MARGIN / 2;
	set(root, {
		width,
		height,
		viewBox: `0 0 ${width} ${height}`,
		"font-family": FONT,
	});
	set(background, {
		width,
		height,
		fill: plainColor(
			getComputedStyle(document.documentElement).backgroundColor,
		),
	});
	// A serializer writes a tag's control characters as they are.
	const text = allowedXml(new XMLSerializer().serializeToString(root));
	return { text, width, height };
}

/** A copy that looks the same without a style sheet, and does nothing. */
function bare(drawn: SVGSVGElement): SVGSVGElement {
	const copy = drawn.cloneNode(true) as SVGSVGElement;
	const copies = [...copy.querySelectorAll("*")];
	for (const [index, element] of [...drawn.querySelectorAll("*")].entries()) {
		const target = copies[index];
		if (target === undefined) continue;
		const style = getComputedStyle(element);
		for (const name of STYLED)
			target.setAttribute(name, plainColor(style.getPropertyValue(name)));
		for (const name of ["class", "role", "tabindex"])
			target.removeAttribute(name);
		if (!(element instanceof SVGTextElement)) continue;
		target.setAttribute("xml:space", "preserve");
		// Elsewhere the page's font may be missing: words keep their lengths in another.
		if (element.childElementCount > 0 || element.textContent === "") continue;
		set(target as SVGElement, {
			textLength: element.getComputedTextLength(),
			lengthAdjust: "spacingAndGlyphs",
		});
	}
	copy.removeAttribute("class");
	copy.setAttribute("fill", plainColor(getComputedStyle(drawn).color));
	return copy;
}

/** Colours of mixes as older programs know them: `rgba(…)` for `color(srgb …)`. */
function plainColor(color: string): string {
	const [, red, green, blue, alpha = "1"] =
		/^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(
			color,
		) ?? [];
	if (red === undefined) return color;
	const byte = (part: string | undefined) => Math.round(Number(part) * 255);
	return `rgba(${byte(red)}, ${byte(green)}, ${byte(blue)}, ${alpha})`;
}

function set(
	element: SVGElement,
	attributes: Readonly<Record<string, string | number>>,
): void {
	for (const [name, value] of Object.entries(attributes))
		element.setAttribute(name, String(value));
}

const textOf = (element: Element | null) =>
	element?.textContent?.replace(/\s+/g, " ").trim() ?? "";

const colorOf = (element: Element | null) =>
	element === null ? null : getComputedStyle(element).color;
