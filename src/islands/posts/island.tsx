import { computed, effect, type Signal, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import {
	narrowedPosts,
	postList,
	taggedPosts,
	topTags,
} from "../../queries/posts.ts";
import type { Query } from "../../queries/sql.ts";
import { type Ask, Question } from "../charts/question.ts";
import { QuestionStatus } from "../charts/question-status.tsx";
import { timedQuery } from "../charts/timed-query.ts";
import { keepFocus } from "../shared/focus.ts";
import { savesData } from "../shared/lake/offline.ts";
import { Compare } from "./comparison.tsx";
import {
	countsOfDays,
	DEFAULT_CHOICE,
	defaultAnswer,
	funnelWith,
	isBackward,
	isDefault,
	isSameChoice,
	type LakePosts,
	type PostsAnswer,
	type PostsChoice,
	type PostsData,
	selectionOf,
	TAG_LIMIT,
	topTagsOf,
} from "./model.ts";
import { findKept, OwnPosts, shownOwn } from "./own.tsx";
import { Reading, type ReadingAnswer, readablePosts } from "./reading.tsx";
import { ResidentDays } from "./resident-days.ts";
import {
	brushed,
	choice,
	choose,
	compared,
	drawing,
	MOST_PAGES,
	pages,
	pickBoth,
	pickTag,
	shown,
	top,
	unit,
} from "./state.ts";
import { Trends } from "./trends.tsx";
import {
	askComparison,
	askTrends,
	type Comparison,
	type ComparisonAnswer,
	type TrendsAnswer,
} from "./trends-model.ts";
import { NoPosts, PostsView } from "./view.tsx";

const PAGE_POSTS = 10;
const COMPARED_AT_FIRST = 3;

const question = new Question<PostsAnswer>();
const trends = new Question<TrendsAnswer>();
const comparing = new Question<ComparisonAnswer>();
const reading = new Question<ReadingAnswer>();

/** Whether what stands below the first pictures, and needs the engine, is to come. */
const isWanted: Signal<boolean> = signal(false);

const comparison = computed<Comparison>(() => ({
	unit: unit.value,
	tags:
		compared.value ??
		(question.answer.value?.topTags ?? [])
			.slice(0, COMPARED_AT_FIRST)
			.map(({ tag }) => tag),
}));

/** The lake's posts; null where it holds none. */
const lakeData: Signal<LakePosts | null> = signal(null);

/** What shows: the visitor's own posts where they are open, else the lake's. */
const shownData = computed(() => shownOwn() ?? lakeData.value);

const residents = new WeakMap<PostsData, ResidentDays>();

/** The page with its controls: its state is the address. */
export function PostsIsland() {
	const data = shownData.value;
	const own = <OwnPosts onChange={startOver} />;
	return data === null ? (
		<NoPosts own={own} />
	) : (
		<Posts data={data} own={own} />
	);
}

/** Other posts have other windows: all of the visitor's own, the default of the lake's. */
function startOver(): void {
	for (const asked of [question, trends, comparing, reading]) asked.clear();
	choose({ ...DEFAULT_CHOICE, preset: shownOwn() === null ? "week" : "all" });
	compared.value = null;
}

function Posts(props: {
	readonly data: PostsData;
	readonly own: ComponentChildren;
}) {
	const { data, own } = props;
	const chosen = shown.value;
	const days = residentDays(data);
	const isBrushing = brushed.value !== null;
	const preview =
		isBrushing && days.arrivals.value >= 0 ? days.answer(chosen) : null;
	const isAsking = question.state.value.kind === "asking";
	const answer =
		preview ??
		question.answer.value ??
		(isAsking && !data.isOwn ? defaultAnswer(data) : null);
	return (
		<PostsView
			data={data}
			choice={chosen}
			answer={answer}
			isBusy={isBrushing ? preview === null : isAsking}
			status={<QuestionStatus question={question} />}
			top={top.value}
			drawing={drawing.value}
			picker={{ chosen: chosen.tags, pick: pickTag, pickBoth }}
			own={own}
			onChoice={choose}
			onBrush={(next) => {
				brushed.value = next;
				if (next === null) days.giveUp();
				else days.want(shown.peek());
			}}
			onTop={(next) => {
				top.value = next;
			}}
			onDrawing={(next) => {
				drawing.value = next;
			}}
		>
			{chosen.tags.length > 0 && (
				<Reading
					data={data}
					tags={chosen.tags}
					counts={answer}
					answer={reading.answer.value}
					isBusy={reading.state.value.kind === "asking"}
					status={<QuestionStatus question={reading} />}
					onMore={
						pages.value < MOST_PAGES
							? () => {
									pages.value += 1;
								}
							: null
					}
				/>
			)}
			<Below data={data} />
		</PostsView>
	);
}

/** What needs the engine: comes as soon as it is scrolled to. */
function Below({ data }: { readonly data: PostsData }) {
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (box.current === null || savesData()) return;
		const observer = new IntersectionObserver(
			(entries) => {
				if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
				isWanted.value = true;
				observer.disconnect();
			},
			{ rootMargin: "200px" },
		);
		observer.observe(box.current);
		return () => observer.disconnect();
	}, []);
	const answer = trends.answer.value;
	const isAsking = trends.state.value.kind === "asking";
	return (
		<div class="posts-below" ref={box}>
			{isWanted.value ? (
				<>
					<QuestionStatus question={trends} />
					<div class="posts-trends">
						{answer === null ? (
							isAsking && <div class="posts-coming" />
						) : (
							<Trends
								data={data}
								answer={answer}
								isBusy={
									isAsking ||
									!isSameChoice(answer.choice, question.answer.value?.choice)
								}
								picker={{ chosen: choice.value.tags, pick: pickTag, pickBoth }}
							/>
						)}
						<Compare
							data={data}
							comparison={comparison.value}
							answer={comparing.answer.value}
							isBusy={
								question.state.value.kind === "asking" ||
								comparing.state.value.kind === "asking"
							}
							status={<QuestionStatus question={comparing} />}
							known={(question.answer.value?.topTags ?? []).map(
								({ tag }) => tag,
							)}
							onChange={(next) => {
								unit.value = next.unit;
								compared.value = next.tags;
							}}
						/>
					</div>
				</>
			) : (
				<p class="posts-offer">
					<button
						type="button"
						class="button"
						onClick={() =>
							keepFocus(() => {
								isWanted.value = true;
							})
						}
					>
						Show trends
					</button>
				</p>
			)}
		</div>
	);
}

/** Shows the lake's posts, null where it holds none, and asks for what the address names, now and whenever it changes. */
export function start(data: LakePosts | null): void {
	lakeData.value = data;
	void findKept();
	effect(() => {
		const chosen = choice.value;
		const data = shownData.value;
		if (data === null || isBackward(chosen)) {
			question.clear();
			return;
		}
		question.ask(keyOf(data, chosen), askOf(chosen, data));
	});
	effect(() => {
		const data = shownData.value;
		const answer = question.answer.value;
		if (!isWanted.value || data === null || answer === null) {
			trends.clear();
			return;
		}
		if (isAsking()) return;
		trends.ask(keyOf(data, answer.choice), (stop, onProgress) =>
			askTrends(answer, data, (query) => timedQuery(query, stop, onProgress)),
		);
	});
	effect(() => {
		const data = shownData.value;
		const answer = question.answer.value;
		const wanted = comparison.value;
		if (
			!isWanted.value ||
			data === null ||
			answer === null ||
			wanted.tags.length === 0
		) {
			comparing.clear();
			return;
		}
		if (isAsking()) return;
		comparing.ask(keyOf(data, answer.choice, wanted), (stop, onProgress) =>
			askComparison(answer.choice, data, wanted, (query) =>
				timedQuery(query, stop, onProgress),
			),
		);
	});
	effect(() => {
		const data = shownData.value;
		const chosen = choice.value;
		const limit = pages.value * PAGE_POSTS;
		if (data === null || chosen.tags.length === 0 || isBackward(chosen)) {
			reading.clear();
			return;
		}
		reading.ask(keyOf(data, chosen, limit), async (stop, onProgress) => {
			const query = postList(selectionOf(chosen, data), limit, 0);
			const { rows, bytes, milliseconds } = await timedQuery(
				query,
				stop,
				onProgress,
			);
			return {
				...{ query, bytes, milliseconds, data, choice: chosen },
				posts: readablePosts(rows),
			};
		});
	});
}

const numbers = new WeakMap<PostsData, number>();
let count = 0;

/** Equal for equal questions to the same posts. */
function keyOf(data: PostsData, ...asked: readonly unknown[]): string {
	let number = numbers.get(data);
	if (number === undefined) {
		count += 1;
		number = count;
		numbers.set(data, number);
	}
	return JSON.stringify([number, ...asked]);
}

const isAsking = () => question.state.value.kind === "asking";

function residentDays(data: PostsData): ResidentDays {
	let resident = residents.get(data);
	if (resident === undefined) {
		resident = new ResidentDays(data);
		residents.set(data, resident);
	}
	return resident;
}

/**
 * The default window is answered by the roll-ups, brushed days by what the page
 * holds, every other choice by the engine.
 */
function askOf(chosen: PostsChoice, data: PostsData): Ask<PostsAnswer> {
	if (isDefault(chosen) && !data.isOwn) return () => defaultAnswer(data);
	const known = residentDays(data).answer(chosen);
	if (known !== null) return () => known;
	const selection = selectionOf(chosen, data);
	return async (stop, onProgress) => {
		const ask = (query: Query) => timedQuery(query, stop, onProgress);
		const inDays = countsOfDays(data.days, chosen);
		const isNarrowed = chosen.tags.length > 0;
		const [tags, tagged, narrowed] = await Promise.all([
			ask(topTags(selection, TAG_LIMIT)),
			inDays === null ? ask(taggedPosts(selection)) : null,
			isNarrowed ? ask(narrowedPosts(selection)) : null,
		]);
		const [inWindow] = tagged?.rows ?? [];
		const [counted] = narrowed?.rows ?? [];
		const funnelAsked = [tagged, narrowed].filter((part) => part !== null);
		return {
			choice: chosen,
			funnel: funnelWith(
				data.days,
				chosen,
				inDays ?? {
					tagged: Number(inWindow?.tagged),
					tags: Number(inWindow?.tags),
				},
				isNarrowed
					? { tagged: Number(counted?.counted), tags: Number(counted?.tags) }
					: null,
			),
			topTags: topTagsOf(tags.rows),
			bytes: {
				tags: tags.bytes,
				funnel:
					funnelAsked.reduce((sum, { bytes }) => sum + bytes, 0) +
					(inDays === null ? 0 : data.bytes),
			},
			milliseconds: {
				tags: tags.milliseconds,
				funnel:
					funnelAsked.length === 0
						? null
						: Math.max(...funnelAsked.map((part) => part.milliseconds)),
			},
		};
	};
}
