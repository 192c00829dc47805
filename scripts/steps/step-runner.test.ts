import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeAll } from "../../tests/support/building.ts";
import type { Job, JobRecord, Runner } from "../jobs/job.ts";
import { FolderStore } from "../storage/folder-store.ts";
import {
	type BuildProgress,
	DEFAULT_PARSE_OPTIONS,
} from "./settings/build-options.ts";
import { StepRunner } from "./step-runner.ts";

test.each([
	{ where: "on this machine", queue: undefined },
	{ where: "elsewhere", queue: "redis://queue" },
])("bytes of jobs that are done $where count as read", async ({ queue }) => {
	const { folder, remove } = await temporaryFolder();
	try {
		await writeAll(folder, { "0.csv": "12345", "1.csv": "1234567" });
		const jobs = [5, 7].map(
			(bytes, index): Job => ({
				id: `${index}`,
				label: `read ${index}.csv`,
				kind: "parse",
				params: {},
				inputs: [
					{
						name: "raw",
						bytes,
						from: { file: join(folder, `${index}.csv`) },
					},
				],
			}),
		);
		const runner: Runner = {
			run: async (list, watch) =>
				list.map((job) => {
					const record = { ...job, peakBytes: 1 } as unknown as JobRecord;
					watch.onDone?.(job, record);
					return record;
				}),
			kept: async () => {},
			close: async () => {},
		};
		const told: BuildProgress[] = [];
		const steps = new StepRunner(
			{
				input: folder,
				out: join(folder, "lake"),
				queue,
				...DEFAULT_PARSE_OPTIONS,
				onProgress: (progress) => told.push(progress),
			},
			{
				stores: {
					lake: new FolderStore(join(folder, "lake")),
					work: new FolderStore(join(folder, "work")),
				},
				runner,
				scratch: folder,
			},
		);
		await steps.run("read", jobs);
		const bytesOf = (step: string) =>
			told
				.filter((one) => one.step === step)
				.map(({ bytes, totalBytes }) => `${bytes} of ${totalBytes}`);
		expect(bytesOf("read")).toEqual(["5 of 12", "12 of 12"]);
		expect(bytesOf("supply").at(-1)).toBe(
			queue === undefined ? undefined : "12 of 12",
		);
	} finally {
		await remove();
	}
});
