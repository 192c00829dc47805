import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OwnKind } from "../../lib/sql/own-files.ts";

const engine = vi.hoisted(() => ({
	priceQuery: vi.fn(),
	queryLake: vi.fn(),
}));
vi.mock("../shared/engine/engine.ts", async () => {
	const { signal } = await import("@preact/signals");
	return {
		...engine,
		engineState: signal({ kind: "ready", version: "any" }),
	};
});
const { Workbench } = await import("./workbench.ts");

beforeEach(() => {
	vi.useFakeTimers();
	engine.priceQuery.mockReset().mockResolvedValue({ scans: [] });
	engine.queryLake.mockReset();
});
afterEach(() => {
	vi.useRealTimers();
});

function closedRides() {
	const missing = signal<readonly OwnKind[]>(["rides"]);
	const opening = Promise.withResolvers<void>();
	let openings = 0;
	return {
		missing,
		opening,
		openings: () => openings,
		missingIn: (sql: string) => (sql.includes("own") ? missing.value : []),
		openIn: () => {
			openings += 1;
			return opening.promise;
		},
	};
}

test("no price opens the visitor's own data; it comes once they are open", async () => {
	const own = closedRides();
	const workbench = new Workbench("FROM own", own);
	await vi.advanceTimersByTimeAsync(1000);
	workbench.text.value = "FROM own LIMIT 1";
	await vi.advanceTimersByTimeAsync(1000);
	expect(workbench.price.value).toEqual({ kind: "unopened", own: ["rides"] });
	expect(own.openings()).toBe(0);
	expect(engine.priceQuery).not.toHaveBeenCalled();
	own.missing.value = [];
	await vi.advanceTimersByTimeAsync(1000);
	expect(workbench.price.value.kind).toBe("known");
});

test("a run can be cancelled while the visitor's own data are being opened", async () => {
	const own = closedRides();
	const workbench = new Workbench("FROM own", own);
	const run = workbench.run();
	expect(own.openings()).toBe(1);
	expect(workbench.cancel()).toBe(true);
	await run;
	expect(workbench.status.value.kind).toBe("cancelled");
	expect(engine.queryLake).not.toHaveBeenCalled();
});

test("what is forgotten shows no more, nor does what is on its way", async () => {
	const answer = { columns: [], plan: {}, change: null, version: "any" };
	const table = { numRows: 0, schema: { fields: [] }, batches: [] };
	engine.queryLake.mockResolvedValueOnce({ table, answer });
	const workbench = new Workbench("SELECT 1");
	await workbench.run();
	expect(workbench.answer.value).not.toBeNull();
	engine.queryLake.mockImplementationOnce(
		(_, { signal }: { readonly signal: AbortSignal }) =>
			new Promise((_, reject) =>
				signal.addEventListener("abort", () =>
					reject(Object.assign(new Error(), { name: "CancelledError" })),
				),
			),
	);
	const run = workbench.run();
	await vi.advanceTimersByTimeAsync(0);
	workbench.forget();
	await run;
	expect(workbench.answer.value).toBeNull();
	expect(workbench.status.value.kind).toBe("cancelled");
});
