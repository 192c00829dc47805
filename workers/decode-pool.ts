import { type Remote, transfer, wrap } from "comlink";
import { Lifeline } from "../src/lake/lifeline.ts";
import type { DecodeRequest, Decoder } from "../src/lake/types.ts";
import { startBlobWorker } from "./blob-worker.ts";
import type { DecodeApi } from "./decode.worker.ts";

interface Slot {
	readonly worker: Worker;
	readonly api: Remote<DecodeApi>;
	readonly started: Promise<void>;
	readonly lifeline: Lifeline;
}

/** A decoder that has not ended a task by so long after it was cancelled is ended itself. */
const CANCEL_MILLISECONDS = 250;

/** Reads Parquet, and writes it. */
export interface ParquetPool extends Decoder {
	/** An Arrow IPC stream, which is gone afterwards, as a Parquet file. */
	encode(ipc: Uint8Array): Promise<Uint8Array>;
}

/**
 * Decoders in workers of their own. A task goes to the first that is free. One that
 * fails is replaced: parquet-wasm is dead once it has panicked; so is one that goes on
 * with what was cancelled.
 */
export function decodePool(options: {
	readonly workerUrl: string;
	readonly module: Promise<WebAssembly.Module>;
	readonly size: number;
}): ParquetPool {
	const free: Slot[] = [];
	const all = new Set<Slot>();
	const waiting: ((slot: Slot) => void)[] = [];

	const release = (slot: Slot) => {
		const next = waiting.shift();
		if (next === undefined) free.push(slot);
		else next(slot);
	};
	const add = () => {
		const slot = startSlot(options.workerUrl, options.module);
		all.add(slot);
		release(slot);
	};
	for (let count = 0; count < options.size; count += 1) add();

	const withSlot = async <T>(
		task: (api: Remote<DecodeApi>) => Promise<T>,
		signal?: AbortSignal,
	): Promise<T> => {
		const slot =
			free.shift() ??
			(await new Promise<Slot>((resolve) => waiting.push(resolve)));
		if (signal?.aborted) {
			release(slot);
			throw signal.reason;
		}
		const { lifeline } = slot;
		let deadline: ReturnType<typeof setTimeout> | undefined;
		const cancel = () => {
			deadline = setTimeout(
				() => lifeline.lose("it went on with what was cancelled"),
				CANCEL_MILLISECONDS,
			);
		};
		signal?.addEventListener("abort", cancel);
		try {
			await lifeline.hold(slot.started);
			const done = await lifeline.hold(task(slot.api));
			release(slot);
			return done;
		} catch (cause) {
			slot.worker.terminate();
			all.delete(slot);
			add();
			throw cause;
		} finally {
			signal?.removeEventListener("abort", cancel);
			clearTimeout(deadline);
		}
	};

	return {
		decode: (request: DecodeRequest, signal?: AbortSignal) =>
			withSlot((api) => api.decode(request), signal),
		encode: (ipc) => withSlot((api) => api.encode(transfer(ipc, [ipc.buffer]))),
		async close() {
			for (const { worker } of all) worker.terminate();
		},
	};
}

function startSlot(
	workerUrl: string,
	module: Promise<WebAssembly.Module>,
): Slot {
	const worker = startBlobWorker([workerUrl], "module", "decode");
	const api = wrap<DecodeApi>(worker);
	const lifeline = new Lifeline("the decoder");
	worker.addEventListener("error", (event) =>
		lifeline.lose(event.message || "the decoder's worker failed"),
	);
	const started = module.then((compiled) => api.start(compiled));
	started.catch(() => {});
	return { worker, api, started, lifeline };
}
