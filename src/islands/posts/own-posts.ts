import { batch, type Signal, signal } from "@preact/signals";
import type { OnOwnProgress } from "../../../workers/own-posts.ts";
import type { GivenFile } from "../../lake/own-data/containers.ts";
import type { KeptChange } from "../../lake/own-data/kept-files.ts";
import type { KeptPosts, OwnFiles } from "../../lake/own-data/kept-posts.ts";
import type { OwnSummary } from "../../lake/own-data/own-summary.ts";
import { OWN_FILES } from "../../lib/sql/own-files.ts";
import { ownPosts } from "../../queries/own-tables.ts";
import type { DroppedFiles } from "../shared/own-data/dropped-files.ts";
import { ownData, type PostsData } from "./model.ts";

/** What the visitor's own posts need of the page and its browser. */
export interface OwnWorld {
	/** Lets SQL name a file, by its name or another where that is taken. */
	addFile(file: File): Promise<{ readonly name: string }>;
	removeFile(name: string): Promise<void>;
	/** Stops where the signal says so. */
	readPosts(
		files: readonly GivenFile[],
		onProgress: OnOwnProgress,
		stop: AbortSignal,
	): Promise<OwnFiles>;
	keptPosts(): Promise<KeptPosts | null>;
	/** Gives the id of what is kept. Keeps nothing once the signal is raised. */
	keepPosts(own: OwnFiles, stop: AbortSignal): Promise<string>;
	erasePosts(): Promise<void>;
}

/** The visitor's posts in the place of the lake's. */
export interface ShownPosts {
	readonly files: OwnFiles;
	readonly data: PostsData;
	/** By which the engine knows their files. */
	readonly names: readonly string[];
	/** Of what was kept of them last; null where they never were. */
	readonly keptId: string | null;
}

/** Posts that are on their way. */
export interface OpeningPosts {
	readonly stage: "reading" | "showing";
	/** Of the files, with what was read of them. */
	readonly bytes: number;
	readonly totalBytes: number;
	readonly posts: number;
	readonly cancel: () => void;
}

/** Gives posts to show, and their id where they are kept. */
type Load = (
	onProgress: OnOwnProgress,
	stop: AbortSignal,
) => Promise<{ readonly files: OwnFiles; readonly keptId: string | null }>;

/**
 * What the visitor's own posts are to the page. No method rejects: what went wrong is
 * told. `onChange` is called when other posts show, or the lake's again.
 */
export class OwnPostsState {
	readonly shown: Signal<ShownPosts | null> = signal(null);
	/** What shows stays until these are here. */
	readonly opening: Signal<OpeningPosts | null> = signal(null);
	readonly kept: Signal<KeptPosts | null> = signal(null);
	/** Why the posts that were asked for last do not show; null where they do. */
	readonly failure: Signal<unknown> = signal(null);
	/** What became of what the visitor did last, where nothing else shows it. */
	readonly said: Signal<string> = signal("");
	readonly #world: OwnWorld;
	/** Raised when all that is kept is erased: what waits to be kept goes with it. */
	#erasure = new AbortController();

	constructor(world: OwnWorld) {
		this.#world = world;
	}

	/** Looks for what is kept. */
	async findKept(): Promise<void> {
		// What cannot be read is not offered.
		this.kept.value = await this.#world.keptPosts().catch(() => null);
	}

	/** Follows what some tab, this one included, has kept or erased. */
	async follow(change: KeptChange): Promise<void> {
		if (change === "erased") {
			this.#erasure.abort();
			this.#erasure = new AbortController();
		}
		await this.findKept();
	}

	/** Shows the posts of files. Nothing changes where they hold none. */
	async read(
		{ files, problems }: DroppedFiles,
		onChange: () => void,
	): Promise<void> {
		const load: Load = async (onProgress, stop) => {
			const own = await this.#world.readPosts(files, onProgress, stop);
			return {
				files: { ...own, summary: withProblems(own.summary, problems) },
				keptId: null,
			};
		};
		await this.#open("reading", load, onChange);
	}

	/** Shows copies of what is kept: the engine reads as questions come, and it may be erased before. */
	async showKept(onChange: () => void): Promise<void> {
		const load: Load = async () => {
			const kept = await this.#world.keptPosts();
			this.kept.value = kept;
			if (kept === null)
				throw new Error("these posts are not kept on this device any more");
			const copied = async (file: Blob) => new Blob([await file.arrayBuffer()]);
			return {
				files: {
					posts: await copied(kept.posts),
					postTags: await copied(kept.postTags),
					summary: kept.summary,
				},
				keptId: kept.id,
			};
		};
		await this.#open("showing", load, onChange);
	}

	/** Back to the lake's posts; what is kept stays. */
	async close(onChange: () => void): Promise<void> {
		const before = this.shown.peek();
		if (before === null) return;
		batch(() => {
			this.shown.value = null;
			this.said.value = "";
			onChange();
		});
		await this.#remove(before.names);
	}

	/** Keeps what shows, in the place of what was kept before. */
	async keep(): Promise<void> {
		const before = this.shown.peek();
		if (before === null) return;
		const stop = this.#erasure.signal;
		try {
			const keptId = await this.#world.keepPosts(before.files, stop);
			const kept = await this.#world.keptPosts();
			const now = this.shown.peek();
			batch(() => {
				this.kept.value = kept;
				this.said.value = "";
				if (now?.files === before.files) this.shown.value = { ...now, keptId };
			});
		} catch (error) {
			if (stop.aborted)
				this.said.value =
					"Your posts were erased from this device meanwhile: none were kept.";
			else
				this.said.value = isQuota(error)
					? "The browser has no room to keep these posts. They are here until you leave the page."
					: `They could not be kept: ${messageOf(error)}`;
		}
	}

	/** Removes what is kept; what shows stays. */
	async erase(): Promise<void> {
		try {
			await this.#world.erasePosts();
			this.kept.value = null;
			this.said.value =
				"No posts of your own are kept on this device any more.";
		} catch (error) {
			this.said.value = `They could not be erased: ${messageOf(error)}`;
		}
	}

	/** One at a time. Files that were added for posts that do not show leave the engine again. */
	async #open(
		stage: OpeningPosts["stage"],
		load: Load,
		onChange: () => void,
	): Promise<void> {
		if (this.opening.peek() !== null) {
			this.said.value =
				"Your posts are still being opened: wait until they show, or cancel that first.";
			return;
		}
		const controller = new AbortController();
		const stop = controller.signal;
		const cancel = () => controller.abort();
		const stopped = new Promise<never>((_, reject) =>
			stop.addEventListener("abort", () => reject(stop.reason)),
		);
		stopped.catch(() => {});
		const none = { bytes: 0, totalBytes: 0, posts: 0 };
		batch(() => {
			this.opening.value = { stage, ...none, cancel };
			this.failure.value = null;
			this.said.value = "";
		});
		const adding: Promise<{ readonly name: string }>[] = [];
		try {
			const onProgress: OnOwnProgress = (bytes, totalBytes, posts) => {
				if (!stop.aborted)
					this.opening.value = { stage, bytes, totalBytes, posts, cancel };
			};
			const { files, keptId } = await Promise.race([
				load(onProgress, stop),
				stopped,
			]);
			if (files.summary.posts === 0) throw new Error(nothingIn(files.summary));
			this.opening.value = { stage: "showing", ...none, cancel };
			for (const file of [
				new File([files.posts], OWN_FILES.posts),
				new File([files.postTags], OWN_FILES.postTags),
			]) {
				const added = this.#world.addFile(file);
				adding.push(added);
				await Promise.race([added, stopped]);
			}
			const names = (await Promise.all(adding)).map(({ name }) => name);
			const data = ownData(files.summary, ownPosts(...names));
			if (data === null) throw new Error(nothingIn(files.summary));
			const before = this.shown.peek();
			batch(() => {
				this.opening.value = null;
				this.shown.value = { files, data, names, keptId };
				onChange();
			});
			await this.#remove(before?.names ?? []);
		} catch (error) {
			for (const added of adding)
				added.then(({ name }) => this.#remove([name])).catch(() => {});
			batch(() => {
				this.opening.value = null;
				if (stop.aborted) this.said.value = "Given up: nothing was opened.";
				else this.failure.value = error;
			});
		}
	}

	/** An engine that is lost holds them no more. */
	async #remove(names: readonly string[]): Promise<void> {
		for (const name of names)
			await this.#world.removeFile(name).catch(() => {});
	}
}

/** With what the browser could not open, which no reader has seen. */
function withProblems(
	summary: OwnSummary,
	problems: DroppedFiles["problems"],
): OwnSummary {
	const rejects = problems.map(({ path, line, reason }) => ({
		file: path,
		line,
		reason,
	}));
	return {
		...summary,
		rejected: summary.rejected + rejects.length,
		rejects: [...rejects, ...summary.rejects],
	};
}

function nothingIn({ rejects: [first] }: OwnSummary): string {
	return first === undefined
		? "there are no posts in these files"
		: `there are no posts in these files: ${first.file}${first.line === null ? "" : `, line ${first.line}`}: ${first.reason}`;
}

function isQuota(error: unknown): boolean {
	return error instanceof Error && error.name === "QuotaExceededError";
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
