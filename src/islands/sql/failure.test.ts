import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { expect, test } from "vitest";
import type { ScanSummary } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { tableContract } from "../../lib/catalog/tables.ts";
import { FailureCard } from "./failure.tsx";

const flights: CatalogTable = {
	...tableContract("flights"),
	rows: 3_000_000,
	files: 2,
	rowGroups: 59,
	bytes: 20_000_000,
	manifest: { path: "", bytes: 0, blocks: [] },
};
const scan: ScanSummary = {
	table: "flights",
	columns: ["origin"],
	filters: [{ text: "contains(origin, 'A')", prunes: false }],
	rowGroups: 59,
	rowGroupsTotal: 59,
	bytes: 20_000_000,
};

function card(name: string, message: string, scans: readonly ScanSummary[]) {
	return renderToString(
		h(FailureCard, {
			failure: { name, problem: { text: message, place: null } },
			scans,
			tables: [flights],
			onShow: () => {},
			onRetry: () => {},
		}),
	);
}

test("over the budget, the card says the price and what to narrow", () => {
	const html = card("OverBudgetError", "the query reads 20 MB", [scan]);
	expect(html).toContain("The query reads 20 MB.");
	expect(html).toContain("59 of 59 row groups, 20 MB");
	expect(html).toContain("Compare date of flights with a literal");
	expect(html).toContain("does not prune");
});

test("what is not supported keeps the engine's way round, and no advice of ours", () => {
	const html = card("UnsupportedError", "json needs an extension: use …", [
		scan,
	]);
	expect(html).toContain("Json needs an extension: use …");
	expect(html).not.toContain("Compare date");
});

test("what may pass offers to try again, what stays wrong does not", () => {
	for (const name of ["FetchError", "Error"])
		expect(card(name, "no answer", [])).toContain("Try again");
	for (const name of ["SqlError", "UnsupportedError", "OverBudgetError"])
		expect(card(name, "no such table", [])).not.toContain("Try again");
});
