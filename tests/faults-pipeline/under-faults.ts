import { setTimeout as sleep } from "node:timers/promises";
import { randomFrom } from "../../src/lib/random.ts";
import type { FaultyGateway } from "../support/faulty-gateway.ts";
import type { RedisServer } from "../support/redis.ts";
import type { WorkerMachine } from "../support/worker-machine.ts";

export interface Fleet {
	readonly seed: number;
	readonly workers: number;
	/** A worker that was frozen for so long has lost its jobs, in milliseconds. */
	readonly lockMs: number;
	readonly redis: RedisServer;
	readonly gateway: FaultyGateway;
	startWorker(): WorkerMachine;
	/** How much of the work is done, from 0 to 1. */
	progress(): number;
}

/** What went wrong on purpose while the work was done. */
export interface Faults {
	killed: number;
	frozen: number;
	restarts: number;
	outages: number;
}

const KILL_EVERY_MS = 3000;
const OUTAGE_MS = 4000;

/**
 * Does work that needs a fleet of workers while, in a seeded order, one of them is
 * killed every few seconds, one is frozen for longer than its lock and revived, Redis
 * restarts, with its data and empty, and the store answers 503 for a while.
 */
export async function underFaults<T>(
	fleet: Fleet,
	work: () => Promise<T>,
): Promise<{ result: T; faults: Faults }> {
	const random = randomFrom(fleet.seed);
	const workers = Array.from({ length: fleet.workers }, fleet.startWorker);
	const frozen = new Set<WorkerMachine>();
	const faults: Faults = { killed: 0, frozen: 0, restarts: 0, outages: 0 };
	const done = new AbortController();
	const pick = (): number => {
		const able = [...workers.keys()].filter(
			(index) => !frozen.has(workers[index] as WorkerMachine),
		);
		return able[Math.floor(random() * able.length)] as number;
	};

	async function kill(): Promise<void> {
		const index = pick();
		faults.killed++;
		await workers[index]?.end("SIGKILL");
		workers[index] = fleet.startWorker();
	}

	async function freeze(): Promise<void> {
		const worker = workers[pick()] as WorkerMachine;
		frozen.add(worker);
		faults.frozen++;
		worker.send("SIGSTOP");
		await pause(fleet.lockMs * 3);
		worker.send("SIGCONT");
		frozen.delete(worker);
	}

	async function restart(empty: boolean): Promise<void> {
		faults.restarts++;
		await fleet.redis.restart({ empty, downMs: 1000 });
	}

	async function outage(): Promise<void> {
		faults.outages++;
		fleet.gateway.spoil("busy", /^/, Number.POSITIVE_INFINITY);
		await pause(OUTAGE_MS);
		fleet.gateway.spoil("busy", /^/, 0);
	}

	/** Ends early once the work is done. */
	function pause(ms: number): Promise<void> {
		return sleep(ms, undefined, { signal: done.signal }).catch(() => {});
	}

	async function killers(): Promise<void> {
		while (!done.signal.aborted) {
			await pause(KILL_EVERY_MS * (0.5 + random()));
			if (!done.signal.aborted) await kill();
		}
	}

	async function disasters(): Promise<void> {
		const list = [freeze, outage, () => restart(false), () => restart(true)];
		const order = list
			.map((disaster) => ({ disaster, place: random() }))
			.sort((a, b) => a.place - b.place);
		for (const [place, { disaster }] of order.entries()) {
			while (
				!done.signal.aborted &&
				fleet.progress() < (place + 1) / (order.length + 2)
			)
				await pause(50);
			if (!done.signal.aborted) await disaster();
		}
	}

	const trouble = Promise.all([killers(), disasters()]);
	try {
		// Whatever fails in making trouble fails the test at once.
		const result = await Promise.race([
			work(),
			trouble.then(() => new Promise<never>(() => {})),
		]);
		return { result, faults };
	} finally {
		done.abort();
		await trouble.catch(() => {});
		await Promise.all(workers.map((worker) => worker.end("SIGKILL")));
	}
}
