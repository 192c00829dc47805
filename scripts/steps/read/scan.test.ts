import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeAll } from "../../../tests/support/building.ts";
import { DATASETS } from "../../datasets/registry.ts";
import { InputError, listInput } from "./scan.ts";

const NOBODY = 65534;

/** Does work as a user whom permissions bind: they do not bind root. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
	if (process.geteuid?.() !== 0) return work();
	process.seteuid?.(NOBODY);
	try {
		return await work();
	} finally {
		process.seteuid?.(0);
	}
}

test("a folder that may not be read is an error that names it, and its files do not leave the lake", async () => {
	const { folder, remove } = await temporaryFolder();
	const locked = join(folder, "weather", "locked");
	try {
		await writeAll(folder, { "weather/a.csv": "time,t\n2024-05-01,1\n" });
		await mkdir(locked);
		await chmod(folder, 0o755);
		const list = () => asNobody(() => listInput([folder], {}, DATASETS));
		expect((await list()).ignored).toEqual([]);
		// Not to be listed, and to be listed but not entered.
		await writeAll(locked, { "b.csv": "time,t\n2024-05-01,1\n" });
		for (const mode of [0o000, 0o444]) {
			await chmod(locked, mode);
			const error = await list().catch((error) => error);
			expect(error).toBeInstanceOf(InputError);
			expect(error.message).toContain(`${locked} may not be read`);
		}
	} finally {
		await chmod(locked, 0o755);
		await remove();
	}
});

test("of what holds data in a form that is not read it is told what to do", async () => {
	const { folder, remove } = await temporaryFolder();
	try {
		await writeAll(folder, {
			"posts/RC_2012-01.zst": "",
			"posts/repo.car": "",
			"rides/all.7z": "",
			"rides/map.png": "",
			"weather/roof.xlsx": "",
		});
		const { ignored } = await listInput([folder], {}, DATASETS);
		expect(ignored).toEqual([
			{
				path: "posts/RC_2012-01.zst",
				reason: expect.stringContaining("pack it with gzip"),
			},
			{
				path: "posts/repo.car",
				reason: expect.stringContaining("records as JSON"),
			},
			{
				path: "rides/all.7z",
				reason: expect.stringContaining("pack it as a zip"),
			},
			{ path: "rides/map.png", reason: "another kind of file" },
			{
				path: "weather/roof.xlsx",
				reason: expect.stringContaining("save it as CSV"),
			},
		]);
	} finally {
		await remove();
	}
});
