import { computed, effect, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { OnOwnProgress } from "../../../workers/own-posts.ts";
import type { GivenFile } from "../../lake/own-data/containers.ts";
import { KEPT_POSTS } from "../../lake/own-data/kept-files.ts";
import { keptPosts, type OwnFiles } from "../../lake/own-data/kept-posts.ts";
import type { OwnSummary } from "../../lake/own-data/own-summary.ts";
import { formatBytes, formatCounted } from "../../lib/text/format.ts";
import { addFile, removeFile } from "../shared/engine/engine.ts";
import { inOwnWorker } from "../shared/engine/page-worker.ts";
import { withReports } from "../shared/engine/worker-reports.ts";
import { focusIfLost } from "../shared/focus.ts";
import {
	type DroppedFiles,
	useFileDrop,
} from "../shared/own-data/dropped-files.ts";
import { KeepForSql } from "../shared/own-data/keep-for-sql.tsx";
import { isOwnKept } from "../shared/own-data/own-sql.ts";
import { FILES_BEING_READ, tellUnkept } from "../shared/own-data/unkept.ts";
import { askToPersist } from "../shared/settings/device.ts";
import { Failure } from "../shared/states.tsx";
import type { PostsData } from "./model.ts";
import { OwnOffer } from "./own-offer.tsx";
import { type OpeningPosts, OwnPostsState } from "./own-posts.ts";

const own = new OwnPostsState({
	addFile,
	removeFile,
	readPosts,
	keptPosts,
	keepPosts: async (files, stop) => {
		// The visitor wants it kept; the browser may still say no.
		await askToPersist();
		stop.throwIfAborted();
		return inOwnWorker("posts", (api) => api.keep(files), stop);
	},
	erasePosts: () => KEPT_POSTS.erase(),
});

effect(() => {
	const shown = own.shown.value;
	isOwnKept.value = shown !== null && shown.keptId === own.kept.value?.id;
});

tellUnkept(
	computed(() => [
		...(own.shown.value !== null && !isOwnKept.value ? ["your own posts"] : []),
		...(own.opening.value?.stage === "reading" ? [FILES_BEING_READ] : []),
	]),
);

/** The visitor's posts where they show, in the place of the lake's. */
export function shownOwn(): PostsData | null {
	return own.shown.value?.data ?? null;
}

/** Looks for posts of an earlier visit, and follows what other tabs keep and erase. Once a page. */
export async function findKept(): Promise<void> {
	KEPT_POSTS.onChange((change) => void own.follow(change));
	await own.findKept();
	await KEPT_POSTS.removeParts().catch(() => {});
}

/** Opens the visitor's own posts, by a button or a drop anywhere on the page, and tells of them. */
export function OwnPosts(props: {
	/** Called when other posts show, or the lake's again. */
	readonly onChange: () => void;
}) {
	const { onChange } = props;
	const section = useRef<HTMLElement>(null);
	const isOver = useSignal(false);
	/** The button that was pressed may be gone then. */
	const after = (task: Promise<void>) =>
		void task.then(() =>
			focusIfLost(() => section.current?.querySelector("input")),
		);
	const open = (given: DroppedFiles) => {
		if (given.files.length + given.problems.length > 0)
			after(own.read(given, onChange));
	};
	useFileDrop((over) => {
		isOver.value = over;
	}, open);
	const opening = own.opening.value;
	const failure = own.failure.value;
	const shown = own.shown.value;
	const kept = own.kept.value;
	const isKept = isOwnKept.value;
	return (
		<section class="own" aria-label="Your own posts" ref={section}>
			<OwnOffer onFiles={(files) => open({ files, problems: [] })} />
			{opening !== null && <Opening opening={opening} />}
			{failure !== null && <Failure error={failure} />}
			{shown !== null && (
				<>
					<div class="own-line">
						<p class="small" role="status">
							Shown: your own {formatCounted(shown.files.summary.posts, "post")}
							, from {formatCounted(shown.files.summary.files.length, "file")}.
						</p>
						{isKept ? (
							<Action key="erase" onPress={() => after(own.erase())}>
								Erase them from this device
							</Action>
						) : (
							// A button of its own: a second press of one must not do the other.
							<Action key="keep" onPress={() => after(own.keep())}>
								Keep them on this device
							</Action>
						)}
						<Action onPress={() => after(own.close(onChange))}>
							Close them
						</Action>
					</div>
					<Rejects summary={shown.files.summary} />
				</>
			)}
			{kept !== null && !isKept && (
				<div class="own-line">
					<p class="small">
						{formatCounted(kept.summary.posts, "post")} of your own{" "}
						{kept.summary.posts === 1 ? "is" : "are"} kept on this device
						{shown !== null && "; those that show would take their place"}.
					</p>
					<Action onPress={() => after(own.showKept(onChange))}>
						Show {shown === null ? "them" : "those that are kept"}
					</Action>
					<Action onPress={() => after(own.erase())}>
						Erase {shown === null ? "them" : "those that are kept"}
					</Action>
				</div>
			)}
			<p class="small own-said" role="status">
				{own.said.value}
			</p>
			<KeepForSql
				kind="posts"
				keep={async () => {
					await own.keep();
					return isOwnKept.peek();
				}}
				problem={() => own.said.peek()}
			/>
			{isOver.value && (
				<div class="own-over" aria-hidden="true">
					<p>Drop to see your own posts</p>
				</div>
			)}
		</section>
	);
}

function Action(props: {
	readonly onPress: () => void;
	readonly children: ComponentChildren;
}) {
	return (
		<button type="button" class="button" onClick={props.onPress}>
			{props.children}
		</button>
	);
}

/** What is on its way: its numbers are no part of what is read aloud as they change. */
function Opening({ opening }: { readonly opening: OpeningPosts }) {
	const { stage, bytes, totalBytes, posts, cancel } = opening;
	return (
		<div class="own-line">
			<p class="small" role="status">
				{stage === "reading" ? "Reading your posts" : "Opening your posts"}
			</p>
			{totalBytes > 0 && (
				<>
					<progress
						aria-label="Reading your posts"
						max={totalBytes}
						value={bytes}
					/>
					<p class="small muted">
						{formatBytes(bytes)} of {formatBytes(totalBytes)},{" "}
						{formatCounted(posts, "post")} so far
					</p>
				</>
			)}
			<Action onPress={cancel}>Cancel</Action>
		</div>
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

async function readPosts(
	files: readonly GivenFile[],
	onProgress: OnOwnProgress,
	stop: AbortSignal,
): Promise<OwnFiles> {
	const { posts, postTags, summary } = await withReports(onProgress, (report) =>
		inOwnWorker("posts", (api) => api.read(files, report), stop),
	);
	return { posts: new Blob([posts]), postTags: new Blob([postTags]), summary };
}
