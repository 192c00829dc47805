import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { toldTags } from "../../lib/posts/hashtags.ts";
import { formatCount, formatCounted } from "../../lib/text/format.ts";
import { Empty } from "../shared/states.tsx";
import { Instant } from "./instant.tsx";
import {
	isSameChoice,
	type PostsAnswer,
	type PostsChoice,
	type PostsData,
} from "./model.ts";
import { Source } from "./trends.tsx";
import type { Asked } from "./trends-model.ts";

/** A post to read. */
export interface ReadablePost {
	readonly id: string;
	readonly author: string | null;
	readonly createdAt: Date;
	readonly isRepost: boolean;
	/** Null where the publisher leaves it out, or the visitor's file has none. */
	readonly text: string | null;
	/** Begins with `http:` or `https:`; null where there is none. */
	readonly url: string | null;
}

export interface ReadingAnswer extends Asked {
	/** Whose posts they are, and which. */
	readonly data: PostsData;
	readonly choice: PostsChoice;
	readonly posts: readonly ReadablePost[];
}

/** Rows of the query `postList`. */
export function readablePosts(
	rows: readonly Readonly<Record<string, unknown>>[],
): ReadablePost[] {
	const text = (value: unknown) => (value === null ? null : String(value));
	return rows.map((row) => ({
		id: String(row.post_id),
		author: text(row.author),
		createdAt: row.created_at as Date,
		isRepost: row.is_repost === true,
		text: text(row.text),
		url: webUrl(text(row.url)),
	}));
}

/** The posts behind the chosen tags, newest first, as far as their texts are published. */
export function Reading(props: {
	readonly data: PostsData;
	readonly tags: readonly string[];
	/** How many posts there are; of another choice while they are counted. */
	readonly counts: PostsAnswer | null;
	/** The last answer there is, also of other posts while `isBusy`. */
	readonly answer: ReadingAnswer | null;
	readonly isBusy: boolean;
	readonly status: ComponentChildren;
	/** Null where no more can be shown. */
	readonly onMore: (() => void) | null;
}) {
	const { data, tags, counts, isBusy, onMore } = props;
	const list = useRef<HTMLOListElement>(null);
	const isAsked = useRef(false);
	const answer =
		props.answer?.data === data &&
		JSON.stringify(props.answer.choice.tags) === JSON.stringify(tags)
			? props.answer
			: null;
	const posts = answer?.posts ?? [];
	const counted =
		answer !== null &&
		counts !== null &&
		isSameChoice(answer.choice, counts.choice)
			? counts.funnel.counted
			: null;
	const isMore = counted !== null && posts.length < counted;
	// With the last posts the button goes: the focus stays where they are.
	useLayoutEffect(() => {
		if (isBusy || !isAsked.current) return;
		isAsked.current = false;
		if (!isMore || onMore === null)
			list.current?.focus({ preventScroll: true });
	}, [isBusy, isMore, posts.length]);
	const hasText = posts.some(({ text }) => text !== null);
	return (
		<section
			class="reading"
			id="reading"
			aria-labelledby="reading-title"
			aria-busy={isBusy ? "true" : undefined}
		>
			<h2 class="figure-title" id="reading-title">
				Posts with {toldTags(tags)}
			</h2>
			{props.status}
			{answer !== null &&
				(posts.length === 0 ? (
					<Empty>
						<p>No post in this window carries these tags.</p>
					</Empty>
				) : !hasText ? (
					<Empty>
						<p>
							{data.isOwn
								? "Your files hold no text of these posts, so that there is nothing to read here."
								: "The publisher left the texts of these posts out of the lake, so that there is nothing to read here."}
						</p>
					</Empty>
				) : (
					<>
						<p class="figure-subtitle">
							Newest first
							{counted !== null &&
								`, ${formatCount(posts.length)} of ${formatCounted(counted, "post")}`}
						</p>
						<ol class="reading-list" ref={list} tabIndex={-1}>
							{posts.map((post) => (
								<li key={post.id}>
									<Post post={post} isOwn={data.isOwn} />
								</li>
							))}
						</ol>
						{isMore && onMore !== null && (
							<button
								type="button"
								class="button"
								aria-disabled={isBusy ? "true" : undefined}
								onClick={() => {
									if (isBusy) return;
									isAsked.current = true;
									onMore();
								}}
							>
								{isBusy ? "Loading …" : "More posts"}
							</button>
						)}
						{isMore && onMore === null && (
							<p class="small muted">
								More cannot be shown at once: choose a shorter window.
							</p>
						)}
					</>
				))}
			{answer !== null && (
				<Source data={data} asked={answer} rows={posts.length} />
			)}
		</section>
	);
}

function Post(props: { readonly post: ReadablePost; readonly isOwn: boolean }) {
	const { post, isOwn } = props;
	return (
		<article class="post">
			<p class="post-head">
				{post.author !== null && (
					<span class="post-author" dir="auto">
						{post.author}
					</span>
				)}
				<Instant at={post.createdAt} />
				{post.isRepost && <span>repost</span>}
				{post.url !== null && (
					<a href={post.url} target="_blank" rel="noopener noreferrer">
						Open the post
					</a>
				)}
			</p>
			<p class="post-text" dir="auto">
				{post.text ?? (
					<span class="muted">
						{isOwn ? "It has no text." : "The text is not published."}
					</span>
				)}
			</p>
		</article>
	);
}

/** An address that a link may lead to; a lake of another tool may hold any text. */
function webUrl(text: string | null): string | null {
	if (text === null) return null;
	try {
		const url = new URL(text);
		return url.protocol === "http:" || url.protocol === "https:"
			? url.href
			: null;
	} catch {
		return null;
	}
}
