import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { SortAnswer, SortQuestion, SortTask } from "./sort-messages.ts";
import { WorkerProcess } from "./worker-process.ts";
import type { LakeFile } from "./write.ts";

/** Resident memory after which a process is replaced by a fresh one. */
const REPLACE_BYTES = 500 * 2 ** 20;

type Sorter = WorkerProcess<SortQuestion, never, SortAnswer>;

/**
 * Processes that sort and write pieces, one piece at a time each. They are started
 * when there is work for them, kept from table to table, and replaced once they
 * have grown.
 */
export class Sorters {
	/** Largest VmHWM of the processes that have ended, in bytes. */
	peakBytes = 0;
	readonly #scratch: string;
	readonly #lanes: number;
	readonly #idle: Sorter[] = [];
	readonly #all = new Set<Sorter>();
	#started = 0;

	constructor(scratch: string, processes: number) {
		this.#scratch = scratch;
		this.#lanes = processes;
	}

	/** Writes pieces and gives their files in the order of the tasks. */
	async write(
		tasks: readonly SortTask[],
		onRows: (rows: number) => void,
	): Promise<LakeFile[]> {
		const written: (readonly LakeFile[])[] = tasks.map(() => []);
		const queue = [...tasks.entries()].reverse();
		const lane = async () => {
			let sorter: Sorter | undefined;
			for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
				const [index, task] = next;
				sorter ??= this.#idle.pop() ?? (await this.#start());
				const answer = await sorter.ask(task);
				if (answer.kind !== "written")
					throw new Error(`a sorting process answered ${answer.kind}`);
				written[index] = answer.files;
				onRows(answer.rows);
				if (answer.residentBytes > REPLACE_BYTES) {
					await this.#finish(sorter);
					sorter = undefined;
				}
			}
			if (sorter !== undefined) this.#idle.push(sorter);
		};
		await Promise.all(
			Array.from({ length: Math.min(this.#lanes, tasks.length) }, lane),
		);
		return written.flat();
	}

	/** Ends the idle processes in good order. */
	async finish(): Promise<void> {
		await Promise.all(
			this.#idle.splice(0).map((sorter) => this.#finish(sorter)),
		);
	}

	/** Ends all processes, whatever they do. */
	kill(): void {
		for (const sorter of this.#all) sorter.kill();
	}

	async #start(): Promise<Sorter> {
		const sorter: Sorter = new WorkerProcess(
			new URL("./sort-process.ts", import.meta.url),
			(_message): _message is never => false,
		);
		this.#all.add(sorter);
		const scratch = join(this.#scratch, `sorter-${this.#started++}`);
		await mkdir(scratch, { recursive: true });
		await sorter.ask({ kind: "setup", scratch });
		return sorter;
	}

	async #finish(sorter: Sorter): Promise<void> {
		const answer = await sorter.ask({ kind: "finish" });
		if (answer.kind === "finished")
			this.peakBytes = Math.max(this.peakBytes, answer.peakBytes);
		this.#all.delete(sorter);
	}
}
