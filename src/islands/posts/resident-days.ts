import { type Signal, signal } from "@preact/signals";
import { DAY_MS } from "../../lib/time-units.ts";
import { tagsPerDay } from "../../queries/posts.ts";
import { wholeDays } from "../../queries/time-window.ts";
import { queryLake } from "../shared/engine/engine.ts";
import {
	countsOfDays,
	dayRange,
	funnelWith,
	type PostsAnswer,
	type PostsChoice,
	type PostsData,
	TAG_LIMIT,
} from "./model.ts";
import { type DaySpan, daySpan, TagDays } from "./tag-days.ts";

/** Of up to so many tags in all, every day is fetched with the first one. */
const FETCH_ALL = 2_000_000;

/**
 * The counts of days that the page holds, so that a window can be brushed without
 * asking the engine at every step. They are fetched when a window is first brushed.
 */
export class ResidentDays {
	/** Grows whenever days have come. */
	readonly arrivals: Signal<number> = signal(0);

	readonly #data: PostsData;
	#key = "";
	#days = new TagDays();
	#bytes = 0;
	#running: { readonly span: DaySpan; readonly stop: AbortController } | null =
		null;

	constructor(data: PostsData) {
		this.#data = data;
	}

	/** The answer to a choice of whole days, where they are all here; else null. */
	answer(choice: PostsChoice): PostsAnswer | null {
		const span = this.#spanOf(choice);
		if (span === null || this.#key !== keyOf(choice)) return null;
		if (this.#days.missing(span) !== null) return null;
		const started = performance.now();
		const inWindow = countsOfDays(this.#data.days, choice);
		if (inWindow === null) return null;
		const topTags = this.#days.top(span, TAG_LIMIT);
		const [first] = choice.tags;
		// Every counted post carries each chosen tag: those of one of them are all.
		const narrowed =
			first === undefined
				? null
				: {
						tagged: this.#days.postsWith(first, span),
						tags: this.#days.occurrences(span),
					};
		return {
			choice,
			funnel: funnelWith(this.#data.days, choice, inWindow, narrowed),
			topTags,
			bytes: { tags: this.#bytes, funnel: this.#data.bytes },
			milliseconds: { tags: performance.now() - started, funnel: null },
		};
	}

	/** Fetches the days of a choice that are not here; a fetch for other days is given up. */
	want(choice: PostsChoice): void {
		const key = keyOf(choice);
		if (key !== this.#key) {
			this.#stop();
			this.#key = key;
			this.#days = new TagDays();
			this.#bytes = 0;
		}
		const span = this.#spanOf(choice);
		const missing = span && this.#days.missing(span);
		if (missing === null) return;
		const running = this.#running?.span;
		if (
			running !== undefined &&
			running.first <= missing.first &&
			running.last >= missing.last
		)
			return;
		this.#stop();
		const { first, last } = dayRange(this.#data);
		void this.#fetch(
			choice,
			this.#data.occurrences <= FETCH_ALL ? daySpan(first, last) : missing,
		);
	}

	/** Gives up what is being fetched. */
	giveUp(): void {
		this.#stop();
	}

	async #fetch(choice: PostsChoice, span: DaySpan): Promise<void> {
		const stop = new AbortController();
		this.#running = { span, stop };
		const query = tagsPerDay({
			tables: this.#data.tables,
			window: wholeDays(
				new Date(span.first * DAY_MS),
				new Date(span.last * DAY_MS),
			),
			withReposts: choice.withReposts,
			tags: choice.tags,
		});
		try {
			const { table, answer } = await queryLake(query, { signal: stop.signal });
			if (stop.signal.aborted) return;
			this.#days.add(table, span);
			this.#bytes += answer.plan.estimated.bytes;
			this.arrivals.value += 1;
		} catch {
			// The window that is chosen in the end is asked of the engine, which then tells why.
		} finally {
			if (this.#running?.stop === stop) this.#running = null;
		}
	}

	#stop(): void {
		this.#running?.stop.abort();
		this.#running = null;
	}

	/** Days of a choice among those with posts; null where it is not of whole days. */
	#spanOf({ preset, from, to }: PostsChoice): DaySpan | null {
		const { first, last } = dayRange(this.#data);
		if (from === null && to === null)
			return preset === "all" ? daySpan(first, last) : null;
		const span = daySpan(
			from === null || from < first ? first : from,
			to === null || to > last ? last : to,
		);
		return span.first <= span.last ? span : null;
	}
}

const keyOf = ({ withReposts, tags }: PostsChoice) =>
	JSON.stringify([withReposts, tags]);
