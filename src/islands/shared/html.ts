import { type ComponentChild, Fragment, h } from "preact";
import { renderToString } from "preact-render-to-string";

/** A view as HTML text, for pages drawn at build time. */
export function htmlOf(view: ComponentChild): string {
	return renderToString(h(Fragment, null, view));
}
