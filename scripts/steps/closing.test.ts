import { expect, test } from "vitest";
import { withClosing } from "./closing.ts";

/** Opens a, b and c, of which some cannot be closed, and fails where asked to. */
function build(closed: string[], broken: readonly string[], fault?: Error) {
	return withClosing(async (onEnd) => {
		for (const name of ["a", "b", "c"])
			onEnd(async () => {
				closed.push(name);
				if (broken.includes(name)) throw new Error(`${name} cannot be closed`);
			});
		if (fault !== undefined) throw fault;
		return "built";
	});
}

test("all is closed, the last opened first, whatever comes of one", async () => {
	const closed: string[] = [];
	expect(await build(closed, [])).toBe("built");
	await expect(build(closed, ["b", "c"])).rejects.toThrow("c cannot be closed");
	expect(closed.join("")).toBe("cbacba");
});

test("what cannot be closed does not hide why the work failed", async () => {
	const closed: string[] = [];
	const fault = new Error("the disk is full");
	await expect(build(closed, ["a", "c"], fault)).rejects.toBe(fault);
	expect(closed.join("")).toBe("cba");
});
