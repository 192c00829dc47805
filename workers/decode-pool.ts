import { transfer, wrap } from "comlink";
import { Lifeline } from "../src/lake/engine/lifeline.ts";
import { hasDied } from "../src/lake/errors.ts";
import type { DecodeRequest, Decoder } from "../src/lake/types.ts";
import { startBlobWorker } from "./blob-worker.ts";
import type { DecodeApi } from "./decode.worker.ts";
import { newLife, onDeath } from "./life.ts";

/** A decoder in a worker of its own. */
export interface DecodeWorker {
	readonly api: {
		decode(request: DecodeRequest): Promise<Uint8Array[]>;
		encode(ipc: Uint8Array): Promise<Uint8Array>;
	};
	readonly started: Promise<void>;
	/** Lost when the worker fails or is gone. */
	readonly lifeline: Lifeline;
	end(): void;
}

/** A decoder that has not ended a task by so long after it was cancelled is ended itself. */
const CANCEL_MILLISECONDS = 250;

/** More would wait for the network, and each takes memory of its own. */
const MOST_DECODERS = 4;

/** Reads Parquet, and writes it. */
export interface ParquetPool extends Decoder {
	/** An Arrow IPC stream, which is gone afterwards, as a Parquet file. */
	encode(ipc: Uint8Array): Promise<Uint8Array>;
}

/**
 * Decoders in workers of their own. A task goes to the first that is free. One that
 * fails is replaced: parquet-wasm is dead once it has panicked; so is one that goes on
 * with what was cancelled. What a decoder died of is decoded once more, by another.
 */
export function decodePool(options: {
	readonly size: number;
	readonly start: () => DecodeWorker;
}): ParquetPool {
	const free: DecodeWorker[] = [];
	const all = new Set<DecodeWorker>();
	const waiting = new Set<(worker: DecodeWorker) => void>();

	const release = (worker: DecodeWorker) => {
		const [next] = waiting;
		if (next === undefined) {
			free.push(worker);
			return;
		}
		waiting.delete(next);
		next(worker);
	};
	const add = () => {
		const worker = options.start();
		all.add(worker);
		release(worker);
	};
	const replace = (worker: DecodeWorker) => {
		worker.end();
		all.delete(worker);
		add();
	};
	for (let count = 0; count < options.size; count += 1) add();

	/** One that is free, or gets free; who gives up waiting takes none. */
	const take = (signal: AbortSignal | undefined): Promise<DecodeWorker> =>
		new Promise((resolve, reject) => {
			if (signal?.aborted) {
				reject(signal.reason);
				return;
			}
			const worker = free.shift();
			if (worker !== undefined) {
				resolve(worker);
				return;
			}
			const leave = () => {
				waiting.delete(taken);
				reject(signal?.reason);
			};
			const taken = (next: DecodeWorker) => {
				signal?.removeEventListener("abort", leave);
				resolve(next);
			};
			waiting.add(taken);
			signal?.addEventListener("abort", leave);
		});

	const withWorker = async <T>(
		task: (api: DecodeWorker["api"]) => Promise<T>,
		signal?: AbortSignal,
	): Promise<T> => {
		const worker = await take(signal);
		const { lifeline } = worker;
		// It was killed while it had nothing to do.
		if (lifeline.isLost) {
			replace(worker);
			return withWorker(task, signal);
		}
		let deadline: ReturnType<typeof setTimeout> | undefined;
		const cancel = () => {
			deadline = setTimeout(
				() => lifeline.lose("it went on with what was cancelled"),
				CANCEL_MILLISECONDS,
			);
		};
		signal?.addEventListener("abort", cancel);
		try {
			await lifeline.hold(worker.started);
			const done = await lifeline.hold(task(worker.api));
			release(worker);
			return done;
		} catch (cause) {
			replace(worker);
			throw cause;
		} finally {
			signal?.removeEventListener("abort", cancel);
			clearTimeout(deadline);
		}
	};

	return {
		async decode(request, signal) {
			const decode = () => withWorker((api) => api.decode(request), signal);
			try {
				return await decode();
			} catch (cause) {
				if (signal?.aborted || !hasDied(cause)) throw cause;
				return decode();
			}
		},
		encode: (ipc) =>
			withWorker((api) => api.encode(transfer(ipc, [ipc.buffer]))),
		async close() {
			for (const worker of all) worker.end();
		},
	};
}

/** How many decoders suit a device of so many cores. */
export function suitableDecoders(cores: number): number {
	return Math.min(Math.max(2, cores), MOST_DECODERS);
}

/** Starts a decoder with parquet-wasm, compiled once for all. */
export function startDecoder(
	workerUrl: string,
	module: Promise<WebAssembly.Module>,
): DecodeWorker {
	const worker = startBlobWorker([workerUrl], "module", "decode");
	const api = wrap<DecodeApi>(worker);
	const lifeline = new Lifeline("the decoder");
	worker.addEventListener("error", (event) =>
		lifeline.lose(event.message || "its worker failed"),
	);
	const life = newLife("decoder");
	const started = module.then(async (compiled) => {
		await api.start(compiled, life);
		onDeath(life, () => lifeline.lose("its worker was ended"));
	});
	started.catch(() => {});
	return { api, started, lifeline, end: () => worker.terminate() };
}
