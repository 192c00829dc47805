import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A worker process ended before it had answered; the message says how. */
export class ProcessDied extends Error {
	override readonly name = "ProcessDied";
}

/** What any worker process may answer when it cannot go on. */
export interface ProcessFailure {
	readonly kind: "failed";
	readonly message: string;
}

/**
 * The parent's end of a process that runs a module of ours: one question at a time,
 * each with events on the way and one answer at its end.
 */
export class WorkerProcess<
	Question extends object,
	Event extends { readonly kind: string },
	Answer extends { readonly kind: string },
> {
	readonly #process: ChildProcess;
	readonly #isEvent: (message: Event | Answer) => message is Event;
	#answer: ((message: Event | Answer | ProcessFailure) => void) | null = null;
	#fail: ((error: Error) => void) | null = null;
	#dead: ProcessDied | null = null;

	/** `module` is an absolute URL; `isEvent` tells events from answers. */
	constructor(
		module: URL,
		isEvent: (message: Event | Answer) => message is Event,
	) {
		this.#isEvent = isEvent;
		this.#process = fork(fileURLToPath(module), {
			stdio: ["ignore", "ignore", "inherit", "ipc"],
		});
		this.#process.on("message", (message) =>
			this.#answer?.(message as Event | Answer | ProcessFailure),
		);
		this.#process.on("exit", (code, signal) => {
			this.#dead = new ProcessDied(
				signal === null ? `ended with code ${code}` : `was killed by ${signal}`,
			);
			this.#fail?.(this.#dead);
		});
		this.#process.on("error", (error) => this.#fail?.(error));
	}

	/** Throws a {@link ProcessDied} where the process ends without an answer. */
	ask(
		question: Question,
		onEvent: (event: Event) => void = () => {},
	): Promise<Answer> {
		return new Promise((resolve, reject) => {
			if (this.#dead !== null) {
				reject(this.#dead);
				return;
			}
			this.#fail = reject;
			this.#answer = (message) => {
				if (isFailure(message))
					reject(new Error(`a worker process failed: ${message.message}`));
				else if (this.#isEvent(message)) onEvent(message);
				else resolve(message);
			};
			this.#process.send(question, (error) => {
				if (error !== null)
					reject(this.#dead ?? new ProcessDied(error.message));
			});
		});
	}

	/** Ends the process, whatever it does. */
	kill(): void {
		this.#answer = null;
		this.#fail = null;
		if (this.#process.exitCode === null) this.#process.kill();
	}
}

/**
 * The process's own end: calls `serve` for each question in turn until it gives the
 * last answer, which `isLast` tells, and then lets the process end.
 */
export function serveQuestions<Question, Answer extends object>(
	serve: (question: Question, send: (event: object) => void) => Promise<Answer>,
	isLast: (answer: Answer) => boolean,
): void {
	const send = (message: object) => process.send?.(message);
	// An orphan must not go on writing to a folder that the next build clears.
	process.on("disconnect", () => process.exit());
	let turn = Promise.resolve();
	process.on("message", (question: Question) => {
		turn = turn.then(async () => {
			try {
				const answer = await serve(question, send);
				send(answer);
				if (isLast(answer)) process.disconnect();
			} catch (error) {
				const message =
					error instanceof Error ? (error.stack ?? error.message) : `${error}`;
				send({ kind: "failed", message } satisfies ProcessFailure);
				process.exitCode = 1;
				process.disconnect();
			}
		});
	});
}

function isFailure(message: {
	readonly kind: string;
}): message is ProcessFailure {
	return message.kind === "failed";
}
