import type { Locator, Page } from "@playwright/test";

export function sqlEditor(page: Page): Locator {
	return page.getByRole("textbox", { name: "SQL" });
}

/** Puts a text into the editor, in place of the one that is there. */
export async function writeSql(page: Page, sql: string): Promise<void> {
	await sqlEditor(page).focus();
	await page.keyboard.press("Control+a");
	await page.keyboard.insertText(sql);
}

/** Writes and runs by keyboard alone. Ends when the page shows what came of this very run. */
export async function runSql(page: Page, sql: string): Promise<void> {
	await writeSql(page, sql);
	await runBy(page, () => page.keyboard.press("Control+Enter"));
}

/** Does what starts a run, and waits for its end: an answer, a failure, or that it was cancelled. */
export async function runBy(
	page: Page,
	start: () => Promise<void>,
): Promise<void> {
	// The page hears keys once its editor is there.
	await sqlEditor(page).waitFor();
	const results = page.locator(".sql-results");
	const ended = Number(await results.getAttribute("data-runs-ended"));
	await start();
	await page
		.locator(`.sql-results[data-runs-ended="${ended + 1}"][aria-busy=false]`)
		.waitFor();
}

/** What the page says of the last run that ended: how many rows in what time, for one, or why it failed. */
export async function outcomeOf(page: Page): Promise<string> {
	const said = await page.locator(".sql-outcome").textContent();
	return (await failureOf(page)) ?? said ?? "";
}

/** Why the last run failed; null where it did not. */
export async function failureOf(page: Page): Promise<string | null> {
	const failure = page.locator(".failure-text");
	return (await failure.count()) === 0 ? null : failure.textContent();
}

/** The cells in view of the last answer, row by row. */
export function cellsOf(page: Page): Promise<string[]> {
	return page.locator(".grid-body .grid-cell").allInnerTexts();
}

/** The price of the text that is in the editor now. */
export async function priceOf(page: Page): Promise<string> {
	const price = page.locator(".sql-price p[aria-busy=false]");
	await price.waitFor();
	return (await price.textContent()) ?? "";
}
