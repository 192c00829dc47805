import { computed, type Signal, signal } from "@preact/signals";
import { wrap } from "comlink";
import { newLife, onDeath } from "../../../workers/life.ts";
import type { RidesWorkerApi } from "../../../workers/rides-api.ts";
import { startWorker } from "../../../workers/start-worker.ts";
import { Lifeline } from "../../lake/lifeline.ts";
import { KEPT_POSTS, KEPT_RIDES } from "../../lake/own-data/kept-files.ts";
import { keptPosts } from "../../lake/own-data/kept-posts.ts";
import {
	FILES_OF_KIND,
	OWN_FILES,
	type OwnKind,
	ownKindsIn,
} from "../../lib/own-files.ts";
import { addFile, droppedFiles, removeFile } from "../shared/engine.ts";

const KINDS: Readonly<
	Record<
		OwnKind,
		{
			readonly kept: typeof KEPT_RIDES;
			/** The tables of what is kept, by the names of their files; null where nothing is. */
			readonly read: () => Promise<Readonly<Record<string, Blob>> | null>;
		}
	>
> = {
	rides: { kept: KEPT_RIDES, read: readRides },
	posts: { kept: KEPT_POSTS, read: readPosts },
};

/** Bytes of the visitor's own data that are kept on this device; null until it is known. */
export const keptBytes: Signal<Readonly<Record<OwnKind, number>> | null> =
	signal(null);

/** Kinds of the visitor's own data that are on their way into the engine. */
export const openingKinds: Signal<readonly OwnKind[]> = signal([]);

/** Kinds that SQL can name files of now. */
export const openKinds = computed<readonly OwnKind[]>(() =>
	(["rides", "posts"] as const).filter((kind) => isOpen(kind)),
);

const opening = new Map<OwnKind, Promise<void>>();

/** Looks for what is kept, and follows what other tabs keep and erase. Once a page. */
export async function followKept(): Promise<void> {
	for (const kind of ["rides", "posts"] as const)
		KINDS[kind].kept.onChange(() => {
			void lookForKept();
			// It has other numbers now, or none: it is read once more when SQL names it.
			void close(kind);
		});
	await lookForKept();
}

/**
 * Lets the engine have the visitor's own data that some SQL names, from what is kept on
 * this device. Rejects with an `UnsupportedError` where they are not kept, and as
 * `addFile` does.
 */
export async function openOwnIn(sql: string): Promise<void> {
	for (const kind of ownKindsIn(sql)) await openOwn(kind);
}

/** The same for one kind. Does nothing where it is open. */
export function openOwn(kind: OwnKind): Promise<void> {
	if (isOpen(kind)) return Promise.resolve();
	const known = opening.get(kind);
	if (known !== undefined) return known;
	openingKinds.value = [...openingKinds.peek(), kind];
	const task = open(kind).finally(() => {
		opening.delete(kind);
		openingKinds.value = openingKinds.peek().filter((other) => other !== kind);
	});
	opening.set(kind, task);
	return task;
}

async function open(kind: OwnKind): Promise<void> {
	const tables = await KINDS[kind].read();
	if (tables === null) {
		const error = new Error(`your own ${kind} are not kept on this device`);
		error.name = "UnsupportedError";
		throw error;
	}
	await close(kind);
	for (const [name, blob] of Object.entries(tables))
		await addFile(new File([blob], name));
}

async function close(kind: OwnKind): Promise<void> {
	for (const name of FILES_OF_KIND[kind])
		if (isDropped(name)) await removeFile(name);
}

function isOpen(kind: OwnKind): boolean {
	return FILES_OF_KIND[kind].every(isDropped);
}

function isDropped(name: string): boolean {
	return droppedFiles.value.some((file) => file.name === name);
}

async function lookForKept(): Promise<void> {
	// A browser that denies its storage keeps nothing.
	const bytesOf = (kind: OwnKind) => KINDS[kind].kept.bytes().catch(() => 0);
	keptBytes.value = {
		rides: await bytesOf("rides"),
		posts: await bytesOf("posts"),
	};
}

/** Made by a worker of its own, which ends with it. */
async function readRides(): Promise<Readonly<Record<string, Blob>> | null> {
	if ((await KEPT_RIDES.bytes()) === 0) return null;
	const worker = startWorker("rides");
	const lifeline = new Lifeline("the reader of your rides");
	const lose = (why: string) => lifeline.lose(why);
	worker.addEventListener("error", ({ message }) =>
		lose(message || "its worker failed"),
	);
	try {
		const api = wrap<RidesWorkerApi>(worker);
		const life = newLife("rides");
		await lifeline.hold(api.live(life));
		onDeath(life, () => lose("its worker was ended"));
		const { list } = await lifeline.hold(api.open());
		if (list.id.length === 0) return null;
		const { rides, rideCells } = await lifeline.hold(api.tables());
		return { [OWN_FILES.rides]: rides, [OWN_FILES.rideCells]: rideCells };
	} finally {
		worker.terminate();
	}
}

/** Copies: what is kept may be erased while the engine still reads of it. */
async function readPosts(): Promise<Readonly<Record<string, Blob>> | null> {
	const kept = await keptPosts();
	if (kept === null) return null;
	const copied = async (file: Blob) => new Blob([await file.arrayBuffer()]);
	return {
		[OWN_FILES.posts]: await copied(kept.posts),
		[OWN_FILES.postTags]: await copied(kept.postTags),
	};
}
