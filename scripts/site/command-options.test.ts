import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function run(script: string, ...args: readonly string[]) {
	return spawnSync(process.execPath, [`scripts/${script}.ts`, ...args], {
		cwd: ROOT,
		encoding: "utf8",
	});
}

test.each([
	["start", "--prot", "4000"],
	["build-site", "--prot", "4000"],
	["preview", "--prot", "4000"],
	["start", "--port", "http"],
	["preview", "--port", "70000"],
])("%s %s %s says what is wrong and how it is used", (script, ...args) => {
	const { status, stdout, stderr } = run(script, ...args);
	expect(status).toBe(2);
	expect(stdout).toBe("");
	expect(stderr).toContain(args[0]);
	expect(stderr).toContain(`npm ${script === "start" ? "start" : "run"}`);
	expect(stderr).not.toContain("    at ");
});

test.each(["start", "build-site", "preview"])(
	"%s --help tells its options",
	(script) => {
		const { status, stdout, stderr } = run(script, "--help");
		expect(status).toBe(0);
		expect(stderr).toBe("");
		expect(stdout).toContain("default:");
	},
);
