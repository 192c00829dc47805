import { expect, test } from "vitest";
import type { ScanSummary } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { TABLES } from "../../lib/catalog/tables.ts";
import {
	changeSentence,
	narrowings,
	outcome,
	priceSentence,
	progressWords,
} from "./words.ts";

const scan: ScanSummary = {
	table: "flights",
	columns: ["origin", "delay"],
	filters: [],
	rowGroups: 4,
	rowGroupsTotal: 59,
	bytes: 5_550_000,
};

const tables = TABLES.map(
	(table): CatalogTable => ({
		...table,
		rows: 1,
		files: 1,
		rowGroups: 59,
		bytes: 1,
		manifest: { path: "", bytes: 0, blocks: [] },
	}),
);

test("a price is one sentence with its units", () => {
	const price = {
		cost: { files: 1, rowGroups: 4, requests: 2, bytes: 5_550_000 },
		scans: [scan],
		slices: null,
		refusal: null,
	};
	expect(priceSentence(price)).toBe(
		"Reads up to 5.55 MB: 4 of 59 row groups in 1 file, 2 requests",
	);
	expect(priceSentence({ ...price, slices: 12 })).toMatch(
		/^Larger than memory may hold, so in about 12 slices: reads up to 5.55 MB: /,
	);
	const cost = { files: 0, rowGroups: 0, requests: 0, bytes: 0 };
	expect(priceSentence({ ...price, cost, scans: [] })).toBe(
		"Reads nothing of the lake",
	);
});

test("an outcome counts rows and time", () => {
	expect(outcome(1, 85)).toBe("1 row in 85 ms");
	expect(outcome(1234, 420)).toBe("1,234 rows in 420 ms");
	expect(outcome(0, 1500)).toBe("0 rows in 1.5 s");
});

test("progress tells how far it is where that is known", () => {
	expect(
		progressWords({ stage: "fetch", bytes: 1_000_000, totalBytes: 4_000_000 }),
	).toStrictEqual({ text: "Fetching 1 MB of 4 MB", done: 0.25 });
	expect(
		progressWords({ stage: "fetch", bytes: 10, totalBytes: 0 }),
	).toStrictEqual({ text: "Fetching 10 B", done: null });
	expect(
		progressWords({
			stage: "slice",
			slice: 3,
			slices: 12,
			rows: 2_500_000,
			totalRows: 10_000_000,
		}),
	).toStrictEqual({
		text: "Slice 3 of 12: 2,500,000 of 10,000,000 rows",
		done: 0.25,
	});
	expect(progressWords({ stage: "run" }).done).toBeNull();
});

test("advice names the key that prunes and only what is not done yet", () => {
	const whole = { ...scan, rowGroups: 59 };
	expect(narrowings([whole], tables).join(" ")).toContain("Compare date");
	expect(narrowings([scan], tables)).toStrictEqual([]);
	const wide = {
		...scan,
		columns: ["date", "delay", "distance", "origin", "destination"],
	};
	expect(narrowings([wide], tables).join(" ")).toContain("all 5 are read");
	const cells = { ...whole, table: "ride_cells" };
	expect(narrowings([cells], tables).join(" ")).toContain("Compare level");
	expect(narrowings([{ ...whole, table: "unheard" }], tables)).toStrictEqual(
		[],
	);
});

test("a change of one's own is told in a sentence", () => {
	const change = { action: "made", kind: "table", name: "x", rows: 1 } as const;
	expect(changeSentence(change)).toBe("Table x made: 1 row");
	expect(changeSentence({ ...change, kind: "view", rows: null })).toBe(
		"View x made",
	);
	expect(changeSentence({ ...change, action: "filled", rows: 1200 })).toBe(
		"1,200 rows inserted into table x",
	);
	expect(changeSentence({ ...change, action: "dropped", rows: null })).toBe(
		"Table x dropped",
	);
});

test("an engine that is here whole is starting, not being fetched", () => {
	const of = (bytes: number) =>
		progressWords({ stage: "engine", bytes, totalBytes: 2000 });
	expect(of(500)).toEqual({
		text: "Fetching the engine: 500 B of 2 kB",
		done: 0.25,
	});
	expect(of(2000)).toEqual({ text: "Starting the engine", done: null });
});
