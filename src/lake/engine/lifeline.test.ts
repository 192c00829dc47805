import { expect, test } from "vitest";
import { hasDied } from "../errors.ts";
import { Lifeline } from "./lifeline.ts";

test("work that waits, and work that comes later, ends with the loss", async () => {
	const lifeline = new Lifeline();
	expect(await lifeline.hold(Promise.resolve(1))).toBe(1);
	await expect(
		lifeline.hold(Promise.reject(new Error("its own"))),
	).rejects.toThrow("its own");
	const waiting = lifeline.hold(new Promise(() => {}));
	lifeline.lose("it crashed");
	lifeline.lose("it was closed");
	const error = await waiting.catch((reason: unknown) => reason);
	expect(hasDied(error)).toBe(true);
	expect(String(error)).toContain("it crashed");
	await expect(lifeline.hold(Promise.resolve(2))).rejects.toBe(error);
});
