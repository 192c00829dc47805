import type { Table } from "apache-arrow";
import type { TopTag } from "../../charts/top-tags.ts";
import { DAY_MS } from "../../lib/time-units.ts";

/** Days since 1970, both included. */
export interface DaySpan {
	readonly first: number;
	readonly last: number;
}

/** A day's tags by number, and their counts. */
interface DayCounts {
	readonly tags: Uint32Array;
	readonly occurrences: Uint32Array;
	readonly posts: Uint32Array;
}

const EMPTY: DayCounts = {
	tags: new Uint32Array(),
	occurrences: new Uint32Array(),
	posts: new Uint32Array(),
};

/**
 * Counts of tags by UTC day in memory: the tags of any whole days are their sum,
 * while a finger moves. What they sum to is what the query `topTags` gives.
 */
export class TagDays {
	readonly #tags: string[] = [];
	readonly #numbers = new Map<string, number>();
	readonly #days = new Map<number, DayCounts>();

	/** The days of a span that are not here, as the least span that holds them; null where all are. */
	missing({ first, last }: DaySpan): DaySpan | null {
		let from = first;
		while (from <= last && this.#days.has(from)) from += 1;
		let to = last;
		while (to >= from && this.#days.has(to)) to -= 1;
		return from > to ? null : { first: from, last: to };
	}

	/** Takes an answer of the query `tagsPerDay` over a span; days without tags are then known to have none. */
	add(table: Table, { first, last }: DaySpan): void {
		const column = (name: string) => table.getChild(name);
		const days = column("day")?.toArray() as Int32Array | undefined;
		const occurrences = column("occurrences")?.toArray() as Int32Array;
		const posts = column("posts")?.toArray() as Int32Array;
		const names = column("tag");
		const rows = days?.length ?? 0;
		let at = 0;
		for (let day = first; day <= last; day++) {
			const start = at;
			while (at < rows && days?.[at] === day) at += 1;
			if (at === start) {
				this.#days.set(day, EMPTY);
				continue;
			}
			const tags = new Uint32Array(at - start);
			for (let row = start; row < at; row++)
				tags[row - start] = this.#number(String(names?.get(row)));
			this.#days.set(day, {
				tags,
				occurrences: Uint32Array.from(occurrences.subarray(start, at)),
				posts: Uint32Array.from(posts.subarray(start, at)),
			});
		}
	}

	/** The tags that occur most often in a span whose days are all here, as `topTags` orders them. */
	top(span: DaySpan, limit: number): TopTag[] {
		const occurrences = new Uint32Array(this.#tags.length);
		const posts = new Uint32Array(this.#tags.length);
		for (const counts of this.#span(span)) {
			for (let at = 0; at < counts.tags.length; at++) {
				const tag = counts.tags[at] as number;
				occurrences[tag] =
					(occurrences[tag] as number) + (counts.occurrences[at] as number);
				posts[tag] = (posts[tag] as number) + (counts.posts[at] as number);
			}
		}
		return this.#most(occurrences, limit).map((tag) => ({
			tag: this.#tags[tag] as string,
			occurrences: occurrences[tag] as number,
			posts: posts[tag] as number,
		}));
	}

	/** Occurrences of all tags in a span whose days are all here. */
	occurrences(span: DaySpan): number {
		let sum = 0;
		for (const counts of this.#span(span))
			for (const count of counts.occurrences) sum += count;
		return sum;
	}

	/** Posts of a span that carry a tag. */
	postsWith(tag: string, span: DaySpan): number {
		const number = this.#numbers.get(tag);
		if (number === undefined) return 0;
		let sum = 0;
		for (const { tags, posts } of this.#span(span))
			for (let at = 0; at < tags.length; at++)
				if (tags[at] === number) sum += posts[at] as number;
		return sum;
	}

	*#span({ first, last }: DaySpan): Generator<DayCounts> {
		for (let day = first; day <= last; day++) {
			const counts = this.#days.get(day);
			if (counts === undefined)
				throw new Error(`a day that is not here: ${day}`);
			yield counts;
		}
	}

	/** The numbers of the first tags by count and name: a short list kept in order, so that most tags cost one look. */
	#most(occurrences: Uint32Array, limit: number): number[] {
		const isBefore = (one: number, other: number) => {
			const more =
				(occurrences[one] as number) - (occurrences[other] as number);
			return (
				more > 0 ||
				(more === 0 &&
					isBeforeByBytes(
						this.#tags[one] as string,
						this.#tags[other] as string,
					))
			);
		};
		const first: number[] = [];
		for (let tag = 0; tag < occurrences.length; tag++) {
			if (occurrences[tag] === 0) continue;
			const last = first[limit - 1];
			if (last !== undefined && !isBefore(tag, last)) continue;
			if (last !== undefined) first.pop();
			let at = first.length;
			while (at > 0 && isBefore(tag, first[at - 1] as number)) at -= 1;
			first.splice(at, 0, tag);
		}
		return first;
	}

	#number(tag: string): number {
		const known = this.#numbers.get(tag);
		if (known !== undefined) return known;
		const number = this.#tags.length;
		this.#tags.push(tag);
		this.#numbers.set(tag, number);
		return number;
	}
}

/** Days since 1970 of two days, each given as its midnight, UTC. */
export function daySpan(from: Date, to: Date): DaySpan {
	return {
		first: Math.floor(from.getTime() / DAY_MS),
		last: Math.floor(to.getTime() / DAY_MS),
	};
}

/** The order of UTF-8's bytes, which is DuckDB's; that of UTF-16 differs beyond U+FFFF. */
function isBeforeByBytes(one: string, other: string): boolean {
	const length = Math.min(one.length, other.length);
	for (let at = 0; at < length; at++) {
		const a = one.codePointAt(at) as number;
		const b = other.codePointAt(at) as number;
		if (a !== b) return a < b;
	}
	return one.length < other.length;
}
