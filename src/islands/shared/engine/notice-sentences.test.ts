import { expect, test } from "vitest";
import { noticeSentences } from "./notice-sentences.ts";

const notice = {
	kind: "engine-replaced",
	reason: "it did not stop when it was told to",
	lost: [],
	restored: 0,
} as const;

test("says why, and what is lost or there again", () => {
	expect(noticeSentences(notice)).toEqual([
		"The engine was replaced: it did not stop when it was told to. The lake's tables are read again from what is kept on this device.",
	]);
	expect(noticeSentences({ ...notice, restored: 3 })[0]).toContain(
		"All 3 things of yours that are listed are there again.",
	);
	expect(
		noticeSentences({ ...notice, lost: ["table a", "view b"], restored: 1 }),
	).toEqual([
		"The engine was replaced: it did not stop when it was told to.",
		"Lost: table a, view b. Run what made them again.",
	]);
});
