import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { access, constants, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isBucketAddress } from "../storage/bucket-address.ts";
import { diskRemedy, onDisk } from "../storage/disk.ts";
import { makeFolder } from "../storage/folders.ts";
import { takeLock } from "../storage/lock.ts";
import { StoreError } from "../storage/store.ts";

/** The folder for the lake cannot be made or written to. */
export class OutputError extends Error {
	override readonly name = "OutputError";
}

/** What lies where in a workshop. */
export interface WorkshopFolders {
	readonly folder: string;
	/** Folder of the store between raw files and the lake. */
	readonly store: string;
	/** Folder of what was fetched from elsewhere. */
	readonly sources: string;
}

/** The folder of this machine in which builds of one lake work. */
export interface Workshop extends WorkshopFolders {
	/** Empty folder for files of running jobs. */
	readonly scratch: string;
	/** The build before it did not end by itself. */
	readonly wasLeft: boolean;
	release(): Promise<void>;
}

/** Where a lake's workshop is unless the publisher says otherwise: not in the lake, which is uploaded. */
export function workshopOf(lake: string): string {
	const name = createHash("sha256").update(lake).digest("hex").slice(0, 16);
	return fileURLToPath(new URL(`../../.cache/work/${name}`, import.meta.url));
}

export function workshopFolders(folder: string): WorkshopFolders {
	const root = resolve(folder);
	return {
		folder: root,
		store: join(root, "store"),
		sources: join(root, "sources"),
	};
}

/**
 * Takes a lake and its workshop for this process. What a build that was killed has left unfinished
 * there is removed. Throws a `BusyError` where another build is at work in it or, from
 * another workshop, on the lake, unless that is a bucket, which refuses what comes too late
 * by itself; and a `StoreError` where its disk refuses it.
 */
export async function claimWorkshop(
	folder: string,
	lake: string,
): Promise<Workshop> {
	const folders = workshopFolders(folder);
	const scratch = join(folders.folder, "scratch");
	const unlock = await takeLocks(
		folders.folder,
		isBucketAddress(lake) ? folders.folder : workshopOf(lake),
	);
	const wasLeft = existsSync(scratch);
	try {
		await onDisk(scratch, () => emptyFolder(scratch));
	} catch (error) {
		await unlock();
		throw error;
	}
	return {
		...folders,
		scratch,
		wasLeft,
		async release() {
			await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
			await unlock();
		},
	};
}

/** Emptied, not removed: that it is there is the mark that the build before has left. */
async function emptyFolder(folder: string): Promise<void> {
	makeFolder(folder);
	// The processes of a killed build may need a moment to end.
	for (const name of await readdir(folder))
		await rm(join(folder, name), {
			recursive: true,
			force: true,
			maxRetries: 5,
		});
}

/** Takes the lock of a workshop, and that of another one by which all builds of a lake see each other. */
async function takeLocks(
	folder: string,
	common: string,
): Promise<() => Promise<void>> {
	const take = (workshop: string) =>
		onDisk(workshop, () =>
			takeLock(join(workshop, "pid"), "building this lake"),
		);
	const unlock = await take(folder);
	if (folder === common) return unlock;
	try {
		const unlockLake = await take(common);
		return async () => {
			await unlockLake();
			await unlock();
		};
	} catch (error) {
		// Where this build may not write, others of this checkout may not either.
		if (error instanceof StoreError) return unlock;
		await unlock();
		throw error;
	}
}

/** Throws an {@link OutputError} where a lake cannot be written to a folder. */
export async function checkOutput(folder: string): Promise<void> {
	try {
		makeFolder(folder);
		await access(folder, constants.W_OK);
	} catch (cause) {
		throw new OutputError(
			`the lake cannot be written to ${folder}: ${diskRemedy(cause) ?? (cause as Error).message}`,
			{ cause },
		);
	}
}
