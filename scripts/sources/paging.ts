import LinkHeader from "http-link-header";
import { SourceError } from "./source-error.ts";
import type { Paging } from "./source-settings.ts";

/** What a page of JSON says of the next one: an address or a cursor; null for the last page. */
export function nextInJson(
	page: unknown,
	paging: Exclude<Paging, { kind: "link-header" }>,
): string | null {
	const value = member(page, paging.path) ?? "";
	if (typeof value !== "string" && typeof value !== "number")
		throw new SourceError(
			`${paging.path} is no text or number: check the source's paging`,
		);
	return value === "" ? null : `${value}`;
}

/** The same of a header `Link`, null without. */
export function nextInLinkHeader(value: string | null): string | null {
	if (value === null) return null;
	try {
		return LinkHeader.parse(value).rel("next")[0]?.uri ?? null;
	} catch {
		throw new SourceError(
			"the header Link cannot be read: check the source's paging",
		);
	}
}

/** Address of the page that another page leads to. `first` and `current` are their addresses. */
export function nextAddress(
	paging: Paging,
	next: string,
	first: string,
	current: string,
): string {
	if (paging.kind === "cursor") {
		const url = new URL(first);
		url.searchParams.set(paging.parameter, next);
		return url.href;
	}
	const url = URL.parse(next, current);
	if (url === null || !/^https?:$/.test(url.protocol))
		throw new SourceError(
			"what a page names as the next one is no address of the web: check the source's paging",
		);
	return url.href;
}

/**
 * The member at a path of names. A name may itself hold dots (`@odata.nextLink`), so
 * that the longest that fits is taken. Undefined where there is none.
 */
function member(value: unknown, path: string): unknown {
	if (typeof value !== "object" || value === null) return undefined;
	if (Object.hasOwn(value, path))
		return (value as Record<string, unknown>)[path];
	for (
		let dot = path.lastIndexOf(".");
		dot > 0;
		dot = path.lastIndexOf(".", dot - 1)
	) {
		const name = path.slice(0, dot);
		if (Object.hasOwn(value, name))
			return member(
				(value as Record<string, unknown>)[name],
				path.slice(dot + 1),
			);
	}
	return undefined;
}
