import pLimit from "p-limit";
import type { KeyWords } from "../signing/refusal.ts";
import type { FileGuard, FileHost, WholeLimits } from "../types.ts";
import { blobOf, textOf } from "./body.ts";
import { Fault, foreignFault, statusFault } from "./faults.ts";
import { guardOf, totalBytes } from "./guard.ts";
import { ArrivingRange } from "./range.ts";
import { Requests } from "./requests.ts";
import { type RetryOptions, retrying } from "./retries.ts";

export interface HttpOptions {
	/** Tries of one range, the first included. */
	readonly attempts?: number;
	/** Wait before the second try; doubles from try to try, less up to a half at random. */
	readonly backoffMilliseconds?: number;
	/** Requests at once: what browsers open to one HTTP/1.1 host. */
	readonly connections?: number;
	/** A host that sends nothing for so long is asked again. */
	readonly stallMilliseconds?: number;
	/** Signs each attempt anew, where there are keys for its address. */
	readonly sign?: (request: Request) => Promise<Request>;
	/** How a refusal speaks of these keys; as of entered ones where left out. */
	readonly keyWords?: KeyWords;
}

type Opened = Awaited<ReturnType<FileHost["open"]>>;

/**
 * A lake on a static HTTP host with Range support. Faults that may pass (network,
 * 429, 5xx) are retried with backoff, from the byte where the last try broke off.
 * A host that ignores Range and sends the whole file is read up to the range's end.
 */
export class HttpSource implements FileHost {
	readonly url: string;
	readonly #requests: Requests;
	readonly #retries: RetryOptions;
	readonly #inTurn: ReturnType<typeof pLimit>;

	constructor(lakeUrl: string, options: HttpOptions = {}) {
		const { stallMilliseconds = 30_000, connections = 6 } = options;
		const { attempts = 5, backoffMilliseconds = 200 } = options;
		const { sign = async (request) => request, keyWords } = options;
		this.url = lakeUrl;
		this.#requests = new Requests({
			lakeUrl,
			stallMilliseconds,
			sign,
			keyWords,
		});
		this.#retries = { attempts, backoffMilliseconds, stallMilliseconds };
		this.#inTurn = pLimit(connections);
	}

	async read(
		path: string,
		startByte: number,
		endByte: number,
		signal: AbortSignal,
		onBytes: (bytes: number, beginning?: Uint8Array) => void = () => {},
		guard?: FileGuard,
	): Promise<Uint8Array> {
		const range = new ArrivingRange(startByte, endByte);
		if (range.bytes.length === 0) return range.bytes;
		await this.#retrying(guard?.name ?? path, signal, async () => {
			const { missing } = range;
			const response = await (guard === undefined
				? this.#requests.getRange(path, missing, signal)
				: this.#requests.getGuardedRange(path, missing, guard, signal));
			await range.take(response, this.#retries.stallMilliseconds, onBytes);
		});
		return range.bytes;
	}

	open(address: string, name: string, limits: WholeLimits): Promise<Opened> {
		const { signal } = limits;
		return this.#retrying(name, signal, async () => {
			const first = await this.#requests.get(
				address,
				{ Range: "bytes=0-0" },
				signal,
			);
			if (first.status === 200) return this.#whole(first, name, limits);
			if (first.status !== 206 && first.status !== 416)
				throw foreignFault(first);
			await first.body?.cancel();
			const total = totalBytes(first);
			if (total !== null)
				return { guard: guardOf(first, name, total), whole: null };
			// The host does not show a page of another origin how long the file is,
			// but the length of an answer it does: that of all, which is then left.
			const all = await this.#requests.get(address, {}, signal);
			if (!all.ok) throw foreignFault(all);
			await all.body?.cancel();
			const length = all.headers.get("Content-Length");
			if (length === null)
				throw new Fault("the host does not say how long the file is");
			return { guard: guardOf(all, name, Number(length)), whole: null };
		});
	}

	whole(address: string, name: string, limits: WholeLimits) {
		return this.#retrying(name, limits.signal, async () => {
			const response = await this.#requests.get(address, {}, limits.signal);
			if (!response.ok) throw foreignFault(response);
			return this.#whole(response, name, limits);
		});
	}

	/** Waits for no connection of the lake's: it is asked for while others are read. */
	catalogText(signal: AbortSignal): Promise<string> {
		return retrying("catalog.json", signal, this.#retries, async () => {
			const response = await this.#requests.get("catalog.json", {}, signal);
			if (response.status === 404 || response.status === 410)
				throw new Fault(`there is no lake at ${this.url}`, {
					kind: "GoneError",
				});
			if (!response.ok) throw statusFault(response);
			return textOf(response, this.#retries.stallMilliseconds);
		});
	}

	async #whole(response: Response, name: string, limits: WholeLimits) {
		const { stallMilliseconds } = this.#retries;
		const whole = await blobOf(response, name, limits, stallMilliseconds);
		return { guard: guardOf(response, name, whole.size), whole };
	}

	/** Each try on a connection of its own; between tries others have it. */
	#retrying<T>(
		name: string,
		signal: AbortSignal,
		attempt: () => Promise<T>,
	): Promise<T> {
		return retrying(name, signal, this.#retries, () => this.#inTurn(attempt));
	}
}
