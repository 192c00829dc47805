/** HTML that shows the map of rides in another page, as the visitor sees it: `address` is the page's own. */
export function embedSnippet(address: string, siteRoot: string): string {
	const { search } = new URL(address);
	const source = new URL(`rides/embed/${search}`, siteRoot).href;
	return `<iframe src="${escaped(source)}" title="Map of rides" width="100%" height="480" style="border: 0" loading="lazy" allow="fullscreen"></iframe>`;
}

function escaped(text: string): string {
	return text
		.replaceAll("&", "&amp;")
		.replaceAll('"', "&quot;")
		.replaceAll("<", "&lt;");
}
