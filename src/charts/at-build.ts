import type { PlotOptions } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type PlotLabels, plotSvg } from "./render.ts";

/** Draws a plot as HTML text under Node, for pages that carry their first chart. */
export function plotHtml(
	options: PlotOptions,
	labels: Omit<PlotLabels, "document">,
): string {
	const { document } = parseHTML("<!doctype html><html><body></body></html>");
	return plotSvg(options, { ...labels, document }).outerHTML;
}
