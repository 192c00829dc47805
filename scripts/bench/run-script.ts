import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Runs a script of `scripts/` to its end. Throws with all that it said where it fails. */
export function runScript(script: string, args: readonly string[]): void {
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		[fileURLToPath(new URL(`../${script}`, import.meta.url)), ...args],
		{ encoding: "utf8" },
	);
	if (status !== 0)
		throw new Error(`${script} ended with ${status}:\n${stdout}${stderr}`);
}
