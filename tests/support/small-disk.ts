import { execFile } from "node:child_process";
import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A disk in memory of 1 MB; null, with a line that says so, where this user may not mount one. */
export async function smallDisk(): Promise<{
	readonly path: string;
	/** From now on nothing can be written there, or everything again. */
	lock(isLocked: boolean): Promise<void>;
	remove(): Promise<void>;
} | null> {
	const path = await mkdtemp(join(tmpdir(), "lakeside-disk-"));
	try {
		await run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path]);
	} catch {
		await rmdir(path);
		console.log(
			"Missing: the right to mount a small disk (root has it); its tests were skipped.",
		);
		return null;
	}
	return {
		path,
		async lock(isLocked) {
			const mode = isLocked ? "ro" : "rw";
			await run("mount", ["-o", `remount,${mode}`, path]);
		},
		async remove() {
			await run("umount", ["-l", path]);
			await rmdir(path);
		},
	};
}
