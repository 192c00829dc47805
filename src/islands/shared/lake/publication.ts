import {
	computed,
	effect,
	type ReadonlySignal,
	type Signal,
	signal,
} from "@preact/signals";
import {
	filesGone,
	newestCatalog,
	type OpenLake,
	openCatalog,
	standOn,
} from "./lake.ts";
import { keepRollups, savesData } from "./offline.ts";

/** How what the page stands on relates to what is published now. */
export type Publication =
	| { readonly kind: "current" }
	| { readonly kind: "newer"; readonly lake: OpenLake }
	/** Newer, and files of the one that the page stands on are no longer on the host. */
	| { readonly kind: "gone"; readonly lake: OpenLake };

/** Between two looks at the catalog: one that has not changed costs some hundred bytes. */
const INTERVAL_MILLISECONDS = 5 * 60_000;
/** Whoever comes back to the page often does not ask each time. */
const REST_MILLISECONDS = 60_000;
/** A browser says that it is online some moments before an answer comes through. */
const ONLINE_MILLISECONDS = 2000;

export const publication: Signal<Publication> = signal({ kind: "current" });

let lastLook = 0;
/** Null where the page reads what its address says anew: its state is there. */
const move: Signal<((lake: OpenLake) => Promise<void>) | null> = signal(null);

/** Whether the page is loaded anew to move. */
export const movesByReload: ReadonlySignal<boolean> = computed(
	() => move.value === null,
);

/**
 * Looks for a newer publication now and then while the page is visible, when the
 * network comes back, and when a file has gone. Not where the visitor saves data,
 * unless a file has gone.
 */
export function watchPublication(): void {
	lastLook = Date.now();
	setInterval(lookNowAndThen, INTERVAL_MILLISECONDS);
	document.addEventListener("visibilitychange", lookNowAndThen);
	window.addEventListener("online", () => {
		if (!savesData()) setTimeout(look, ONLINE_MILLISECONDS);
	});
	effect(() => {
		if (filesGone.value) void look();
	});
}

/** For a page that can move without losing what it holds. */
export function moveBy(mover: (lake: OpenLake) => Promise<void>): void {
	move.value = mover;
}

/**
 * Moves to the newest publication, one that has come meanwhile included. Rejects,
 * and stays, where it cannot be had.
 */
export async function moveToNewest(): Promise<OpenLake> {
	const lake = await newestCatalog();
	const mover = move.peek();
	if (mover === null) location.reload();
	else await mover(lake);
	standOn(lake);
	filesGone.value = false;
	publication.value = { kind: "current" };
	return lake;
}

function lookNowAndThen(): void {
	if (document.visibilityState === "hidden" || !navigator.onLine) return;
	if (Date.now() - lastLook < REST_MILLISECONDS) return;
	if (savesData() && !filesGone.peek()) return;
	void look();
}

async function look(): Promise<void> {
	lastLook = Date.now();
	try {
		const [here, newest] = await Promise.all([openCatalog(), newestCatalog()]);
		const known = publication.peek();
		const kind = filesGone.peek() ? "gone" : "newer";
		if (here.version === newest.version) return;
		// Asked once: whoever said "later" is asked again when there is more to say.
		if (known.kind === kind && known.lake.version === newest.version) return;
		publication.value = { kind, lake: newest };
		// The service worker has the newer catalog now; offline it needs its roll-ups.
		if (!savesData()) await keepRollups(newest.catalog);
	} catch {
		// The host cannot be reached, or has no lake now: the next look will tell.
	}
}
