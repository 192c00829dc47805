import { expect, test } from "vitest";
import {
	askedPauseMs,
	classify,
	NetworkError,
	withRetries,
} from "./failures.ts";
import { packError, unpackError } from "./packed-error.ts";

const POLICY = { attempts: 3, baseMs: 1, maxMs: 2 };

test("work is done again while it fails by the network and tries are left", async () => {
	const retried: number[] = [];
	let tries = 0;
	const work = async () => {
		tries++;
		if (tries < 3) throw new NetworkError("busy");
		return tries;
	};
	const onRetry = (_error: unknown, attempt: number) => retried.push(attempt);
	expect(await withRetries(work, { policy: POLICY, onRetry })).toBe(3);
	expect(retried).toEqual([2, 3]);
	tries = -9;
	await expect(withRetries(work, { policy: POLICY })).rejects.toThrow("busy");
	expect(tries).toBe(-9 + POLICY.attempts);
	const broken = () => {
		tries++;
		throw new RangeError("wrong");
	};
	tries = 0;
	await expect(withRetries(broken, { policy: POLICY })).rejects.toThrow(
		"wrong",
	);
	expect(tries).toBe(1);
});

test("tries are counted anew only when the work has come further than ever", async () => {
	const furthest = async (steps: number[]) => {
		let done = 0;
		let tries = 0;
		await withRetries(
			async () => {
				done = steps[tries] ?? done;
				tries++;
				throw new NetworkError("cut");
			},
			{ policy: POLICY, progress: () => done },
		).catch(() => {});
		return tries;
	};
	expect(await furthest([0, 0, 0])).toBe(3);
	expect(await furthest([1, 2, 3, 4])).toBe(6);
	expect(await furthest([5, 1, 5, 1, 5, 1])).toBe(3);
});

test("a pause is as long as the host asks for", async () => {
	const started = performance.now();
	let tries = 0;
	await withRetries(
		async () => {
			tries++;
			if (tries === 1) throw new NetworkError("busy", 100);
		},
		{ policy: POLICY },
	);
	// A timer may be a little early.
	expect(performance.now() - started).toBeGreaterThanOrEqual(95);
});

test("what a host asks for is known of its own answer, an SDK's and a packed one", () => {
	const busy = new NetworkError("busy", 1500);
	const sdk = Object.assign(new Error("SlowDown"), {
		$response: { headers: { "retry-after": "3" } },
	});
	expect(askedPauseMs(busy)).toBe(1500);
	expect(askedPauseMs(sdk)).toBe(3000);
	expect(askedPauseMs(new Error("x", { cause: sdk }))).toBe(3000);
	for (const error of [busy, sdk])
		expect(askedPauseMs(unpackError(packError(error)))).toBe(
			askedPauseMs(error),
		);
	expect(askedPauseMs(new NetworkError("busy", 1e9))).toBe(600_000);
	expect(askedPauseMs(new Error("x"))).toBe(0);
	expect(askedPauseMs("x")).toBe(0);
});

test("an error has the class of its name, code or cause", () => {
	const withCode = (code: string) => Object.assign(new Error("x"), { code });
	expect(classify(new NetworkError("x"))).toBe("network");
	expect(classify(new TypeError("x", { cause: withCode("ECONNRESET") }))).toBe(
		"network",
	);
	expect(classify(withCode("ENOSPC"))).toBe("unknown");
	expect(classify("x")).toBe("unknown");
});
