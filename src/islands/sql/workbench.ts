import { batch, effect, type Signal, signal } from "@preact/signals";
import type {
	OwnChange,
	Plan,
	Price,
	Progress,
} from "../../../workers/engine-api.ts";
import type { OwnKind } from "../../lib/sql/own-files.ts";
import { engineState, priceQuery, queryLake } from "../shared/engine/engine.ts";
import { unlessAborted } from "../shared/engine/unless-aborted.ts";
import { type SqlProblem, sqlProblem } from "./error-place.ts";
import { type Result, resultOf } from "./result.ts";

export type RunStatus =
	| { readonly kind: "idle" }
	| {
			readonly kind: "running";
			readonly sql: string;
			readonly progress: Progress | null;
	  }
	| { readonly kind: "answered" }
	| { readonly kind: "cancelled" }
	| { readonly kind: "failed"; readonly failure: Failed };

export interface Failed {
	/** The error's name: `SqlError`, `FetchError`, `OverBudgetError`, `UnsupportedError`, or another. */
	readonly name: string;
	readonly problem: SqlProblem;
}

export interface Answered {
	readonly sql: string;
	readonly result: Result;
	readonly plan: Plan;
	/** What it did where it is no query: then there are no rows. */
	readonly change: OwnChange | null;
	/** From submit to the answer in the page. */
	readonly milliseconds: number;
	readonly version: string;
}

export type PriceStatus =
	| { readonly kind: "none" }
	/** The engine is not there yet: it comes when the page is idle. */
	| { readonly kind: "waiting" }
	| { readonly kind: "pending" }
	/** It names data of the visitor's own that only a run opens. */
	| { readonly kind: "unopened"; readonly own: readonly OwnKind[] }
	| ({ readonly kind: "known" } & Price)
	| { readonly kind: "refused"; readonly failure: Failed };

/** How long the text has to rest before it is planned, in milliseconds. */
const REST = 400;

/** The visitor's own data that some SQL names. */
export interface OwnIn {
	/** Kinds that are still to be opened for it. */
	missingIn(sql: string): readonly OwnKind[];
	/** Lets the engine know them. */
	openIn(sql: string): Promise<void>;
}

const NO_OWN: OwnIn = { missingIn: () => [], openIn: async () => {} };

/** What the SQL page does: prices the text at rest, runs it when told, cancels. */
export class Workbench {
	readonly text: Signal<string>;
	readonly status: Signal<RunStatus> = signal({ kind: "idle" });
	readonly price: Signal<PriceStatus> = signal({ kind: "none" });
	/** The last answer; it stays while the next query runs or fails. */
	readonly answer: Signal<Answered | null> = signal(null);
	/** How many runs have ended, whichever way. */
	readonly runsEnded: Signal<number> = signal(0);
	/** The text that the price is of; null before the first. */
	readonly pricedText: Signal<string | null> = signal(null);
	readonly #own: OwnIn;
	#stop: AbortController | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#priced = 0;

	/** What `own` still lacks is opened before a run, and for no price. */
	constructor(text: string, own: OwnIn = NO_OWN) {
		this.#own = own;
		this.text = signal(text);
		effect(() => {
			const text = this.text.value;
			const isReady = engineState.value.kind === "ready";
			this.#schedulePrice(text, isReady, this.#own.missingIn(text));
		});
	}

	/** Runs the text; does nothing while a query runs or where there is no text. */
	async run(): Promise<void> {
		const sql = this.text.peek();
		if (this.#stop !== null || sql.trim() === "") return;
		const stop = new AbortController();
		this.#stop = stop;
		this.status.value = { kind: "running", sql, progress: null };
		const started = performance.now();
		try {
			await unlessAborted(this.#own.openIn(sql), stop.signal);
			const { table, answer } = await queryLake(
				{ sql, params: [], display: sql },
				{
					signal: stop.signal,
					onProgress: (progress) => {
						if (this.#stop === stop)
							this.status.value = { kind: "running", sql, progress };
					},
				},
			);
			const answered = {
				sql,
				result: resultOf(table, answer.columns),
				plan: answer.plan,
				change: answer.change,
				milliseconds: performance.now() - started,
				version: answer.version,
			};
			this.#end({ kind: "answered" }, answered);
		} catch (error) {
			const failure = failed(error, sql);
			this.#end(
				failure.name === "CancelledError"
					? { kind: "cancelled" }
					: { kind: "failed", failure },
			);
		} finally {
			this.#stop = null;
		}
	}

	#end(status: RunStatus, answer?: Answered): void {
		batch(() => {
			if (answer !== undefined) this.answer.value = answer;
			this.status.value = status;
			this.runsEnded.value += 1;
		});
	}

	/** Ends what runs; whether something ran. */
	cancel(): boolean {
		this.#stop?.abort();
		return this.#stop !== null;
	}

	/** Shows no rows any more, nor those that are on their way: what they were read of is erased. */
	forget(): void {
		this.cancel();
		batch(() => {
			this.answer.value = null;
			if (this.status.peek().kind !== "running")
				this.status.value = { kind: "idle" };
		});
	}

	#schedulePrice(
		text: string,
		isReady: boolean,
		missing: readonly OwnKind[],
	): void {
		clearTimeout(this.#timer);
		this.#priced += 1;
		if (text.trim() === "") this.#takePrice({ kind: "none" }, text);
		else if (missing.length > 0)
			this.#takePrice({ kind: "unopened", own: missing }, text);
		else if (!isReady) this.price.value = { kind: "waiting" };
		else {
			const turn = this.#priced;
			if (this.price.peek().kind === "waiting")
				this.price.value = { kind: "pending" };
			this.#timer = setTimeout(() => void this.#setPrice(text, turn), REST);
		}
	}

	async #setPrice(sql: string, turn: number): Promise<void> {
		let price: PriceStatus;
		try {
			const known = await priceQuery({ sql, params: [], display: sql });
			price = { kind: "known", ...known };
		} catch (error) {
			price = { kind: "refused", failure: failed(error, sql) };
		}
		if (turn === this.#priced) this.#takePrice(price, sql);
	}

	#takePrice(price: PriceStatus, text: string): void {
		batch(() => {
			this.price.value = price;
			this.pricedText.value = text;
		});
	}
}

function failed(error: unknown, sql: string): Failed {
	if (!(error instanceof Error)) throw error;
	return { name: error.name, problem: sqlProblem(error.message, sql) };
}
