import type { Page } from "@playwright/test";
import { afterEach, beforeEach } from "vitest";

/**
 * Everything that a page complains of from now on: errors and warnings in its
 * console (violations of its policy among them), faults of the network, requests
 * to anything but the site itself and the addresses that are allowed.
 */
export function complaintsOf(
	page: Page,
	root: string,
	allowed: readonly string[] = [],
): string[] {
	const complaints: string[] = [];
	page.on("console", (message) => {
		const text = message.text();
		// The software rasteriser's remark on its own speed, where there is no GPU.
		if (text.includes("GL Driver Message (OpenGL, Performance")) return;
		if (["error", "warning"].includes(message.type()))
			complaints.push(`${message.type()}: ${text}`);
	});
	page.on("pageerror", (error) => complaints.push(`uncaught: ${error}`));
	page.on("requestfailed", (request) => {
		// Leaving a page ends what it was fetching.
		if (request.failure()?.errorText !== "net::ERR_ABORTED")
			complaints.push(`failed: ${request.url()}`);
	});
	page.on("response", (response) => {
		if (response.status() >= 400)
			complaints.push(`${response.status()}: ${response.url()}`);
	});
	page.on("request", (request) => {
		const url = request.url();
		const isOurs = [root, "blob:", "data:", ...allowed].some((start) =>
			url.startsWith(start),
		);
		if (!isOurs) complaints.push(`outside the site: ${url}`);
	});
	return complaints;
}

/**
 * Has the tests beside this call, which share a page, leave nothing in its list of
 * complaints where a try of them fails: the next try shows whether that was the page's
 * fault. Who looks at the list in a test of its own lets it have one try.
 */
export function forgetFailedTries(complaints: () => string[]): void {
	let before = 0;
	beforeEach(() => {
		before = complaints().length;
	});
	afterEach(({ task }) => {
		if (task.result?.state === "fail") complaints().length = before;
	});
}
