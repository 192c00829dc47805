import { batch, type Signal, signal } from "@preact/signals";
import { proxy, wrap } from "comlink";
import { useEffect, useRef } from "preact/hooks";
import type { OwnSummary } from "../../../workers/own-posts.ts";
import type { OwnPostsApi } from "../../../workers/posts.worker.ts";
import { startWorker } from "../../../workers/start-worker.ts";
import { formatCounted } from "../../charts/format.ts";
import { Lifeline } from "../../lake/lifeline.ts";
import { formatCount } from "../../lib/format.ts";
import type { PostTables } from "../../queries/posts.ts";
import { addFile, removeFile } from "../shared/engine.ts";
import { Failure, Loading } from "../shared/states.tsx";
import { ownData, type PostsData } from "./model.ts";
import { OwnOffer } from "./own-offer.tsx";
import { eraseOwn, keepOwn, keptOwn, type OwnFiles } from "./own-store.ts";

/** What the visitor's own posts are to the page. */
type OwnState =
	| { readonly kind: "none" }
	| {
			readonly kind: "reading";
			readonly bytes: number;
			readonly totalBytes: number;
			readonly posts: number;
	  }
	| { readonly kind: "failed"; readonly error: unknown }
	| {
			readonly kind: "shown";
			readonly own: OwnFiles;
			readonly data: PostsData;
			readonly isKept: boolean;
	  };

const state: Signal<OwnState> = signal({ kind: "none" });
/** Of an earlier visit, and not shown. */
const kept: Signal<OwnFiles | null> = signal(null);
const complaint: Signal<string> = signal("");
/** Names by which the engine knows the files that show. */
let names: readonly string[] = [];

/** The visitor's posts where they show, in the place of the lake's. */
export function shownOwn(): PostsData | null {
	return state.value.kind === "shown" ? state.value.data : null;
}

/** Looks for posts of an earlier visit. */
export async function findKept(): Promise<void> {
	kept.value = await keptOwn();
}

/** Opens the visitor's own posts, by a button or a drop anywhere on the page, and tells of them. */
export function OwnPosts(props: {
	/** Called when other posts show, or the lake's again. */
	readonly onChange: () => void;
}) {
	const { onChange } = props;
	const isOver = useRef(signal(false)).current;
	const open = (files: readonly File[]) => {
		if (files.length > 0) void read(files, onChange);
	};
	useEffect(() => {
		let depth = 0;
		const hasFiles = (event: DragEvent) =>
			event.dataTransfer?.types.includes("Files") ?? false;
		const onDrag = (event: DragEvent) => {
			if (!hasFiles(event)) return;
			event.preventDefault();
			depth += event.type === "dragenter" ? 1 : 0;
			depth -= event.type === "dragleave" ? 1 : 0;
			isOver.value = depth > 0;
		};
		const onDrop = (event: DragEvent) => {
			if (!hasFiles(event)) return;
			event.preventDefault();
			depth = 0;
			isOver.value = false;
			open([...(event.dataTransfer?.files ?? [])]);
		};
		const drags = ["dragenter", "dragover", "dragleave"] as const;
		for (const type of drags) window.addEventListener(type, onDrag);
		window.addEventListener("drop", onDrop);
		return () => {
			for (const type of drags) window.removeEventListener(type, onDrag);
			window.removeEventListener("drop", onDrop);
		};
	}, []);
	const now = state.value;
	return (
		<section class="own" aria-label="Your own posts">
			<OwnOffer isDisabled={now.kind === "reading"} onFiles={open} />
			{now.kind === "reading" && (
				<Loading
					what={`your posts, ${formatCount(now.posts)} so far`}
					bytes={now.bytes}
					totalBytes={now.totalBytes}
				/>
			)}
			{now.kind === "failed" && <Failure error={now.error} />}
			{now.kind === "shown" && (
				<Shown
					own={now.own}
					isKept={now.isKept}
					onClose={() => void close(onChange)}
				/>
			)}
			{now.kind === "none" && kept.value !== null && (
				<div class="own-line">
					<p class="small">
						{formatCounted(kept.value.summary.posts, "post")} of your own are
						kept on this device.
					</p>
					<button
						type="button"
						class="button"
						onClick={() => {
							const own = kept.value;
							if (own !== null) void showKept(own, onChange);
						}}
					>
						Show them
					</button>
					<button type="button" class="button" onClick={() => void erase()}>
						Erase them
					</button>
				</div>
			)}
			<p class="small own-complaint" role="status">
				{complaint.value}
			</p>
			{isOver.value && (
				<div class="own-over" aria-hidden="true">
					<p>Drop to see your own posts</p>
				</div>
			)}
		</section>
	);
}

function Shown(props: {
	readonly own: OwnFiles;
	readonly isKept: boolean;
	readonly onClose: () => void;
}) {
	const { own, isKept } = props;
	return (
		<>
			<div class="own-line">
				<p class="small" role="status">
					Shown: your own {formatCounted(own.summary.posts, "post")}, from{" "}
					{formatCounted(own.summary.files.length, "file")}.
				</p>
				{isKept ? (
					<button type="button" class="button" onClick={() => void erase()}>
						Erase them from this device
					</button>
				) : (
					<button type="button" class="button" onClick={() => void keep(own)}>
						Keep them on this device
					</button>
				)}
				<button type="button" class="button" onClick={props.onClose}>
					Close them
				</button>
			</div>
			<Rejects summary={own.summary} />
		</>
	);
}

function Rejects({ summary }: { readonly summary: OwnSummary }) {
	const { rejected, rejects } = summary;
	if (rejected === 0) return null;
	return (
		<details class="posts-note">
			<summary>{formatCounted(rejected, "value")} could not be used</summary>
			<ul>
				{rejects.map(({ file, line, reason }, index) => (
					<li key={index}>
						{file}
						{line === null ? "" : `, line ${line}`}: {reason}
					</li>
				))}
			</ul>
			{rejects.length < rejected && <p>These are the first of them.</p>}
		</details>
	);
}

async function read(
	files: readonly File[],
	onChange: () => void,
): Promise<void> {
	if (state.peek().kind === "reading") return;
	await close(onChange);
	complaint.value = "";
	const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
	state.value = { kind: "reading", bytes: 0, totalBytes, posts: 0 };
	const worker = startWorker("posts");
	const lifeline = new Lifeline("the reader of posts");
	worker.addEventListener("error", (event) =>
		lifeline.lose(event.message || "its worker failed"),
	);
	try {
		const { posts, postTags, summary } = await lifeline.hold(
			wrap<OwnPostsApi>(worker).read(
				files,
				proxy((bytes: number, total: number, found: number) => {
					state.value = {
						...{ kind: "reading", bytes, totalBytes: total, posts: found },
					} as const;
				}),
			),
		);
		if (summary.posts === 0) throw new Error(nothingIn(summary));
		await show(
			{
				posts: new Blob([posts]),
				postTags: new Blob([postTags]),
				summary,
			},
			false,
			onChange,
		);
	} catch (error) {
		state.value = { kind: "failed", error };
	} finally {
		worker.terminate();
	}
}

function nothingIn({ rejects: [first] }: OwnSummary): string {
	return first === undefined
		? "there are no posts in these files"
		: `there are no posts in these files: ${first.file}${first.line === null ? "" : `, line ${first.line}`}: ${first.reason}`;
}

/** Shows copies: the engine reads as questions come, and what is kept may be erased before. */
async function showKept(own: OwnFiles, onChange: () => void): Promise<void> {
	const copied = async (file: Blob) => new Blob([await file.arrayBuffer()]);
	try {
		const posts = await copied(own.posts);
		const postTags = await copied(own.postTags);
		await show({ posts, postTags, summary: own.summary }, true, onChange);
	} catch (error) {
		state.value = { kind: "failed", error };
	}
}

async function show(
	own: OwnFiles,
	isKept: boolean,
	onChange: () => void,
): Promise<void> {
	try {
		const files = [
			await addFile(new File([own.posts], "own-posts.parquet")),
			await addFile(new File([own.postTags], "own-post-tags.parquet")),
		];
		names = files.map(({ name }) => name);
		const data = ownData(own.summary, tablesOf(names));
		if (data === null) throw new Error("there are no posts in these files");
		batch(() => {
			state.value = { kind: "shown", own, data, isKept };
			onChange();
		});
	} catch (error) {
		state.value = { kind: "failed", error };
	}
}

/** Back to the lake's posts; what is kept stays. */
async function close(onChange: () => void): Promise<void> {
	const wasShown = state.peek().kind === "shown";
	batch(() => {
		state.value = { kind: "none" };
		if (wasShown) onChange();
	});
	const leaving = names;
	names = [];
	for (const name of leaving) await removeFile(name);
}

async function keep(own: OwnFiles): Promise<void> {
	try {
		await keepOwn(own);
		const now = state.peek();
		if (now.kind === "shown") state.value = { ...now, isKept: true };
		kept.value = own;
		complaint.value = "";
	} catch (error) {
		complaint.value = `They could not be kept: ${error instanceof Error ? error.message : error}`;
	}
}

async function erase(): Promise<void> {
	try {
		await eraseOwn();
		kept.value = null;
		const now = state.peek();
		if (now.kind === "shown") state.value = { ...now, isKept: false };
		complaint.value = "Nothing of yours is kept on this device any more.";
	} catch (error) {
		complaint.value = `They could not be erased: ${error instanceof Error ? error.message : error}`;
	}
}

/** The files as SQL names them: the engine takes names of files as literals alone. */
function tablesOf([posts = "", postTags = ""]: readonly string[]): PostTables {
	const named = (name: string) => {
		const text = `'${name.replaceAll("'", "''")}'`;
		return { sql: text, params: [], display: text };
	};
	return { posts: named(posts), postTags: named(postTags) };
}
