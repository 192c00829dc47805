import { expect, test } from "vitest";
import { withRelativeLinks, withRelativeUrls } from "./relative-links.ts";

const ADDRESSES = ["/", "/_a/x.js", "/rides/", "/a/b/c/d.png"];
const PAGES = ["index.html", "rides/index.html", "a/b/index.html", "404.html"];

test("a relative link leads, under any base, where the link from the root led", () => {
	for (const page of PAGES)
		for (const address of ADDRESSES) {
			const html = withRelativeLinks(`<a href="${address}">`, page);
			const href = /href="([^"]*)"/.exec(html)?.[1] ?? "";
			for (const base of ["https://x.org/", "https://x.org/deep/base/"])
				expect(new URL(href, new URL(page, base)).href).toBe(
					new URL(address.slice(1), base).href,
				);
		}
});

test("links that are relative, absolute or to another host stay as they are", () => {
	const html =
		'<a href="./x"><a href="https://x.org/"><img src="//x.org/y"><a href="#z">';
	expect(withRelativeLinks(html, "rides/index.html")).toBe(html);
});

test("a style sheet names its fonts from where it lies", () => {
	expect(
		withRelativeUrls(
			"a{src:url(/_a/f.woff2)}b{src:url('/x.png')}c{src:url(#d)}",
			"_a/s.css",
		),
	).toBe("a{src:url(./f.woff2)}b{src:url('../x.png')}c{src:url(#d)}");
});
