import { type Signal, signal } from "@preact/signals";
import { KEPT_POSTS, KEPT_RIDES } from "../../lake/own-data/kept-files.ts";
import { keptPosts } from "../../lake/own-data/kept-posts.ts";
import { OWN_FILES, type OwnKind } from "../../lib/sql/own-files.ts";
import { addFile, droppedFiles, removeFile } from "../shared/engine/engine.ts";
import { inOwnWorker } from "../shared/engine/page-worker.ts";
import { OwnTables } from "./own-tables.ts";

const KINDS = ["rides", "posts"] as const;
const KEPT = { rides: KEPT_RIDES, posts: KEPT_POSTS };

/** Bytes of the visitor's own data that are kept on this device; null until it is known. */
export const keptBytes: Signal<Readonly<Record<OwnKind, number>> | null> =
	signal(null);

/** The visitor's own data that are kept on this device, as SQL can name them. */
export const ownTables = new OwnTables({
	files: droppedFiles,
	addFile,
	removeFile,
	read: (kind) => (kind === "rides" ? readRides() : readPosts()),
});

/**
 * Looks for what is kept, and follows what other tabs keep and erase. Once a page.
 * `onErased` hears when rows that are erased may still show.
 */
export async function followKept(onErased: () => void): Promise<void> {
	for (const kind of KINDS)
		KEPT[kind].onChange((change) => {
			void lookForKept();
			if (ownTables.follow(kind, change)) onErased();
		});
	await lookForKept();
}

async function lookForKept(): Promise<void> {
	// A browser that denies its storage keeps nothing.
	const bytesOf = (kind: OwnKind) => KEPT[kind].bytes().catch(() => 0);
	keptBytes.value = {
		rides: await bytesOf("rides"),
		posts: await bytesOf("posts"),
	};
}

async function readRides(): Promise<Readonly<Record<string, Blob>> | null> {
	if ((await KEPT_RIDES.bytes()) === 0) return null;
	return inOwnWorker("rides", async (api) => {
		const { list } = await api.open();
		if (list.id.length === 0) return null;
		const { rides, rideCells } = await api.tables();
		return { [OWN_FILES.rides]: rides, [OWN_FILES.rideCells]: rideCells };
	});
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
