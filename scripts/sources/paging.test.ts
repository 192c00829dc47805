import { expect, test } from "vitest";
import { nextAddress, nextInJson, nextInLinkHeader } from "./paging.ts";

const next = (page: unknown, path: string) =>
	nextInJson(page, { kind: "next", path });

test("the next page stands at a path of members, whose names may hold dots", () => {
	expect(next({ links: { next: "/2" } }, "links.next")).toBe("/2");
	expect(next({ "@odata.nextLink": "/2" }, "@odata.nextLink")).toBe("/2");
	expect(next({ "a.b": { "c.d": 5 } }, "a.b.c.d")).toBe("5");
	expect(next({ pages: [{ next: "x" }] }, "pages.0.next")).toBe("x");
});

test("a page without a next one is the last", () => {
	for (const page of [{}, { links: {} }, { links: null }, [], 1, null])
		expect(next(page, "links.next")).toBeNull();
	expect(next({ links: { next: null } }, "links.next")).toBeNull();
	expect(next({ links: { next: "" } }, "links.next")).toBeNull();
	expect(() => next({ links: { next: {} } }, "links.next")).toThrow(
		"links.next is no text or number: check the source's paging",
	);
});

test("Link headers name the next page among others", () => {
	const header =
		'<https://data.example/?page=1>; rel="prev", </?page=3>; rel="next"';
	expect(nextInLinkHeader(header)).toBe("/?page=3");
	expect(nextInLinkHeader('</?page=1>; rel="prev"')).toBeNull();
	expect(nextInLinkHeader(null)).toBeNull();
	expect(() => nextInLinkHeader("nonsense")).toThrow("Link cannot be read");
});

test("links are relative to their page, cursors replace a parameter of the first", () => {
	const first = "https://data.example/a?rows=5&cursor=0";
	expect(
		nextAddress(
			{ kind: "link-header" },
			"?page=3",
			first,
			"https://b.example/c",
		),
	).toBe("https://b.example/c?page=3");
	expect(
		nextAddress(
			{ kind: "cursor", path: "c", parameter: "cursor" },
			"x&y",
			first,
			"https://b.example/c",
		),
	).toBe("https://data.example/a?rows=5&cursor=x%26y");
	expect(() =>
		nextAddress({ kind: "link-header" }, "file:///etc/x", first, first),
	).toThrow("no address of the web");
});
