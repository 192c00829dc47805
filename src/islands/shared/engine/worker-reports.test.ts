import { expect, test } from "vitest";
import { withReports } from "./worker-reports.ts";

test("reports are heard until their task has ended, and not after", async () => {
	for (const end of [
		() => "done",
		() => {
			throw new Error("failed");
		},
	]) {
		const heard: [number, string][] = [];
		let report: (rows: number, stage: string) => void = () => {};
		const ended = withReports(
			(rows: number, stage: string) => heard.push([rows, stage]),
			async (own) => {
				report = own;
				report(1, "reading");
				await null;
				report(2, "reading");
				return end();
			},
		);
		await ended.catch(() => {});
		report(3, "too late");
		expect(heard).toEqual([
			[1, "reading"],
			[2, "reading"],
		]);
	}
});
