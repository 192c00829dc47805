import { expect, test } from "vitest";
import { commonStore } from "./store-of-workers.ts";

test.each([
	["s3://b/x/lake", "s3://b/x/work", "s3://b/x"],
	["s3://b/lake", "s3://b/lakework", "s3://b"],
	["s3://b/lake", "s3://b/lake/work", "s3://b/lake"],
	["s3://b", "s3://b/work", "s3://b"],
	["s3://a/lake", "s3://b/lake", null],
	["/data/lake", "/data/work", "/data"],
	["/lake", "/work", "/"],
	["s3://b/lake", "/work", null],
])("%s and %s share %s", (lake, work, shared) => {
	expect(commonStore({ lake, work })).toBe(shared);
	expect(commonStore({ lake: work, work: lake })).toBe(shared);
});
