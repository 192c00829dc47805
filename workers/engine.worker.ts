import { expose, transfer } from "comlink";
import { residentShare, suitableMemoryBytes } from "../src/lake/budgets.ts";
import { HttpSource } from "../src/lake/http/source.ts";
import { KeyRing } from "../src/lake/signing/key-ring.ts";
import { allowsAddress, foreignHosts } from "../src/lib/hosts/foreign-hosts.ts";
import { decodePool, startDecoder, suitableDecoders } from "./decode-pool.ts";
import { fetchDuckdb } from "./duckdb.ts";
import { createEngine } from "./engine.ts";
import type { EngineWorkerApi, Progress } from "./engine-api.ts";
import { ENGINE_FILES } from "./engine-files.ts";
import { holdLife } from "./life.ts";
import { openByteCache } from "./opfs-cache.ts";
import { fetchWasm } from "./unpack.ts";
import { warmDecoders } from "./warm-up.ts";

const keys = new KeyRing();
const engine = createEngine({
	keys,
	async parts(lakeUrl, onProgress) {
		const { parquetPacked, decodeWorker, sample } = ENGINE_FILES;
		const onBytes = engineProgress(onProgress);
		const openDuckdb = fetchDuckdb(onBytes("duckdb"));
		const module = WebAssembly.compileStreaming(
			fetchWasm(parquetPacked, onBytes("parquet")),
		);
		// Whoever waits for them hears of a failure; it may come before they do.
		module.catch(() => {});
		const size = suitableDecoders(navigator.hardwareConcurrency);
		const decoder = decodePool({
			size,
			start: () => startDecoder(decodeWorker, module),
		});
		const sampled = fetchBytes(sample);
		warmDecoders(decoder, size, sampled);
		const source = new HttpSource(lakeUrl, { sign: keys.sign });
		return {
			source,
			files: {
				host: source,
				refusal: (address) => refusalOf(address, lakeUrl),
				encode: decoder.encode,
			},
			openDatabase: async () => {
				// Without the decoder's file the engine would open and never answer.
				await module;
				return openDuckdb();
			},
			decoder,
			cache: await openByteCache(),
			budgetBytes: residentShare(suitableMemoryBytes()),
			sample: sampled,
		};
	},
});

/** Answers are moved, not copied. */
const api: EngineWorkerApi = {
	...engine,
	live: holdLife,
	async query(request, onProgress) {
		const answer = await engine.query(request, onProgress);
		return transfer(answer, [answer.ipc.buffer]);
	},
};
expose(api);

/** The page's policy would let the request fail without a word. */
function refusalOf(address: string, lakeUrl: string): string | null {
	const hosts = [
		self.location.origin,
		new URL(lakeUrl).origin,
		...foreignHosts(import.meta.env.PUBLIC_FOREIGN_HOSTS),
	];
	const { origin } = new URL(address);
	return allowsAddress(hosts, address)
		? null
		: `this site may not read from ${origin}: its publisher allows hosts with the setting PUBLIC_FOREIGN_HOSTS when the site is built; or download the file and drop it here`;
}

async function fetchBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
	return (await fetch(url)).bytes();
}

/** The bytes of all the engine's files as one number. */
function engineProgress(onProgress: (progress: Progress) => void) {
	const files = new Map<string, { bytes: number; totalBytes: number }>();
	return (name: string) => {
		files.set(name, { bytes: 0, totalBytes: 0 });
		return (bytes: number, totalBytes: number) => {
			files.set(name, { bytes, totalBytes });
			const all = [...files.values()];
			onProgress({
				stage: "engine",
				bytes: all.reduce((sum, file) => sum + file.bytes, 0),
				totalBytes: all.every((file) => file.totalBytes > 0)
					? all.reduce((sum, file) => sum + file.totalBytes, 0)
					: 0,
			});
		};
	};
}
