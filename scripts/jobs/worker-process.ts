import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { JobAnswer, JobEvent, JobQuestion } from "./job-messages.ts";

/** Time between asking a process to stop and ending it, in milliseconds. */
const GRACE_MS = 2000;

/**
 * In megabytes. V8 goes through a heap that begins smaller again and again while rows are read:
 * twenty times in 350 GPX files, instead of twice, which took a tenth of the time.
 */
const HEAP = "--initial-old-space-size=128";

const STOP: JobQuestion = { kind: "stop" };

/** What a process wrote last to its standard error, which may tell why it died. */
const LAST_WORDS = 4096;

/** A worker process ended before it had answered; the message says how. */
export class ProcessDied extends Error {
	override readonly name = "ProcessDied";
	/** Last lines of its standard error. */
	readonly lastWords: readonly string[];

	constructor(message: string, lastWords: readonly string[]) {
		super(message);
		this.lastWords = lastWords;
	}
}

/** The parent's end of a process that does jobs: one question at a time. */
export class WorkerProcess {
	readonly #child: ChildProcess;
	readonly #ended: Promise<void>;
	#settle: {
		message(message: JobAnswer | JobEvent): void;
		died(error: ProcessDied): void;
	} | null = null;
	#death: ProcessDied | null = null;
	#lastWords = "";

	constructor() {
		const module = new URL("./job-process.ts", import.meta.url);
		this.#child = fork(fileURLToPath(module), {
			stdio: ["ignore", "ignore", "pipe", "ipc"],
			execArgv: [...process.execArgv, HEAP],
		});
		this.#child.stderr?.on("data", (text) => {
			this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
		});
		this.#child.on("message", (message) =>
			this.#settle?.message(message as JobAnswer | JobEvent),
		);
		this.#child.on("error", (error) => this.#die(error.message));
		// "close" comes after "exit", once all that was written has been read.
		this.#ended = once(this.#child, "close").then(
			([code, signal]) =>
				this.#die(
					signal === null
						? `ended with code ${code}`
						: `was killed by ${signal}`,
				),
			(error: Error) => this.#die(error.message),
		);
	}

	/** Throws a {@link ProcessDied} where the process ends without an answer. */
	ask(
		question: JobQuestion,
		onEvent: (event: JobEvent) => void = () => {},
	): Promise<JobAnswer> {
		return new Promise((resolve, reject) => {
			if (this.#death !== null) {
				reject(this.#death);
				return;
			}
			this.#settle = {
				message: (message) => {
					if (isEvent(message)) onEvent(message);
					else resolve(message);
				},
				died: reject,
			};
			// A process that is dying takes no messages; its end tells how it died.
			this.#child.send(question, () => {});
		});
	}

	/** Asks the process to stop, ends it where it does not, and waits until it is gone. */
	async stop(): Promise<void> {
		if (this.#child.connected) this.#child.send(STOP, () => {});
		const timer = setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS);
		await this.#ended;
		clearTimeout(timer);
	}

	/** Waits until the process is gone by itself. */
	async ended(): Promise<void> {
		await this.#ended;
	}

	#die(how: string): void {
		const lastWords = this.#lastWords.split("\n").filter(Boolean);
		this.#death ??= new ProcessDied(how, lastWords);
		this.#settle?.died(this.#death);
	}
}

function isEvent(message: JobAnswer | JobEvent): message is JobEvent {
	return ["progress", "item", "log"].includes(message.kind);
}
