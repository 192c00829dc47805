import { type Remote, wrap } from "comlink";
import type { DecodeRequest, Decoder } from "../src/lake/types.ts";
import { startBlobWorker } from "./blob-worker.ts";
import type { DecodeApi } from "./decode.worker.ts";

interface Slot {
	readonly worker: Worker;
	readonly api: Remote<DecodeApi>;
	readonly started: Promise<void>;
	readonly failed: Promise<never>;
}

/**
 * Decoders in workers of their own. A task goes to the first that is free. One that
 * fails is replaced: parquet-wasm is dead once it has panicked.
 */
export function decodePool(options: {
	readonly workerUrl: string;
	readonly module: Promise<WebAssembly.Module>;
	readonly size: number;
}): Decoder {
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

	return {
		async decode(request: DecodeRequest) {
			const slot =
				free.shift() ??
				(await new Promise<Slot>((resolve) => waiting.push(resolve)));
			try {
				await Promise.race([slot.started, slot.failed]);
				const decoded = await Promise.race([
					slot.api.decode(request),
					slot.failed,
				]);
				release(slot);
				return decoded;
			} catch (cause) {
				slot.worker.terminate();
				all.delete(slot);
				add();
				throw cause;
			}
		},
		async close() {
			for (const { worker } of all) worker.terminate();
		},
	};
}

function startSlot(
	workerUrl: string,
	module: Promise<WebAssembly.Module>,
): Slot {
	const worker = startBlobWorker(workerUrl, "module", "decode");
	const api = wrap<DecodeApi>(worker);
	const failed = new Promise<never>((_, reject) => {
		worker.addEventListener("error", (event) =>
			reject(new Error(event.message || "the decoder's worker failed")),
		);
	});
	failed.catch(() => {});
	const started = module.then((compiled) => api.start(compiled));
	started.catch(() => {});
	return { worker, api, started, failed };
}
