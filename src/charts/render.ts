import * as Plot from "@observablehq/plot";

export interface PlotLabels {
	/** Name of the picture, in a few words. */
	readonly label: string;
	/** What the picture says, in sentences. */
	readonly description: string;
	/** Where the elements are made: linkedom's at build time, else the window's. */
	readonly document?: Document;
}

/** A rendered plot; `scale` gives Plot's scales back, for reading points off it. */
export type RenderedPlot = (SVGSVGElement | HTMLElement) & {
	scale(name: Plot.ScaleName): Plot.Scale | undefined;
};

/**
 * Draws a plot that a page with `style-src 'self'` can hold, as HTML or as an
 * element: Plot's `<style>` and `style` attributes are taken out (`charts.css`
 * holds the constant rules, under the class `plot`), its font is the page's.
 * The svg is one image with a label and a description. They are an attribute
 * and a `<desc>`, since browsers show a `<title>` as a tooltip over the whole
 * picture; labels on Plot's inner groups go, since ARIA allows none there.
 * Marks that clip are not supported: Plot numbers their ids per page.
 */
export function plotSvg(
	options: Plot.PlotOptions,
	{ label, description, document = globalThis.document }: PlotLabels,
): RenderedPlot {
	const figure = Plot.plot({
		...options,
		className: "plot",
		document,
	}) as unknown as RenderedPlot;
	const svg =
		figure.localName === "svg" ? figure : figure.querySelector("svg.plot");
	if (svg === null) throw new Error("the plot holds no svg");
	for (const element of [...figure.querySelectorAll("style")]) element.remove();
	for (const element of [figure, ...figure.querySelectorAll("[style]")])
		element.removeAttribute("style");
	for (const name of ["aria-label", "aria-description"])
		for (const element of [...figure.querySelectorAll(`[${name}]`)])
			element.removeAttribute(name);
	svg.removeAttribute("font-family");
	svg.setAttribute("font-size", "12");
	svg.setAttribute("preserveAspectRatio", "xMinYMin meet");
	svg.setAttribute("role", "img");
	svg.setAttribute("aria-label", label);
	const desc = document.createElementNS("http://www.w3.org/2000/svg", "desc");
	desc.textContent = description;
	svg.prepend(desc);
	return figure;
}
