import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { peakBytes } from "../../steps/memory.ts";
import type { BuildReport } from "../../steps/report.ts";

/**
 * Builds the folder's `input` into its `lake` with the command, as a user would, and
 * watches the memory of it and its children: `peak` is the largest VmHWM of any process, in bytes.
 */
export async function measuredBuild(
	folder: string,
	options: readonly string[],
): Promise<{ report: BuildReport; seconds: number; peak: number }> {
	const script = fileURLToPath(
		new URL("../../build-data.mjs", import.meta.url),
	);
	const started = performance.now();
	const child = spawn(
		process.execPath,
		[
			script,
			"--input",
			join(folder, "input"),
			"--out",
			join(folder, "lake"),
			"--work",
			join(folder, "work"),
			"--json",
			...options,
		],
		{ stdio: ["ignore", "pipe", "ignore"] },
	);
	let peak = 0;
	const watch = setInterval(async () => {
		if (child.pid === undefined) return;
		const pids = [child.pid, ...(await childrenOf(child.pid))];
		peak = Math.max(peak, ...pids.map(peakBytes));
	}, 200);
	try {
		const parts: Buffer[] = [];
		for await (const part of child.stdout) parts.push(part as Buffer);
		const seconds = (performance.now() - started) / 1000;
		const report = JSON.parse(Buffer.concat(parts).toString()) as BuildReport;
		return { report, seconds, peak: Math.max(peak, report.peakProcessBytes) };
	} finally {
		clearInterval(watch);
	}
}

/** Where the system tells a process's children; elsewhere none. */
async function childrenOf(pid: number): Promise<number[]> {
	const path = `/proc/${pid}/task/${pid}/children`;
	const text = await readFile(path, "utf8").catch(() => "");
	return text.split(" ").filter(Boolean).map(Number);
}
