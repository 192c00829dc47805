import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	build,
	temporaryFolder,
	writeAll,
} from "../../tests/support/building.ts";

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
	({ folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

/** Our own child processes that parse. */
function parsers(): number[] {
	return readdirSync("/proc/self/task")
		.flatMap((task) => read(`/proc/self/task/${task}/children`).split(" "))
		.filter(Boolean)
		.map(Number)
		.filter((pid) => read(`/proc/${pid}/cmdline`).includes("job-process"));
}

/** What `/proc` tells; nothing of a thread or process that has ended meanwhile. */
function read(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		const { code = "" } = error as NodeJS.ErrnoException;
		if (["ENOENT", "ESRCH"].includes(code)) return "";
		throw error;
	}
}

test.skipIf(!existsSync("/proc/self/task"))(
	"a file whose process dies again and again is rejected, and no other",
	async () => {
		// Packed files are read by processes of their own, however few they are.
		const ride = (index: number) =>
			gzipSync(
				`<gpx><trk><trkseg>${Array.from(
					{ length: 5000 },
					(_, point) =>
						`<trkpt lat="${50 + point / 1e5}" lon="${8 + index / 1e4}"/>`,
				).join("\n")}</trkseg></trk></gpx>`,
			);
		await writeAll(
			join(folder, "input"),
			Object.fromEntries(
				Array.from({ length: 20 }, (_, index) => [
					`rides/${String(index).padStart(2, "0")}.gpx.gz`,
					ride(index),
				]),
			),
		);
		// One that has been killed may be heard of, and seen, a little longer.
		const killed = new Set<number>();
		const report = await build({
			input: join(folder, "input"),
			out: join(folder, "lake"),
			processes: 1,
			onProgress(progress) {
				if (progress.step !== "read" || progress.bytes === 0) return;
				for (const pid of parsers()) {
					if (killed.size === 3 || killed.has(pid)) continue;
					killed.add(pid);
					process.kill(pid, "SIGKILL");
				}
			},
		});
		expect(killed.size).toBe(3);
		expect(report.exitCode).toBe(1);
		expect(report.rejects).toHaveLength(1);
		expect(report.rejects[0]?.reason).toBe(
			"the process that read it was killed by SIGKILL",
		);
		const rows = Object.fromEntries(
			report.tables.map((table) => [table.name, table.rows]),
		);
		expect(rows.rides).toBe(19);
		expect(rows.ride_points).toBe(19 * 5000);
	},
);
