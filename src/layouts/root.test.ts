import { expect, test } from "vitest";
import { rootOf } from "./root.ts";

test("the root of a page leads back to the site's root", () => {
	for (const path of ["/", "/rides/", "/a/b/"]) {
		const url = new URL(path, "https://x.org");
		expect(new URL(rootOf(url), url).pathname).toBe("/");
	}
});
