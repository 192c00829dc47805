import { expect, test } from "vitest";
import {
	BasemapRequestError,
	BasemapRequests,
	isWithoutFonts,
} from "./basemap-requests.ts";

const HERE = "https://tiles.example/1/0/0.pbf";
const THERE = "https://fonts.example/sans/0-255.pbf";

/** Requests in a world of our own, what they told, and what was asked. */
function world() {
	const state = { isOnline: true, now: 0 };
	const told: unknown[] = [];
	const asked: string[] = [];
	const requests = new BasemapRequests((trouble) => told.push(trouble), {
		isOnline: () => state.isOnline,
		now: () => state.now,
	});
	const ask = (address: string, fault?: Error) =>
		requests
			.guard(address, async () => {
				asked.push(address);
				if (fault !== undefined) throw fault;
				return "came";
			})
			.catch((error: Error) => error.name);
	return { state, told, asked, requests, ask };
}

const status = (code: number) => new BasemapRequestError("no", code);

test("a host without an answer is left alone for a while, and others are not", async () => {
	const { state, told, asked, ask } = world();
	expect(await ask(HERE, new TypeError("Failed to fetch"))).toBe("TypeError");
	expect(await ask(HERE)).toBe("BasemapRequestError");
	expect(await ask(THERE)).toBe("came");
	expect(asked).toEqual([HERE, THERE]);
	expect(told).toEqual(["failed"]);
	state.now = 60_000;
	expect(await ask(HERE)).toBe("came");
	expect(told).toEqual(["failed", null]);
});

test("an answer that was under way when its host failed does not end the rest", async () => {
	const { state, told, requests, ask } = world();
	/** A tile that is asked for now and comes when it is told to. */
	const slow = () => {
		const { promise, resolve } = Promise.withResolvers<string>();
		const answer = requests.guard(THERE, () => promise);
		return {
			come() {
				resolve("came");
				return answer;
			},
		};
	};
	const failing = () => ask(THERE, status(500));
	const first = slow();
	await failing();
	await first.come();
	expect(told).toEqual(["failed"]);
	expect(await ask(THERE)).toBe("BasemapRequestError");
	// The same once the rest is over: it began anew since the tile was asked for.
	state.now = 60_000;
	const second = slow();
	await failing();
	await second.come();
	expect(told).toEqual(["failed"]);
	expect(await ask(THERE)).toBe("BasemapRequestError");
	state.now = 120_000;
	await Promise.all([slow().come(), slow().come()]);
	expect(told).toEqual(["failed", null]);
});

test("what a host does not have is no trouble, what it refuses is, and all of it in trouble rests", async () => {
	for (const [code, trouble, rests] of [
		[404, [], false],
		[410, [], false],
		[403, ["failed"], false],
		[429, ["failed"], true],
		[503, ["failed"], true],
	] as const) {
		const { told, asked, ask } = world();
		await ask(HERE, status(code));
		await ask(HERE);
		expect(told, `${code}`).toEqual(trouble);
		expect(asked.length, `${code}`).toBe(rests ? 1 : 2);
	}
});

test("fonts that lack some letters stay, and those that lack the first are none", () => {
	const rare = "https://fonts.example/sans/9728-9983.pbf";
	expect(isWithoutFonts(rare, status(404))).toBe(false);
	expect(isWithoutFonts(rare, status(503))).toBe(true);
	expect(isWithoutFonts(THERE, status(404))).toBe(true);
});

test("offline nothing is asked, and forgiving asks again at once", async () => {
	const { state, told, asked, requests, ask } = world();
	state.isOnline = false;
	expect(await ask(HERE)).toBe("BasemapRequestError");
	expect(asked).toEqual([]);
	state.isOnline = true;
	requests.forgive();
	expect(await ask(HERE)).toBe("came");
	expect(told).toEqual(["offline", null]);
});

test("an end before the answer is no trouble", async () => {
	const { told, ask } = world();
	await ask(HERE, new DOMException("gone", "AbortError"));
	expect(await ask(HERE)).toBe("came");
	expect(told).toEqual([]);
});
