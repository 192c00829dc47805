import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What a further machine runs, `npm run worker`: its processes live, freeze and die together. */
export class WorkerMachine {
	readonly #process: ChildProcess;
	readonly #ended: Promise<unknown[]>;
	readonly #atExit = () => this.send("SIGKILL");

	constructor(args: readonly string[]) {
		const script = new URL("../../scripts/worker.ts", import.meta.url);
		this.#process = spawn(process.execPath, [fileURLToPath(script), ...args], {
			stdio: "ignore",
			detached: true,
		});
		this.#ended = once(this.#process, "exit");
		process.once("exit", this.#atExit);
	}

	send(signal: NodeJS.Signals): void {
		const { exitCode, signalCode, pid } = this.#process;
		if (exitCode === null && signalCode === null && pid !== undefined)
			process.kill(-pid, signal);
	}

	async end(signal: NodeJS.Signals): Promise<void> {
		this.send(signal);
		await this.#ended;
		process.removeListener("exit", this.#atExit);
	}
}
