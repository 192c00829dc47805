/** What happened to a file since it was last taken into the lake. */
interface PendingFile {
	/** Null where it is gone. */
	readonly status: string | null;
	/** When it was first seen so, in milliseconds. */
	readonly since: number;
	/** Null while nobody has looked into it. */
	keys: readonly string[] | null;
}

/** What a build is to take up. */
export interface Due {
	readonly paths: readonly string[];
	/** What it rebuilds, sorted. */
	readonly keys: readonly string[];
}

/**
 * Decides when the files that come to an inbox are taken into the lake. A file touches
 * keys, the parts of the lake that it is rebuilt by; it is taken once nothing has
 * arrived for any of them for the quiet period, so that what comes late and out of
 * order costs one rebuild. Times are milliseconds of a clock that never goes back.
 */
export class Arrivals {
	readonly #quietMs: number;
	/** Status of what the lake is made from, by path. */
	readonly #taken = new Map<string, string>();
	readonly #pending = new Map<string, PendingFile>();
	/** Keys of files that somebody has looked into, by path. */
	readonly #keys = new Map<string, readonly string[]>();
	/** When something arrived last, by key. */
	readonly #arrivedAt = new Map<string, number>();

	/** `there` is taken at once: statuses by path. */
	constructor(quietMs: number, there: ReadonlyMap<string, string>) {
		this.#quietMs = quietMs;
		for (const [path, status] of there) this.#taken.set(path, status);
	}

	/** Whether a file is part of the lake, or of the build that is due. */
	isTaken(path: string): boolean {
		return this.#taken.has(path);
	}

	/** Files that wait to be taken, changed and removed ones among them. */
	get waiting(): number {
		return this.#pending.size;
	}

	/**
	 * Compares what is there now, statuses by path, with what was. Gives the files that
	 * have stayed as they are since the last look, and whose keys are to be {@link know}n.
	 */
	look(now: number, there: ReadonlyMap<string, string>): string[] {
		const settled: string[] = [];
		for (const [path, status] of there) {
			const pending = this.#pending.get(path);
			if (this.#taken.get(path) === status) this.#pending.delete(path);
			else if (pending?.status !== status) this.#arrive(path, status, now);
			else if (pending.keys === null) settled.push(path);
		}
		for (const path of this.#taken.keys())
			if (!there.has(path) && this.#pending.get(path)?.status !== null)
				this.#arrive(path, null, now);
		for (const path of this.#pending.keys())
			if (!there.has(path) && !this.#taken.has(path))
				this.#pending.delete(path);
		return settled;
	}

	/** Says which keys a file touches; one that touches none is a key of its own. */
	know(path: string, keys: readonly string[]): void {
		const pending = this.#pending.get(path);
		if (pending === undefined) return;
		const own = keys.length > 0 ? keys : [path];
		// What it held before is rebuilt as well as what it holds now.
		const all = [...new Set([...own, ...(this.#keys.get(path) ?? [])])];
		pending.keys = all;
		this.#keys.set(path, own);
		for (const key of all) this.#touch(key, pending.since);
	}

	/**
	 * What is to be taken now, null where all is to wait. What is ready waits for files
	 * that nobody has looked into, which may touch the same keys, and for files that the
	 * lake holds in another state to be quiet: they cannot be kept out of a build, since
	 * their former state is gone. But it waits no longer than another quiet period.
	 */
	due(now: number): Due | null {
		const ready: string[] = [];
		const unheld: string[] = [];
		let isComplete = true;
		let earliest = Number.POSITIVE_INFINITY;
		for (const [path, pending] of this.#pending) {
			const readyAt = this.#readyAt(pending);
			if (readyAt <= now) {
				ready.push(path);
				earliest = Math.min(earliest, readyAt);
				continue;
			}
			if (this.#taken.has(path)) unheld.push(path);
			if (this.#taken.has(path) || pending.keys === null) isComplete = false;
		}
		if (ready.length === 0) return null;
		if (!isComplete && now < earliest + this.#quietMs) return null;
		const paths = [...ready, ...unheld].sort();
		const keys = paths.flatMap((path) => this.#pending.get(path)?.keys ?? path);
		return { paths, keys: [...new Set(keys)].sort() };
	}

	/** Takes what is due: from now on it is what later states are compared with. */
	take({ paths }: Due): void {
		for (const path of paths) {
			const status = this.#pending.get(path)?.status;
			this.#pending.delete(path);
			if (status === null) {
				this.#taken.delete(path);
				this.#keys.delete(path);
			} else if (status !== undefined) this.#taken.set(path, status);
		}
		const awaited = new Set(
			[...this.#pending.values()].flatMap(({ keys }) => keys ?? []),
		);
		for (const key of this.#arrivedAt.keys())
			if (!awaited.has(key)) this.#arrivedAt.delete(key);
	}

	#arrive(path: string, status: string | null, now: number): void {
		const known = this.#keys.get(path);
		const keys = status === null ? (known ?? [path]) : null;
		this.#pending.set(path, { status, since: now, keys });
		for (const key of known ?? keys ?? []) this.#touch(key, now);
	}

	#touch(key: string, at: number): void {
		this.#arrivedAt.set(key, Math.max(at, this.#arrivedAt.get(key) ?? at));
	}

	/** When all keys of a file will have been quiet for long enough. */
	#readyAt({ keys, since }: PendingFile): number {
		if (keys === null) return Number.POSITIVE_INFINITY;
		const last = keys.map((key) => this.#arrivedAt.get(key) ?? since);
		return Math.max(since, ...last) + this.#quietMs;
	}
}
