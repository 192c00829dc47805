import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type axe from "axe-core";

/** What axe finds wrong with a page as it stands: rule and elements. */
export async function violationsOf(page: Page): Promise<string[]> {
	const { resolve } = createRequire(import.meta.url);
	// Through the protocol, which the page's policy does not bind.
	await page.evaluate(await readFile(resolve("axe-core"), "utf8"));
	const { violations } = await page.evaluate(() =>
		(window as unknown as { axe: typeof axe }).axe.run(),
	);
	return violations.map(
		({ id, nodes }) =>
			`${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary}`).join("; ")}`,
	);
}
