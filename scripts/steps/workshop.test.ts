import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claimWorkshop, workshopOf } from "./workshop.ts";

let folder: string;
let lake: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-workshop-"));
	lake = join(folder, "lake");
});
afterEach(async () => {
	await rm(folder, { recursive: true, force: true });
	await rm(workshopOf(lake), { recursive: true, force: true });
});

test("a workshop is of one build at a time, and so is a lake that several are for", async () => {
	const a = join(folder, "a");
	const b = join(folder, "b");
	const other = join(folder, "other");
	for (const [first, second] of [
		[a, b],
		[workshopOf(lake), b],
		[a, workshopOf(lake)],
	] as const) {
		const workshop = await claimWorkshop(first, lake);
		await expect(claimWorkshop(second, lake)).rejects.toThrow(
			"is building this lake",
		);
		await expect(claimWorkshop(first, other)).rejects.toThrow(
			"is building this lake",
		);
		await workshop.release();
		await (await claimWorkshop(second, lake)).release();
	}
	await rm(workshopOf(other), { recursive: true, force: true });
	// Builds of other machines are seen by what they publish.
	const bucket = "s3://lakes/lake";
	const { release } = await claimWorkshop(a, bucket);
	await (await claimWorkshop(b, bucket)).release();
	await release();
});

test("what a build has left in the scratch is removed, and told", async () => {
	const { release, scratch, wasLeft } = await claimWorkshop(folder, lake);
	expect(wasLeft).toBe(false);
	await release();
	await mkdir(scratch);
	await writeFile(join(scratch, "half"), "");
	const next = await claimWorkshop(folder, lake);
	expect(next.wasLeft).toBe(true);
	expect(await readdir(scratch)).toEqual([]);
	await next.release();
});

test("a workshop that cannot be made is not held", async () => {
	await writeFile(join(folder, "scratch"), "a file");
	for (let time = 0; time < 2; time++)
		await expect(claimWorkshop(folder, lake)).rejects.toThrow(/ENOTDIR|EEXIST/);
	await rm(join(folder, "scratch"));
	await (await claimWorkshop(folder, lake)).release();
});
