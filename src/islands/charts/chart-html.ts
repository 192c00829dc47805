import type { PlotOptions } from "@observablehq/plot";
import { createContext } from "preact";

/** Draws as HTML text where there is no document: `plotHtml`, given at build time. */
export const ChartHtml = createContext<
	| ((
			options: PlotOptions,
			labels: { label: string; description: string },
	  ) => string)
	| null
>(null);
