import { expect, test } from "vitest";
import { NetworkError } from "../jobs/failures.ts";
import { JobError } from "../jobs/job.ts";
import { errorLines, packError } from "../jobs/packed-error.ts";
import { SettingsError } from "../steps/settings/settings.ts";
import { ConflictError } from "../storage/store.ts";
import { failureLines, failureOf } from "./failures.ts";

const job = {
	id: "1",
	kind: "parse",
	label: "read a",
	params: null,
	inputs: [],
};

test("what a message says whole is one line", () => {
	for (const error of [
		new SettingsError("title must be a text"),
		new ConflictError("somebody else has published"),
	])
		expect(failureLines(error, "")).toEqual([error.message]);
});

test("what may pass comes with the advice to run again", () => {
	const [, advice] = failureLines(new NetworkError("no answer"), "");
	expect(advice).toContain("again later");
});

test("an error that no class knows is told whole, with its cause", () => {
	const error = new TypeError("no function", { cause: new Error("deeper") });
	const [text = ""] = failureLines(error, "");
	expect(text).toMatch(/^TypeError: no function\n +at .*failures\.test/);
	expect(text).toContain("deeper");
});

test("a failed job comes with the end of its log, and where the rest is", () => {
	const log = Array.from({ length: 30 }, (_, index) => `line ${index}`);
	const lines = failureLines(new JobError(job, "broken", log), "/kept.json");
	expect(lines.slice(0, 3)).toEqual([
		"read a: broken",
		"  … 10 lines before",
		"  line 10",
	]);
	expect(lines.at(-1)).toContain("/kept.json");
	const full = new JobError(job, "IO Error: No space left on device", log);
	expect(failureLines(full, "/kept.json").at(-2)).toContain("make room");
});

test("a failed job says each thing once, and of what a class knows no stack", () => {
	const failed = (name: string, message: string, cause?: Error) => {
		const error = new Error(message, { cause });
		error.name = name;
		error.stack = `${name}: ${message}\n    at put (s3-store.ts:1:1)`;
		const log = errorLines(packError(error));
		return new JobError(job, message, [...log, ...log]);
	};
	const cause = new Error("Access Denied");
	cause.stack = "AccessDenied: Access Denied\n    at send (sdk.js:1:1)";
	expect(
		failureLines(failed("StoreError", "no right", cause), "/kept").slice(0, -1),
	).toEqual(["read a: no right", "  caused by AccessDenied: Access Denied"]);
	expect(failureLines(failed("TypeError", "no function"), "/kept")).toContain(
		"      at put (s3-store.ts:1:1)",
	);
});

test("a build has failed where a source or a dataset has, or nothing came of it", () => {
	const source = {
		name: "roof",
		files: [],
		bytes: 0,
		requests: 1,
		fromCache: false,
		failure: null,
	};
	const fine = { version: "1", datasets: [], sources: [source] };
	expect(failureOf(fine)).toBeNull();
	expect(
		failureOf({
			...fine,
			version: null,
			sources: [{ ...source, failure: "roof: 404" }],
		}),
	).toBe(
		"nothing could be used: nothing was published; not fetched: roof: 404",
	);
});
