import { readFileSync } from "node:fs";

/**
 * The most memory that a process has held, in bytes: VmHWM where the system tells
 * it, else what Node knows of its own. Zero for another process that is gone.
 */
export function peakBytes(pid: number | "self" = "self"): number {
	try {
		const status = readFileSync(`/proc/${pid}/status`, "utf8");
		const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(status) ?? [];
		if (kilobytes !== undefined) return Number(kilobytes) * 1024;
	} catch (error) {
		if (!(error instanceof Error && "code" in error)) throw error;
	}
	return pid === "self" ? process.resourceUsage().maxRSS * 1024 : 0;
}
