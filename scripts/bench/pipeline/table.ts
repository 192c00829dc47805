import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, untargeted } from "../figure.ts";
import { RIVALS, runRival, writeFlights } from "./by-hand.ts";
import { measuredBuild } from "./measured-build.ts";

const SIZES = [10_000_000, 100_000_000];
const PROCESSES = [1, 2, 4];
/** Of the hand-written SQL's rows a second. */
const TARGET_SHARE = 0.8;
const TARGET_MEMORY = 1000;

/**
 * Flights of ten years in random order, to a lake of months in order: our command with 1, 2
 * and 4 processes, beside the same shuffle and sort by hand in DuckDB's SQL on all cores,
 * and in Polars where that is installed (npm install --no-save nodejs-polars and its
 * package of this platform).
 */
export async function bench(): Promise<Figure[]> {
	const figures: Figure[] = [];
	for (const rows of SIZES) {
		const folder = await mkdtemp(join(tmpdir(), "lakeside-table-"));
		try {
			const id = `pipeline.${rows / 1e6}M`;
			const input = join(folder, "input", "flights");
			await writeFlights(input, rows);
			const rates = new Map<string, number>();
			for (const rival of RIVALS) {
				const ran = await runRival(rival, input, join(folder, rival));
				if (ran === null) continue;
				rates.set(rival, rows / ran.seconds);
				figures.push(
					untargeted(
						`${id}.${rival}`,
						`${rival} by hand: rows a second, at most ${Math.round(ran.peak / 1e6)} MB in its process`,
						rows / ran.seconds / 1e6,
						"million rows/s",
					),
				);
				await rm(join(folder, rival), { recursive: true, force: true });
			}
			for (const processes of PROCESSES) {
				const { report, seconds, peak } = await measuredBuild(folder, [
					"--processes",
					String(processes),
				]);
				if (report.exitCode !== 0 || report.tables[0]?.rows !== rows)
					throw new Error(`the build is not right: exit ${report.exitCode}`);
				const share = rows / seconds / (rates.get("duckdb") ?? Number.NaN);
				figures.push(
					untargeted(
						`${id}.${processes}`,
						`Ours, ${processes} processes: rows a second, start of the command to its end`,
						rows / seconds / 1e6,
						"million rows/s",
					),
					{
						id: `${id}.${processes}.share`,
						what: "Of that, of the rate of DuckDB by hand",
						value: share,
						unit: "times",
						target: processes === 2 ? TARGET_SHARE : null,
						met: processes === 2 ? share >= TARGET_SHARE : null,
					},
					{
						id: `${id}.${processes}.memory`,
						what: "Peak resident memory (VmHWM) of its largest process",
						value: peak / 1e6,
						unit: "MB",
						target: TARGET_MEMORY,
						met: peak / 1e6 <= TARGET_MEMORY,
					},
				);
				for (const made of ["lake", "work"])
					await rm(join(folder, made), { recursive: true, force: true });
			}
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	}
	return figures;
}
