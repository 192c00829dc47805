import { computed, effect, type Signal, signal } from "@preact/signals";
import type { Holding } from "../../../../workers/rides-api.ts";
import type { GivenFile } from "../../../lake/own-data/containers.ts";
import { KEPT_RIDES } from "../../../lake/own-data/kept-files.ts";
import type {
	ReadProblem,
	ReadProgress,
	ReadReport,
} from "../../../lake/own-data/read-rides.ts";
import type { CountedTrips } from "../../../lib/rides/ride-store.ts";
import { OWN_RIDES, OWN_RIDES_ONCE } from "../../../queries/own-tables.ts";
import {
	openWorker,
	type PageWorker,
} from "../../shared/engine/page-worker.ts";
import { withReports } from "../../shared/engine/worker-reports.ts";
import { isOwnKept } from "../../shared/own-data/own-sql.ts";
import { FILES_BEING_READ, tellUnkept } from "../../shared/own-data/unkept.ts";
import { askToPersist } from "../../shared/settings/device.ts";
import { urlSignal, wordCodec } from "../../shared/url-state.ts";
import type { Opened } from "../model.ts";
import { monthRowsOf, timelineOf } from "../months.ts";
import type { RideSource } from "../ride-source.ts";
import { OwnRideSource } from "./own-ride-source.ts";

/** The visitor's own rides as a page shows them, in the place of a lake's. */
export interface OwnRides {
	readonly opened: Opened;
	readonly source: RideSource;
	readonly rides: number;
	/** Which rides they are; other than {@link trips} until those are counted. */
	readonly counted: CountedTrips;
	/** How many more do not count, since another of the same trip does. */
	readonly leftOut: number;
	/** Of these rides: others have another. */
	readonly key: string;
	/** Whether all of them are kept on this device. */
	readonly isKept: boolean;
	/** Of their compact form. */
	readonly bytes: number;
}

/** Null until files were read or kept rides opened. */
export const ownRides: Signal<OwnRides | null> = signal(null);

/** Whether rides are kept that are not opened yet. */
export const hasKept: Signal<boolean> = signal(false);

/** Whether it is not known yet what is kept: another tab may be writing it. */
export const isLooking: Signal<boolean> = signal(false);

/** Which of the rides count, in step with the page's address. */
export const trips: Signal<CountedTrips> = urlSignal<CountedTrips>(
	"trips",
	"all",
	wordCodec(["all", "once"]),
	{ history: "push" },
);

/** What is being read; null when nothing is. */
export const ownProgress: Signal<ReadProgress | null> = signal(null);

/** What became of the files that were read last. */
export const ownReport: Signal<ReadReport | null> = signal(null);

/** What went wrong last, for people to read. */
export const ownProblem: Signal<unknown> = signal(null);

type RidesWorker = PageWorker<"rides">;

effect(() => {
	isOwnKept.value = ownRides.value?.isKept === true;
});

tellUnkept(
	computed(() => [
		...(ownRides.value?.isKept === false ? ["your own rides"] : []),
		...(ownProgress.value === null ? [] : [FILES_BEING_READ]),
	]),
);

let worker: RidesWorker | null = null;
let reading: Promise<void> = Promise.resolve();
let isFollowing = false;

/**
 * Looks for what is kept, and follows what other tabs erase. Never rejects: a browser
 * that denies its storage keeps nothing, and the page has other rides to show.
 */
export async function findKept(): Promise<void> {
	isLooking.value = true;
	try {
		if (!isFollowing)
			KEPT_RIDES.onChange((change) => {
				if (change === "erased") forget();
			});
		isFollowing = true;
		hasKept.value = (await KEPT_RIDES.bytes()) > 0;
		await KEPT_RIDES.removeParts();
	} catch {
		// What is found by then is what there is.
	} finally {
		isLooking.value = false;
	}
}

/** Opens what is kept, where it is not open yet. Never rejects: the problem is told. */
export async function openKept(): Promise<void> {
	if (!hasKept.peek() || ownRides.peek() !== null) return;
	await told(async ({ api, lifeline }) => {
		show(await lifeline.hold(api.open()));
		if (ownRides.peek() === null)
			throw new Error(
				"what is kept is of another version of this site: add the files once more",
			);
	});
}

/**
 * Reads files after those that are being read, and adds their rides to those that
 * are here. `problems` are of files that did not get so far; the report has them too.
 * Never rejects: what went wrong is told.
 */
export function addFiles(
	files: readonly GivenFile[],
	problems: readonly ReadProblem[] = [],
): Promise<void> {
	reading = reading.then(() => read(files, problems));
	return reading;
}

/** Has every trip count once, or every ride. Never rejects: what went wrong is told. */
export async function countTrips(counted: CountedTrips): Promise<void> {
	if (worker === null) return;
	await told(async ({ api, lifeline }) => {
		show(await lifeline.hold(api.count(counted)));
	});
}

/** Gives up what is being read; the rides of files that were read before stay. */
export function cancelReading(): void {
	void worker?.api.cancel();
}

/** Keeps all rides on this device. Never rejects: what went wrong is told. */
export async function keepRides(): Promise<void> {
	await told(async ({ api, lifeline }) => {
		// The visitor wants it kept; the browser may still say no.
		await askToPersist();
		show(await lifeline.hold(api.keep()));
	});
}

/** Forgets all rides at once, here and in other tabs, kept or not. */
export async function eraseRides(): Promise<void> {
	forget();
	try {
		await KEPT_RIDES.erase();
	} catch (error) {
		ownProblem.value = error;
		hasKept.value = (await KEPT_RIDES.bytes()) > 0;
	}
}

async function read(
	files: readonly GivenFile[],
	problems: readonly ReadProblem[],
): Promise<void> {
	// Those that are kept are in the same lists and counts.
	await openKept();
	ownReport.value = null;
	ownProgress.value = {
		files: 0,
		totalFiles: 0,
		bytes: 0,
		totalBytes: files.reduce((sum, { blob }) => sum + blob.size, 0),
	};
	try {
		await told(async ({ api, lifeline }) => {
			const { report, holding } = await withReports(
				(progress: ReadProgress) => {
					ownProgress.value = progress;
				},
				(hear) => lifeline.hold(api.add(files, hear)),
			);
			const wasKept = ownRides.peek()?.isKept === true;
			ownReport.value = {
				...report,
				problems: [...problems, ...report.problems],
				problemCount: problems.length + report.problemCount,
			};
			if (report.added === 0) return;
			show(holding);
			if (wasKept) show(await lifeline.hold(api.keep()));
		});
	} finally {
		ownProgress.value = null;
	}
}

function show(holding: Holding): void {
	const { list, startView, startPlaces, ...held } = holding;
	const { isKept } = held;
	hasKept.value ||= isKept;
	const before = ownRides.peek();
	if (startView === null) ownRides.value = null;
	else if (before?.key === list.id.join())
		// The same rides: what is on the screen stays.
		ownRides.value = { ...before, ...held };
	else
		ownRides.value = {
			opened: {
				dataset: {
					name: "own-rides",
					title: "Your own rides",
					description: "Rides from your own files, on this device only.",
					source: "Your own files, on this device only",
					licence: "Yours",
					synthetic: false,
					startView,
				},
				timeline: timelineOf(monthRowsOf(list)),
				startView,
				startPlaces,
				start: null,
			},
			source: new OwnRideSource(
				list,
				() => (trips.peek() === "once" ? OWN_RIDES_ONCE : OWN_RIDES),
				runningWorker(),
			),
			rides: list.id.length,
			key: list.id.join(),
			...held,
		};
}

async function told(
	task: (worker: RidesWorker) => Promise<void>,
): Promise<void> {
	ownProblem.value = null;
	const running = runningWorker();
	try {
		await task(running);
	} catch (error) {
		const isCancelled =
			error instanceof Error && error.name === "CancelledError";
		// What becomes of a worker that was lost or ended is told by who does that.
		if (!isCancelled && running === worker) ownProblem.value = error;
	}
}

function runningWorker(): RidesWorker {
	if (worker !== null) return worker;
	worker = openWorker("rides", noteLoss);
	// What is asked next is answered after it.
	if (trips.peek() !== "all") void worker.api.count(trips.peek());
	return worker;
}

/** Tells of a worker that is gone, and what it held with it. What is kept can be opened by the next. */
function noteLoss(why: string): void {
	worker = null;
	ownRides.value = null;
	ownProgress.value = null;
	ownProblem.value = new Error(
		`the reader of your rides was lost: ${why}. What is kept on this device is still there; add other files again, fewer at once`,
	);
}

/** Ends the worker, and what it held is gone. */
function forget(): void {
	worker?.end();
	worker = null;
	ownRides.value = null;
	ownProgress.value = null;
	ownReport.value = null;
	ownProblem.value = null;
	hasKept.value = false;
}
