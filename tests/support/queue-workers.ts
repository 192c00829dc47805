import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { QueueWorkerOptions } from "../../scripts/jobs/queue-worker.ts";

export type WorkerOptions = Omit<
	QueueWorkerOptions,
	"kinds" | "signal" | "say"
>;

/** A worker program of its own, as another machine would run it. */
export class WorkerProgram {
	/** All that it said. */
	output = "";
	readonly #process: ChildProcess;
	readonly #ended: Promise<unknown[]>;

	constructor(options: WorkerOptions) {
		const script = new URL("./queue-worker-process.ts", import.meta.url);
		this.#process = spawn(
			process.execPath,
			[fileURLToPath(script), JSON.stringify(options)],
			{ stdio: ["ignore", "pipe", "inherit"] },
		);
		this.#process.stdout?.on("data", (text) => {
			this.output += text;
		});
		this.#ended = once(this.#process, "close");
	}

	/** Waits until it takes jobs, or has ended without. */
	async ready(): Promise<void> {
		while (!this.output.includes("waits for jobs") && !this.hasEnded)
			await sleep(20);
	}

	get hasEnded(): boolean {
		return this.#process.exitCode !== null || this.#process.signalCode !== null;
	}

	send(signal: NodeJS.Signals): void {
		this.#process.kill(signal);
	}

	/** Waits for its end and gives its exit code, null where a signal ended it. */
	async end(signal?: NodeJS.Signals): Promise<number | null> {
		if (signal !== undefined && !this.hasEnded) this.send(signal);
		await this.#ended;
		return this.#process.exitCode;
	}
}

/** Where the workers of one test have what they share, and how quick they are. */
export function workerOptions(
	folder: string,
	url: string,
	options: Partial<WorkerOptions> = {},
): WorkerOptions {
	return {
		url,
		store: folder,
		processes: 1,
		scratch: join(folder, "scratch"),
		lockMs: 1000,
		checkMs: 200,
		version: "test",
		...options,
	};
}
