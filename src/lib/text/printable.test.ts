import { expect, test } from "vitest";
import { printable } from "./printable.ts";

test("what a terminal would obey is shown, and all else stays", () => {
	const hostile = "\x1b]0;title\x07 a\tb\r\n\x7f\x9b2J \u202egpj.exe";
	expect(printable(hostile)).toBe(
		"\\u001b]0;title\\u0007 a\\tb\\r\\n\\u007f\\u009b2J \\u202egpj.exe",
	);
	expect(printable("a\tb\nc\x1b", "\t\n")).toBe("a\tb\nc\\u001b");
	expect(printable("é 🚲 שלום\u200d")).toBe("é 🚲 שלום\u200d");
});
