import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobError } from "../jobs/job.ts";

/** What is kept of the job that ended a build. */
export interface FailedJob {
	readonly label: string;
	/** A line that says how it failed. */
	readonly message: string;
	/** Of all its tries, with the errors whole. */
	readonly log: readonly string[];
}

/** Where it lies in the folder of a workshop, until a build has ended well. */
export function failedJobFile(workshop: string): string {
	return join(workshop, "failed-job.json");
}

export async function keepFailedJob(
	workshop: string,
	{ job, message, log }: JobError,
): Promise<void> {
	const failed: FailedJob = { label: job.label, message, log };
	await writeFile(failedJobFile(workshop), JSON.stringify(failed));
}

export async function forgetFailedJob(workshop: string): Promise<void> {
	await rm(failedJobFile(workshop), { force: true });
}

/** Null where the last build has ended well. */
export async function readFailedJob(
	workshop: string,
): Promise<FailedJob | null> {
	try {
		return JSON.parse(await readFile(failedJobFile(workshop), "utf8"));
	} catch (error) {
		const isNone =
			(error as NodeJS.ErrnoException).code === "ENOENT" ||
			error instanceof SyntaxError;
		if (isNone) return null;
		throw error;
	}
}
