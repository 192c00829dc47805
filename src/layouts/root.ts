/**
 * The way from a page to the site's root, relative, so that the site works under
 * any base path: `/` gives `./`, `/rides/` gives `../`.
 */
export function rootOf(url: URL): string {
	const depth = url.pathname.split("/").filter((part) => part !== "").length;
	return depth === 0 ? "./" : "../".repeat(depth);
}
