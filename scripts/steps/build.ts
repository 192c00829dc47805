import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { type KindsModule, spillFolder } from "../jobs/execute.ts";
import { JobError, type JobStores, type Runner } from "../jobs/job.ts";
import { ProcessRunner } from "../jobs/process-runner.ts";
import { commonStore } from "../jobs/store-of-workers.ts";
import { isBucketAddress } from "../storage/bucket-address.ts";
import { isDiskFull, isDiskFullUnder } from "../storage/disk.ts";
import { openDatabase } from "../storage/duckdb.ts";
import { FolderStore } from "../storage/folder-store.ts";
import { openStore } from "../storage/open-store.ts";
import type { Store } from "../storage/store.ts";
import { withClosing } from "./closing.ts";
import { forgetFailedJob, keepFailedJob } from "./failed-job.ts";
import { placesOf } from "./places.ts";
import type { StreamedReport } from "./report.ts";
import type { BuildOptions } from "./settings/build-options.ts";
import { forgetUnpublished } from "./state.ts";
import { checkOutput, claimWorkshop, OutputError } from "./workshop.ts";

/**
 * Builds a lake from a folder of raw files and publishes it, unless nothing could be
 * used. What an earlier build has made and nothing has changed is not made again.
 * `use` gets the report while its rejects can still be read. Throws where the input
 * cannot be read, its settings are wrong, a job fails for good, or the lake cannot be
 * written; the lake of before stays whole. What was done until then stays too, for the
 * next try, unless it has filled the disk that it lies on.
 */
export async function buildLake(
	options: BuildOptions,
	use: (report: StreamedReport) => Promise<void>,
): Promise<void> {
	const input = resolve(options.input);
	if (!(await stat(input)).isDirectory())
		throw new Error(`not a folder: ${input}`);
	const places = placesOf(options);
	if (places.lake === input)
		throw new OutputError(
			`the lake cannot be written over its input: ${places.lake}`,
		);
	if (!isBucketAddress(places.lake)) await checkOutput(places.lake);
	if (
		options.queue !== undefined &&
		isBucketAddress(places.lake) &&
		!isBucketAddress(places.work)
	)
		throw new OutputError(
			`workers elsewhere cannot reach a folder of this machine: name a prefix of a bucket for what lies between raw files and the lake, and not one that the public reads: --work s3://…`,
		);
	if (
		options.queue !== undefined &&
		[places.lake, places.work].some(isBucketAddress) &&
		commonStore(places) === null
	)
		throw new OutputError(
			`workers elsewhere are given one --store: ${places.lake} and ${places.work} have to lie in one bucket`,
		);
	const workshop = await claimWorkshop(places.workshop.folder, places.lake);
	await withClosing(async (onEnd) => {
		onEnd(() => workshop.release());
		try {
			const { endpoint } = options;
			const lake = await openStore(places.lake, { endpoint });
			onEnd(() => lake.close());
			const work = await openStore(places.work, { endpoint });
			onEnd(() => work.close());
			const scratch = join(workshop.scratch, "jobs");
			// As jobs that are done here have it.
			const spill = spillFolder(scratch);
			const opening = openDatabase({ temporaryFolder: spill });
			onEnd(() => opening.then(({ close }) => close()).catch(() => {}));
			// Their code is loaded while the engine starts: both take a good part of a small build's time.
			const [{ runSteps }, { kinds }, database] = await Promise.all([
				import("./build-run.ts"),
				import("../jobs/kinds.ts"),
				opening,
				...[lake, work].map((store) => store.sweep()),
			]);
			const runner = await openRunner(
				options,
				scratch,
				{ lake, work },
				// What ended the build before may be a job: it is left to a process of its own.
				workshop.wasLeft ? null : kinds,
			);
			onEnd(() => runner.close());
			const report = await runSteps(options, {
				input,
				places,
				workshop,
				stores: { lake, work },
				runner,
				connection: database.connection,
				spill,
			}).catch(async (error) => {
				// Whatever comes of it, the first error is the one to tell.
				if (isDiskFull(error)) await makeRoom(work).catch(() => {});
				throw error;
			});
			await forgetFailedJob(workshop.folder);
			await use(report);
		} catch (error) {
			if (error instanceof JobError)
				await keepFailedJob(workshop.folder, error).catch(() => {});
			throw error;
		}
	});
}

/** Removes what has filled the work store's own disk: work on another one would gain no room here. */
async function makeRoom(work: Store): Promise<void> {
	if (work instanceof FolderStore && (await isDiskFullUnder(work.address)))
		await forgetUnpublished(work);
}

async function openRunner(
	options: BuildOptions,
	scratch: string,
	opened: Readonly<Record<keyof JobStores, Store>>,
	/** Null where this process may not do jobs itself. */
	kinds: KindsModule["kinds"] | null,
): Promise<Runner> {
	const { queue, endpoint, processes = availableParallelism() } = options;
	const stores = { lake: opened.lake.address, work: opened.work.address };
	if (queue === undefined)
		return new ProcessRunner({
			stores,
			processes,
			scratch,
			endpoint,
			...(kinds !== null && { here: { kinds, stores: opened } }),
		});
	// Loaded where there is a queue: it takes a good part of a small build's time.
	const { QueueRunner } = await import("../jobs/queue-runner.ts");
	return QueueRunner.connect({
		url: queue,
		stores,
		endpoint,
		onTrouble: options.onTrouble,
	});
}
