import { cancelled, LakeError, throwIfCancelled } from "./errors.ts";
import {
	changedFault,
	compressed,
	Fault,
	foreignFault,
	goneFault,
	refusedFault,
	stallFault,
	statusFault,
	toFault,
} from "./faults.ts";
import { type KeyWords, mayBeRefusal, refusalOf } from "./signing/refusal.ts";
import { causeOf, whyUnreachable } from "./signing/unreachable.ts";
import type { FileGuard, FileHost, WholeLimits } from "./types.ts";

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

/**
 * A lake on a static HTTP host with Range support. Faults that may pass (network,
 * 429, 5xx) are retried with backoff, from the byte where the last try broke off.
 * A host that ignores Range and sends the whole file is read up to the range's end.
 * `no-store`, because Chromium's cache answers ranges of one file one at a time,
 * and the byte cache keeps them anyway. `Accept-Encoding` is the browser's to set:
 * a proxy that compresses shows as a wrong length, or in the checksum.
 */
export function httpSource(
	lakeUrl: string,
	options: HttpOptions = {},
): FileHost {
	const { attempts = 5, backoffMilliseconds = 200, connections = 6 } = options;
	const { stallMilliseconds = 30_000 } = options;
	const { sign = async (request) => request } = options;
	const inTurn = limiter(connections);

	const get = async (
		path: string,
		headers: Readonly<Record<string, string>>,
		signal: AbortSignal,
	): Promise<Response> => {
		const url = new URL(path, lakeUrl);
		const stall = new AbortController();
		const request = await sign(
			new Request(url, {
				headers,
				cache: "no-store",
				signal: AbortSignal.any([signal, stall.signal]),
			}),
		);
		const timer = setTimeout(() => stall.abort(), stallMilliseconds);
		const answered = fetch(request).finally(() => clearTimeout(timer));
		const response = await answered.catch(async (error) => {
			if (stall.signal.aborted) throw stallFault(stallMilliseconds);
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
		});
		if (!mayBeRefusal(response.status)) return response;
		const refusal = await refusalOf(
			request,
			response,
			options.keyWords,
			stallMilliseconds,
		);
		if (refusal === null) throw statusFault(response);
		throw refusedFault(refusal, request);
	};

	/** Hosts that do not let a page of another origin send If-Range. */
	const withoutIfRange = new Set<string>();

	/** A range of a file that must still be what it was. */
	const getGuarded = async (
		address: string,
		range: string,
		guard: FileGuard,
		signal: AbortSignal,
	): Promise<Response> => {
		const { origin } = new URL(address);
		const { etag } = guard;
		const asks =
			etag !== null && /^"/.test(etag) && !withoutIfRange.has(origin);
		const ask = (headers: Readonly<Record<string, string>>) =>
			get(address, { Range: range, ...headers }, signal);
		const response = asks
			? await ask({ "If-Range": etag }).catch(async (error) => {
					if (!(error instanceof Fault) || error.shut === "no") throw error;
					// Its ETag comes with each answer all the same, and is compared.
					const answer = await ask({});
					withoutIfRange.add(origin);
					return answer;
				})
			: await ask({});
		requireSame(response, guard);
		return response;
	};

	const wholeOf = async (
		response: Response,
		name: string,
		{ maxBytes, onBytes }: WholeLimits,
	): Promise<Blob> => {
		const length = Number(response.headers.get("Content-Length") ?? 0);
		const parts: Uint8Array[] = [];
		let bytes = 0;
		for await (const arrived of chunksOf(response, stallMilliseconds)) {
			bytes += arrived.length;
			if (Math.max(bytes, length) > maxBytes)
				throw new LakeError(
					"OverBudgetError",
					`${name} can only be read whole, and is larger than the memory budget allows (${Math.round(maxBytes / 1e6)} MB)`,
				);
			parts.push(arrived);
			onBytes(arrived.length, length);
		}
		const isPacked = response.headers.has("Content-Encoding");
		if (bytes < length && !isPacked)
			throw new Fault(
				`the connection ended after ${bytes} of ${length} bytes`,
				{ passing: true },
			);
		return new Blob(parts as Uint8Array<ArrayBuffer>[]);
	};

	const opened = async (
		response: Response,
		name: string,
		limits: WholeLimits,
	) => {
		const whole = await wholeOf(response, name, limits);
		return { guard: guardOf(response, name, whole.size), whole };
	};

	/**
	 * A bucket whose objects may not be listed refuses what it does not have: where
	 * the catalog may be read, a file that may not is gone.
	 */
	const orGone = async (
		error: unknown,
		signal: AbortSignal,
	): Promise<never> => {
		if (toFault(error).kind !== "ForbiddenError") throw error;
		const catalog = await get("catalog.json", {}, signal).catch(() => null);
		await catalog?.body?.cancel();
		throw catalog?.ok ? goneFault(403) : error;
	};

	const retrying = async <T>(
		name: string,
		signal: AbortSignal,
		attempt: () => Promise<T>,
	): Promise<T> => {
		for (let count = 1; ; count += 1) {
			try {
				throwIfCancelled(signal);
				return await attempt();
			} catch (error) {
				if (signal.aborted) throw cancelled();
				if (error instanceof LakeError) throw error;
				const fault = toFault(error);
				if (!fault.passing || count >= Math.min(attempts, fault.tries)) {
					const hint =
						fault.unread === undefined || fault.shut === "yes"
							? ""
							: await aboutRanges(fault.unread, signal, stallMilliseconds);
					throw new LakeError(fault.kind, `${name}: ${fault.message}${hint}`, {
						cause: error,
					});
				}
				const backoff =
					backoffMilliseconds * 2 ** (count - 1) * (1 - Math.random() / 2);
				await sleep(fault.waitMilliseconds ?? backoff, signal);
			}
		}
	};

	return {
		url: lakeUrl,
		async read(path, startByte, endByte, signal, onBytes, guard) {
			const bytes = new Uint8Array(endByte - startByte);
			let filled = 0;
			if (bytes.length === 0) return bytes;
			const attempt = async () => {
				const first = startByte + filled;
				const range = `bytes=${first}-${endByte - 1}`;
				const response = await (guard === undefined
					? get(path, { Range: range }, signal).catch((error) =>
							orGone(error, signal),
						)
					: getGuarded(path, range, guard, signal));
				let skip = bytesToSkip(response, first, endByte);
				// Of a whole file sent instead, nothing counts before all of the range is there.
				let at = filled;
				for await (const arrived of chunksOf(response, stallMilliseconds)) {
					const wanted = arrived.subarray(Math.min(skip, arrived.length));
					skip -= arrived.length - wanted.length;
					const room = bytes.length - at;
					if (wanted.length > room && response.status === 206) {
						onBytes?.(arrived.length);
						filled = 0;
						throw new Fault(
							"the host sent more than the range it announced; was it compressed on the way?",
							{ passing: true, tries: 2 },
						);
					}
					bytes.set(wanted.subarray(0, room), at);
					at += Math.min(wanted.length, room);
					onBytes?.(arrived.length, bytes.subarray(0, at));
					if (response.status === 206) filled = at;
					else if (at === bytes.length) break;
				}
				if (at === bytes.length) return;
				if (response.status === 200)
					throw new Fault(
						"the host, or something on the way, sent another file, or not all of this one",
						{ passing: true },
					);
				throw new Fault(
					`the connection ended after ${filled} of ${bytes.length} bytes`,
					{ passing: true },
				);
			};
			await retrying(guard?.name ?? path, signal, () => inTurn(attempt));
			return bytes;
		},
		open: (address, name, limits) =>
			retrying(name, limits.signal, () =>
				inTurn(async () => {
					const { signal } = limits;
					const first = await get(address, { Range: "bytes=0-0" }, signal);
					if (first.status === 200) return opened(first, name, limits);
					if (first.status !== 206 && first.status !== 416)
						throw foreignFault(first);
					await first.body?.cancel();
					const said = first.headers.get("Content-Range");
					const total = Number(/\/(\d+)$/.exec(said ?? "")?.[1] ?? Number.NaN);
					if (!Number.isNaN(total))
						return { guard: guardOf(first, name, total), whole: null };
					// The host does not show a page of another origin how long the file is,
					// but the length of an answer it does: that of all, which is then left.
					const all = await get(address, {}, signal);
					if (!all.ok) throw foreignFault(all);
					await all.body?.cancel();
					const length = all.headers.get("Content-Length");
					if (length === null)
						throw new Fault("the host does not say how long the file is");
					return { guard: guardOf(all, name, Number(length)), whole: null };
				}),
			),
		whole: (address, name, limits) =>
			retrying(name, limits.signal, () =>
				inTurn(async () => {
					const response = await get(address, {}, limits.signal);
					if (!response.ok) throw foreignFault(response);
					return opened(response, name, limits);
				}),
			),
		catalogText: (signal) =>
			retrying("catalog.json", signal, async () => {
				const response = await get("catalog.json", {}, signal);
				if (response.status === 404 || response.status === 410)
					throw new Fault(`there is no lake at ${lakeUrl}`, {
						kind: "GoneError",
					});
				if (!response.ok) throw statusFault(response);
				return textOf(response, stallMilliseconds);
			}),
	};
}

/** Runs so many tasks at once, the others in the order they came. */
function limiter(limit: number) {
	const waiting: (() => void)[] = [];
	let running = 0;
	return async <T>(task: () => Promise<T>): Promise<T> => {
		if (running >= limit)
			await new Promise<void>((resolve) => waiting.push(resolve));
		else running += 1;
		try {
			return await task();
		} finally {
			const next = waiting.shift();
			if (next === undefined) running -= 1;
			else next();
		}
	};
}

/** Bytes of the body before the range: of a whole file all that precede it. */
function bytesToSkip(
	response: Response,
	startByte: number,
	endByte: number,
): number {
	if (response.status === 200) return startByte;
	if (response.status !== 206) throw statusFault(response);
	// A range of what is compressed is not a range of the file. Browsers do not even show it.
	const encoding = response.headers.get("Content-Encoding");
	if (encoding !== null && encoding !== "identity")
		throw new Fault(compressed(encoding), { passing: true, tries: 2 });
	// Absent on another origin that does not expose it; then length and checksum decide.
	const range = response.headers.get("Content-Range");
	if (range !== null && !range.startsWith(`bytes ${startByte}-${endByte - 1}/`))
		throw new Fault(
			`asked for bytes ${startByte}-${endByte - 1}, got Content-Range ${range}`,
			{ passing: true },
		);
	return 0;
}

/** What is known of a host from which no range came: whether it answers at all. */
async function aboutRanges(
	address: string,
	signal: AbortSignal,
	stallMilliseconds: number,
): Promise<string> {
	try {
		const { headers, body } = await fetch(address, {
			cache: "no-store",
			signal: AbortSignal.any([signal, AbortSignal.timeout(stallMilliseconds)]),
		});
		await body?.cancel();
		const encoding = headers.get("Content-Encoding");
		return encoding === null
			? "; without a range the host answers: something may refuse or compress ranges on the way"
			: `; ${compressed(encoding)}`;
	} catch {
		return "";
	}
}

function guardOf(response: Response, name: string, bytes: number): FileGuard {
	return {
		name,
		bytes,
		etag: response.headers.get("ETag"),
		lastModified: response.headers.get("Last-Modified"),
	};
}

/** Throws where an answer is of another state of the file; what a host does not show cannot be compared. */
function requireSame(response: Response, guard: FileGuard): void {
	const { status, headers } = response;
	if (status === 416) throw changedFault();
	if (status !== 200 && status !== 206) throw foreignFault(response);
	const now = guardOf(response, guard.name, guard.bytes);
	const differs = (one: string | null, other: string | null) =>
		one !== null && other !== null && one !== other;
	const total = /\/(\d+)$/.exec(headers.get("Content-Range") ?? "")?.[1];
	const length = status === 200 ? headers.get("Content-Length") : null;
	const bytes = total ?? length;
	if (
		differs(now.etag, guard.etag) ||
		differs(now.lastModified, guard.lastModified) ||
		(bytes !== null &&
			Number(bytes) !== guard.bytes &&
			!headers.has("Content-Encoding"))
	)
		throw changedFault();
}

/** The body as it arrives; leaving the loop ends the transfer. */
async function* chunksOf(
	response: Response,
	stallMilliseconds: number,
): AsyncGenerator<Uint8Array> {
	if (response.body === null) return;
	const reader = response.body.getReader();
	try {
		for (;;) {
			const { done, value } = await unlessStalled(
				reader.read(),
				stallMilliseconds,
			);
			if (done) return;
			yield value;
		}
	} catch (error) {
		if (error instanceof Fault) throw error;
		throw new Fault(`the network failed (${causeOf(error)})`, {
			passing: true,
			...(response.status === 206 && { unread: response.url }),
		});
	} finally {
		await reader.cancel().catch(() => {});
	}
}

async function textOf(
	response: Response,
	stallMilliseconds: number,
): Promise<string> {
	const decoder = new TextDecoder();
	let text = "";
	for await (const arrived of chunksOf(response, stallMilliseconds))
		text += decoder.decode(arrived, { stream: true });
	return text + decoder.decode();
}

async function unlessStalled<T>(
	arriving: Promise<T>,
	milliseconds: number,
): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const stalled = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(stallFault(milliseconds)), milliseconds);
	});
	try {
		return await Promise.race([arriving, stalled]);
	} finally {
		clearTimeout(timer);
	}
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const stop = () => {
			clearTimeout(timer);
			reject(cancelled());
		};
		const timer = setTimeout(() => {
			signal.removeEventListener("abort", stop);
			resolve();
		}, milliseconds);
		signal.addEventListener("abort", stop, { once: true });
	});
}
