import { expect, test } from "vitest";
import { htmlText } from "./html-text.ts";

test.each([
	["<p>Hello <b>you</b></p><p>two<br />lines</p>", "Hello you\n\ntwo\nlines"],
	["a &amp;lt; b &#39;c&#39; &#x1F600; &copy;", "a &lt; b 'c' 😀 &copy;"],
	["1 < 2 and 3 > 2", "1 < 2 and 3 > 2"],
	["<script>alert('#no')</script><!-- #no -->yes", "yes"],
	["<a href='x' onclick=\"evil()\">#tag</a>", "#tag"],
	["cut <a href=", "cut <a href="],
	["&#xD800;&#0;", "\uFFFD&#0;"],
	[
		'<a href="https://x.org/a/b"><span class="invisible">https://</span><span class="ellipsis">x.org/a</span><span class="invisible">/b</span></a>',
		"https://x.org/a/b",
	],
])("%s", (html, text) => {
	expect(htmlText(html)).toBe(text);
});

test("takes time in step with the length, whatever is left open", () => {
	for (const piece of ["<a", "<!--", "<script>", "&", "<a href='", "</"]) {
		const html = piece.repeat(200_000);
		const start = performance.now();
		htmlText(html);
		expect(performance.now() - start).toBeLessThan(2000);
	}
});
