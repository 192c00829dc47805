import { expect, test } from "vitest";
import { DEFAULT_SETTINGS, parseSettings } from "./settings.ts";

test("settings come back as they were stored", () => {
	for (const settings of [
		DEFAULT_SETTINGS,
		{ cacheBytes: 0, memoryBytes: 1e9 },
		{ cacheBytes: 5e9, memoryBytes: null },
	])
		expect(parseSettings(JSON.stringify(settings))).toEqual(settings);
});

test("what was never stored, or not by us, is the device's choice", () => {
	for (const text of [
		null,
		"",
		"{",
		"null",
		"7",
		"[]",
		'"5e9"',
		'{"cacheBytes":"1e9","memoryBytes":true}',
		'{"cacheBytes":-1,"memoryBytes":0}',
		'{"cacheBytes":1e400,"memoryBytes":1e300}',
		'{"cacheBytes":0.5,"memoryBytes":49999999}',
		'{"__proto__":{"cacheBytes":1},"constructor":1}',
	])
		expect(parseSettings(text), String(text)).toEqual(DEFAULT_SETTINGS);
});
