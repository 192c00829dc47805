import { type KeyWords, mayBeRefusal, refusalOf } from "../signing/refusal.ts";
import type { FileGuard } from "../types.ts";
import {
	Fault,
	goneFault,
	refusedFault,
	stallFault,
	statusFault,
	toFault,
} from "./faults.ts";
import { requireSame } from "./guard.ts";
import { whyUnreachable } from "./unreachable.ts";

export interface RequestOptions {
	/** What paths are relative to. */
	readonly lakeUrl: string;
	/** A host that has not begun to answer by then is given up. */
	readonly stallMilliseconds: number;
	/** Signs each request anew, where there are keys for its address. */
	readonly sign: (request: Request) => Promise<Request>;
	/** How a refusal speaks of these keys; as of entered ones where left out. */
	readonly keyWords?: KeyWords | undefined;
}

type Headers = Readonly<Record<string, string>>;

/**
 * Requests to a lake's host and to others, signed where there are keys. What is no
 * answer, or a refusal, is a `Fault` that says why.
 * `no-store`, because Chromium's cache answers ranges of one file one at a time,
 * and the byte cache keeps them anyway. `Accept-Encoding` is the browser's to set:
 * a proxy that compresses shows as a wrong length, or in the checksum.
 */
export class Requests {
	readonly #options: RequestOptions;
	/** Hosts that do not let a page of another origin send If-Range. */
	readonly #withoutIfRange = new Set<string>();

	constructor(options: RequestOptions) {
		this.#options = options;
	}

	async get(
		path: string,
		headers: Headers,
		signal: AbortSignal,
	): Promise<Response> {
		const { lakeUrl, sign, keyWords, stallMilliseconds } = this.#options;
		const stall = new AbortController();
		const request = await sign(
			new Request(new URL(path, lakeUrl), {
				headers,
				cache: "no-store",
				signal: AbortSignal.any([signal, stall.signal]),
			}),
		);
		const timer = setTimeout(() => stall.abort(), stallMilliseconds);
		const answered = fetch(request).finally(() => clearTimeout(timer));
		const response = await answered.catch((error) =>
			this.#notAnswered(request, error, stall.signal.aborted),
		);
		if (!mayBeRefusal(response.status)) return response;
		const refusal = await refusalOf(
			request,
			response,
			keyWords,
			stallMilliseconds,
		);
		if (refusal === null) throw statusFault(response);
		throw refusedFault(refusal, request);
	}

	/**
	 * A range of a file of the lake. A bucket whose objects may not be listed refuses
	 * what it does not have: where the catalog may be read, a file that may not is gone.
	 */
	async getRange(
		path: string,
		range: string,
		signal: AbortSignal,
	): Promise<Response> {
		try {
			return await this.get(path, { Range: range }, signal);
		} catch (error) {
			if (toFault(error).kind !== "ForbiddenError") throw error;
			const catalog = await this.get("catalog.json", {}, signal).catch(
				() => null,
			);
			await catalog?.body?.cancel();
			throw catalog?.ok ? goneFault(403) : error;
		}
	}

	/** A range of a file that must still be what it was. */
	async getGuardedRange(
		address: string,
		range: string,
		guard: FileGuard,
		signal: AbortSignal,
	): Promise<Response> {
		const { origin } = new URL(address);
		const { etag } = guard;
		const asks =
			etag !== null && /^"/.test(etag) && !this.#withoutIfRange.has(origin);
		const ask = (headers: Headers) =>
			this.get(address, { Range: range, ...headers }, signal);
		const response = asks
			? await ask({ "If-Range": etag }).catch(async (error) => {
					if (!(error instanceof Fault) || error.shut === "no") throw error;
					// Its ETag comes with each answer all the same, and is compared.
					const answer = await ask({});
					this.#withoutIfRange.add(origin);
					return answer;
				})
			: await ask({});
		requireSame(response, guard);
		return response;
	}

	async #notAnswered(
		request: Request,
		error: unknown,
		isStalled: boolean,
	): Promise<never> {
		const { stallMilliseconds } = this.#options;
		if (isStalled) throw stallFault(stallMilliseconds);
		const { message, shut, isRefused } = await whyUnreachable(
			request,
			error,
			stallMilliseconds,
		);
		if (isRefused) throw refusedFault(message, request);
		// The network may have been back just when that was found out.
		throw new Fault(message, {
			passing: true,
			shut,
			...(shut === "yes" && { tries: 2 }),
			...(request.headers.has("Range") && { unread: request.url }),
		});
	}
}
