import { batch, type Signal, signal } from "@preact/signals";
import type { Progress } from "../../../workers/engine-api.ts";

export type QuestionState =
	| { readonly kind: "answered" }
	/** `progress` is null before the first word from the engine. */
	| { readonly kind: "asking"; readonly progress: Progress | null }
	| { readonly kind: "failed"; readonly error: unknown };

const ANSWERED: QuestionState = { kind: "answered" };

/** Answers a question, at once where it can; it stops when the signal is aborted. */
export type Ask<T> = (
	signal: AbortSignal,
	onProgress: (progress: Progress) => void,
) => T | Promise<T>;

/**
 * The question a page asks now. A new one ends the one before; answers are kept
 * by key for as long as the page is open, so that Back is at once.
 */
export class Question<T> {
	/** The last answer there was, also while the next one is on its way; null before the first. */
	readonly answer: Signal<T | null> = signal(null);
	readonly state: Signal<QuestionState> = signal(ANSWERED);

	readonly #answers = new Map<string, T>();
	#running: AbortController | null = null;
	#retry: () => void = () => {};

	/** Equal keys are equal questions. */
	ask(key: string, run: Ask<T>): void {
		this.#retry = () => this.ask(key, run);
		this.#running?.abort();
		this.#running = null;
		const known = this.#answers.get(key);
		if (known !== undefined) {
			this.#take(known);
			return;
		}
		const controller = new AbortController();
		this.#running = controller;
		const isCurrent = () => this.#running === controller;
		const answer = run(controller.signal, (progress) => {
			if (isCurrent()) this.state.value = { kind: "asking", progress };
		});
		if (!(answer instanceof Promise)) {
			this.#take(answer);
			return;
		}
		this.state.value = { kind: "asking", progress: null };
		answer.then(
			(value) => {
				this.#answers.set(key, value);
				if (!isCurrent()) return;
				this.#running = null;
				this.#take(value);
			},
			(error: unknown) => {
				if (!isCurrent()) return;
				// What else was asked for the same answer stops, and is not heard of again.
				this.#running = null;
				controller.abort();
				batch(() => {
					this.answer.value = null;
					this.state.value = { kind: "failed", error };
				});
			},
		);
	}

	/** Asks the last question again. */
	retry(): void {
		this.#retry();
	}

	/** There is nothing to ask: what runs is given up, and no answer stands. */
	clear(): void {
		this.#retry = () => {};
		this.#running?.abort();
		this.#running = null;
		batch(() => {
			this.answer.value = null;
			this.state.value = ANSWERED;
		});
	}

	#take(value: T): void {
		batch(() => {
			this.answer.value = value;
			this.state.value = ANSWERED;
		});
	}
}
