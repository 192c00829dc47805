import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import CachePolicy from "http-cache-semantics";
import {
	NetworkError,
	type RetryPolicy,
	withRetries,
} from "../jobs/failures.ts";
import { discard } from "./discard.ts";
import { nextInJson, nextInLinkHeader } from "./paging.ts";
import { PartialFile } from "./partial-file.ts";
import type { ResolvedSource, Secrets } from "./secrets.ts";
import type { SourceClient } from "./source-client.ts";
import { SourceError, statusError } from "./source-error.ts";
import type { SourceSettings } from "./source-settings.ts";
import type { Page, SourceState } from "./source-state.ts";

/** A page that says where the next one is has to be read whole. */
const MOST_PAGE_BYTES = 32 * 2 ** 20;

/** Formats that are compressed by themselves. */
const COMPRESSED = /\.(?:7z|bz2|parquet|xz|zip|zst)$/;

/** Headers that say how long an answer is fresh. */
const FRESHNESS = ["age", "cache-control", "date", "expires", "pragma"];

/** Freshness is asked for one address at a time: headers that tell answers apart are the same each time. */
const PLAIN_REQUEST = { url: "/", method: "GET", headers: {} };

const unpack = promisify(gunzip);

/** What fetching a source's pages takes. */
export interface PageContext {
	readonly source: ResolvedSource;
	readonly client: SourceClient;
	readonly state: SourceState;
	readonly secrets: Secrets;
	readonly signal: AbortSignal;
	readonly retry?: RetryPolicy;
	/** Bytes of a page so far, which counts from 1; `total` is null where the server does not say. */
	onBytes(page: number, received: number, total: number | null): void;
	onRetry(reason: string, attempt: number): void;
}

/** What an answer's headers say. */
interface Answer {
	/** The file of the last fetch is what the server has. */
	readonly isUnchanged: boolean;
	/** Whether its end could be told from a cut. */
	readonly hasEnd: boolean;
	readonly etag: string | null;
	readonly lastModified: string | null;
	readonly freshness: CachePolicy.CachePolicyObject;
	readonly link: string | null;
}

/** Name of a page's file; `number` is null where there is only one. */
export function fileName(
	{ into, name, ending }: SourceSettings,
	number: number | null,
): string {
	const page = number === null ? "" : `.${`${number}`.padStart(5, "0")}`;
	return `${into}/${name}${page}${ending}${COMPRESSED.test(ending) ? "" : ".gz"}`;
}

/**
 * Fetches one page to where it waits for the others. `previous` is what the last
 * fetch has of the same address, null to have all of it sent again.
 */
export async function fetchPage(
	context: PageContext,
	url: string,
	number: number | null,
	previous: Page | null,
): Promise<Page> {
	const { state, secrets, signal, onBytes, onRetry } = context;
	const file = fileName(context.source.settings, number);
	if (previous !== null && isFresh(previous)) {
		await state.keep(previous, file);
		return { ...previous, file };
	}
	const address = addressHash(url);
	const mayPack = file.endsWith(".gz");
	let partial: PartialFile | null = null;
	try {
		return await withRetries(
			async () => {
				partial ??= await PartialFile.open(state.partPath, address, mayPack);
				const answer = await receive(
					context,
					url,
					partial,
					previous,
					(received, total) => onBytes(number ?? 1, received, total),
				);
				const { etag, lastModified, freshness } = answer;
				if (answer.isUnchanged && previous !== null) {
					await state.keep(previous, file);
					return { ...previous, file, freshness };
				}
				await partial.finish(state.waiting(file));
				partial = null;
				const rest = await readPage(context, url, file, answer);
				const said = [etag, lastModified, rest.next].join(" ");
				return {
					address,
					file,
					receivedAt: Date.now(),
					etag,
					lastModified,
					freshness,
					isReusable: secrets.redact(said) === said,
					...rest,
				};
			},
			{
				policy: context.retry,
				signal,
				progress: () => partial?.received ?? 0,
				onRetry: (error, attempt) => onRetry((error as Error).message, attempt),
			},
		);
	} finally {
		// The compiler does not see what the function above assigns.
		await (partial as PartialFile | null)?.close();
	}
}

export function addressHash(url: string): string {
	return createHash("sha256").update(url).digest("hex");
}

/** Brings what is missing of an answer. Throws what may pass as a {@link NetworkError}. */
async function receive(
	{ source, client }: PageContext,
	url: string,
	partial: PartialFile,
	previous: Page | null,
	onBytes: (received: number, total: number | null) => void,
): Promise<Answer> {
	const { validator } = partial;
	const response = await client.get(url, {
		...(validator === null
			? conditions(previous)
			: { range: `bytes=${partial.received}-`, "if-range": validator }),
	});
	const from = client.place(url);
	const { status, headers } = response;
	if (status === 304 && validator === null && previous !== null) {
		await discard(response);
		return answerOf(headers, previous, null);
	}
	const range = contentRange(headers.get("content-range"));
	const isRest =
		status === 206 &&
		validator !== null &&
		range?.start === partial.received &&
		(headers.get("etag") ?? validator) === validator;
	if (status === 416 || (status === 206 && !isRest)) {
		await discard(response);
		await partial.restart(null);
		if (validator !== null)
			throw new NetworkError(`${from} does not go on where it was cut off`);
		throw new SourceError(
			`${from} sends a part where the whole was asked for: check the source's url and headers`,
		);
	}
	if (status !== 200 && status !== 206) {
		await discard(response);
		throw statusError(response, from, source.variables);
	}
	if (status === 200) await partial.restart(validatorOf(headers));
	const total = isRest ? (range?.total ?? null) : contentLength(headers);
	const { paging } = source.settings;
	const isRead = paging !== null && paging.kind !== "link-header";
	const most = isRead ? MOST_PAGE_BYTES : Number.POSITIVE_INFINITY;
	onBytes(partial.received, total);
	for await (const chunk of client.chunks(response)) {
		await partial.write(chunk);
		onBytes(partial.received, total);
		if (partial.received > most) throw tooLarge();
	}
	if (total !== null && partial.received !== total)
		throw new NetworkError(
			`${from} has sent ${partial.received} of ${total} bytes`,
		);
	return answerOf(headers, null, validator);
}

/** Reads, in the file of a page that waits, what it says of the next one. */
async function readPage(
	{ source, client, state, secrets }: PageContext,
	url: string,
	file: string,
	{ hasEnd, link }: Answer,
): Promise<Pick<Page, "hash" | "next">> {
	const { paging } = source.settings;
	if (paging === null) return { hash: null, next: null };
	const path = state.waiting(file);
	let next: string | null;
	try {
		next =
			paging.kind === "link-header"
				? nextInLinkHeader(link)
				: nextInJson(await readJson(path), paging);
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		const message = secrets.redact(`${client.place(url)}: ${error.message}`);
		if (error instanceof SourceError) throw new SourceError(message);
		if (!(error instanceof SyntaxError)) throw error;
		throw hasEnd
			? new SourceError(`${message}: pages have to be JSON`)
			: new NetworkError(`${message}: the answer may be cut off`);
	}
	return { hash: await fileHash(path), next };
}

async function readJson(path: string): Promise<unknown> {
	try {
		const bytes = await unpack(await readFile(path), {
			maxOutputLength: MOST_PAGE_BYTES,
		});
		return JSON.parse(bytes.toString().replace(/^\uFEFF/, ""));
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
		// What came as gzip may be damaged.
		if (code?.startsWith("Z_"))
			throw new SyntaxError(`not valid gzip: ${(error as Error).message}`);
		throw error;
	}
}

async function fileHash(path: string): Promise<string> {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(path)) hash.update(chunk);
	return hash.digest("hex");
}

function tooLarge(): SourceError {
	return new SourceError(
		`a page is larger than ${MOST_PAGE_BYTES / 2 ** 20} MB: ask for fewer rows a page in the source's url`,
	);
}

function isFresh({ freshness }: Page): boolean {
	return CachePolicy.fromObject(freshness).satisfiesWithoutRevalidation(
		PLAIN_REQUEST,
	);
}

/** What a 304 leaves out stands as it was; so does the date by which the rest of an answer was asked for. */
function answerOf(
	headers: Headers,
	previous: Page | null,
	validator: string | null,
): Answer {
	const saysFreshness = Object.fromEntries(
		FRESHNESS.flatMap((name) => {
			const value = headers.get(name);
			return value === null ? [] : [[name, value]];
		}),
	);
	const freshness = new CachePolicy(
		PLAIN_REQUEST,
		{ status: 200, headers: { ...previous?.freshness.resh, ...saysFreshness } },
		{ shared: false, cacheHeuristic: 0 },
	);
	const date = validator?.startsWith('"') ? null : validator;
	return {
		isUnchanged: previous !== null,
		hasEnd:
			headers.has("content-length") ||
			headers.get("transfer-encoding") === "chunked",
		etag: headers.get("etag"),
		lastModified: headers.get("last-modified") ?? date,
		freshness: freshness.toObject(),
		link: headers.get("link"),
	};
}

function conditions(previous: Page | null): Record<string, string> {
	const { etag = null, lastModified = null } = previous ?? {};
	return {
		...(etag === null ? {} : { "if-none-match": etag }),
		...(lastModified === null ? {} : { "if-modified-since": lastModified }),
	};
}

/** What `If-Range` takes: a strong ETag, or a date after which a second has passed (RFC 9110, 8.8.2.2). */
function validatorOf(headers: Headers): string | null {
	// Parts of what is packed on the way do not fit together once it is unpacked.
	if (isPackedOnTheWay(headers)) return null;
	const etag = headers.get("etag");
	if (etag?.startsWith('"')) return etag;
	const modified = headers.get("last-modified");
	const age =
		Date.parse(headers.get("date") ?? "") - Date.parse(modified ?? "");
	return age >= 1000 ? modified : null;
}

function isPackedOnTheWay(headers: Headers): boolean {
	return (headers.get("content-encoding") ?? "identity") !== "identity";
}

/** Null where it is not said, or of other bytes than arrive here. */
function contentLength(headers: Headers): number | null {
	const value = headers.get("content-length");
	return value === null || isPackedOnTheWay(headers) ? null : Number(value);
}

/** Of `bytes 5-9/10`; `total` is null for `*`. */
function contentRange(
	value: string | null,
): { start: number; total: number | null } | null {
	const [, start, total] =
		/^bytes (\d+)-\d+\/(\d+|\*)$/.exec(value ?? "") ?? [];
	if (start === undefined || total === undefined) return null;
	return { start: Number(start), total: total === "*" ? null : Number(total) };
}
