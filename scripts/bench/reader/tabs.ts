import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "@playwright/test";
import { launch } from "../../../tests/browser.ts";
import type { ReaderPage } from "../pages/reader.ts";

declare const page: ReaderPage;

const READING_MILLISECONDS = 2000;

/** As long as a visitor takes to read a page, or an answer, before a question; all sides have the same time. */
export function read(): Promise<void> {
	return sleep(READING_MILLISECONDS);
}

/** Runs in a browser that has seen nothing, so that no cache answers. */
export async function inFreshTab<T>(
	pageUrl: string,
	work: (tab: Page) => Promise<T>,
): Promise<T> {
	const browser = await launch();
	try {
		const tab = await browser.newPage();
		await tab.goto(pageUrl);
		await tab.waitForFunction(() => "page" in window);
		return await work(tab);
	} finally {
		await browser.close();
	}
}

/** Opens our engine on a lake, with connections to its host that are warm. */
export function openOurs(tab: Page, lakeUrl: string): Promise<void> {
	return tab.evaluate(async (url) => {
		await page.openOurs(url);
		await page.openConnections(`${url}catalog.json`);
	}, lakeUrl);
}

/** Fetches and compiles our engine, with whatever lake. */
export function startOurs(tab: Page, lakeUrl: string): Promise<void> {
	return tab.evaluate((url) => page.openOurs(url), lakeUrl);
}

/** Milliseconds from a lake's address to the price of a first query. */
export function openAndPrice(
	tab: Page,
	lakeUrl: string,
	sql: string,
): Promise<number> {
	return tab.evaluate(([url, text]) => page.openAndPrice(url, text), [
		lakeUrl,
		sql,
	] as const);
}

export function askOurs(tab: Page, sql: string) {
	return tab.evaluate((text) => page.askOurs(text), sql);
}

export function openPeer(tab: Page, folderUrl: string): Promise<void> {
	return tab.evaluate((url) => page.openPeer(url), folderUrl);
}

export function askPeer(tab: Page, sql: string) {
	return tab.evaluate((text) => page.askPeer(text), sql);
}

/** Opens DuckDB-WASM as it stands, with the answer to a query of ours as a table. */
export function openPlain(
	tab: Page,
	folderUrl: string,
	sql: string,
	name: string,
): Promise<void> {
	return tab.evaluate(
		([url, text, table]) => page.openPlain(url, text, table),
		[folderUrl, sql, name] as const,
	);
}

export function askPlain(tab: Page, sql: string) {
	return tab.evaluate((text) => page.askPlain(text), sql);
}

/** Milliseconds of a plain fetch of so many bytes. */
export function fetchPlainly(
	tab: Page,
	url: string,
	bytes: number,
): Promise<number> {
	return tab.evaluate(
		async ([address, length]) => {
			await page.openConnections(address);
			return page.fetchRange(address, length);
		},
		[url, bytes] as const,
	);
}

export function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = sorted[Math.floor(sorted.length / 2)];
	if (middle === undefined) throw new Error("the median of nothing");
	return middle;
}
