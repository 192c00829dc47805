import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	lstat,
	mkdtemp,
	readdir,
	readlink,
	rm,
	symlink,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BusyError, takeLock } from "./lock.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "lakeside-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a lock has one owner, and none once that lets go of it", async () => {
	const path = join(folder, "below", "pid");
	const release = await takeLock(path, "at work");
	await expect(takeLock(path, "at work")).rejects.toThrow(
		new BusyError(
			`process ${process.pid} is at work: wait for it to end, or remove ${path}`,
		),
	);
	await release();
	await (await takeLock(path, "at work"))();
	expect(await readdir(join(folder, "below"))).toEqual([]);
});

test("what a dead process has left is taken over, and what a live one has is not", async () => {
	const path = join(folder, "pid");
	await symlink(`${process.ppid}@1`, path);
	await expect(takeLock(path, "at work")).rejects.toThrow(
		`process ${process.ppid} is at work`,
	);
	await rm(path);
	// One is that of a process with this one's id, in a container that was there before.
	for (const left of ["999999999@1", `${process.pid}@1`, "?"]) {
		await symlink(left, path);
		await (await takeLock(path, "at work"))();
	}
	await writeFile(path, "a file");
	await (await takeLock(path, "at work"))();
	expect(await readdir(folder)).toEqual([]);
});

test("who lets go late leaves the lock of whoever came after", async () => {
	const path = join(folder, "pid");
	const release = await takeLock(path, "at work");
	await rm(path);
	await symlink("1@1", path);
	await release();
	expect(await readlink(path)).toBe("1@1");
});

test("of many processes that find a dead one's lock, one at a time holds it", async () => {
	const path = join(folder, "pid");
	const held = join(folder, "held");
	// To hold it is to make a folder that must not be there.
	const code = `
		import { mkdir, rmdir } from "node:fs/promises";
		import { takeLock } from ${JSON.stringify(new URL("./lock.ts", import.meta.url).href)};
		let taken = 0;
		for (const end = Date.now() + 1500; Date.now() < end; ) {
			const release = await takeLock(${JSON.stringify(path)}, "at work").catch((error) => {
				if (error.name !== "BusyError") throw error;
				return null;
			});
			if (release === null) continue;
			taken++;
			await mkdir(${JSON.stringify(held)});
			await rmdir(${JSON.stringify(held)});
			await release();
		}
		console.log(taken);`;
	await symlink("999999999@1", path);
	const ends = await Promise.all(
		Array.from({ length: 3 }, async () => {
			const child = spawn(
				process.execPath,
				["--input-type=module", "--eval", code],
				{ stdio: ["ignore", "pipe", "inherit"] },
			);
			const parts: Buffer[] = [];
			child.stdout.on("data", (part) => parts.push(part));
			const [status] = await once(child, "close");
			return { status, taken: Number(Buffer.concat(parts).toString()) };
		}),
	);
	expect(ends.map(({ status }) => status)).toEqual([0, 0, 0]);
	expect(ends.reduce((sum, { taken }) => sum + taken, 0)).toBeGreaterThan(0);
	await expect(lstat(path)).rejects.toThrow("ENOENT");
});
