import { expect, test } from "vitest";
import { htmlText } from "./html-text.ts";

test.each([
	["<p>Hello <b>you</b></p><p>two<br />lines</p>", "Hello you\n\ntwo\nlines"],
	["a &amp;lt; b &#39;c&#39; &#x1F600; &copy;", "a &lt; b 'c' 😀 &copy;"],
	["1 < 2 and 3 > 2", "1 < 2 and 3 > 2"],
	["<script>alert('#no')</script><!-- #no -->yes", "yes"],
	["<a href='x' onclick=\"evil()\">#tag</a>", "#tag"],
	["cut <a href=", "cut <a href="],
	[
		"&constructor; &toString; &__proto__;",
		"&constructor; &toString; &__proto__;",
	],
	["<br/>a<br>b<BR class=x>c<br\n/>d<brr>e</P\n>f", "a\nb\nc\nde\n\nf"],
	["&#xD800;&#0;", "\uFFFD&#0;"],
	[
		'<a href="https://x.org/a/b"><span class="invisible">https://</span><span class="ellipsis">x.org/a</span><span class="invisible">/b</span></a>',
		"https://x.org/a/b",
	],
])("%s", (html, text) => {
	expect(htmlText(html)).toBe(text);
});

test("takes time in step with the length, whatever is left open", () => {
	const pieces = ["<a", "<!--", "<script>", "&", "<a href='", "</"];
	for (const html of [
		...pieces.map((piece) => piece.repeat(200_000)),
		...["<a", "<a ", "</a/", "&a", "&#1"].map((start) =>
			start.padEnd(100_000, "a"),
		),
	]) {
		const before = process.cpuUsage();
		htmlText(html);
		const { user, system } = process.cpuUsage(before);
		expect(user + system).toBeLessThan(2e6);
	}
});
