import { createHash } from "node:crypto";
import { classify, NetworkError } from "../jobs/failures.ts";
import { addressHash, fetchPage, type PageContext } from "./fetch-page.ts";
import { nextAddress } from "./paging.ts";
import type { ResolvedSource } from "./secrets.ts";
import { formatMinute, SourceError } from "./source-error.ts";
import type { Page } from "./source-state.ts";

/** A server whose pages never end is not believed. */
const MOST_PAGES = 10_000;

const HOUR_MS = 60 * 60_000;

/** What became of a source. */
export interface FetchedSource {
	readonly name: string;
	/** Its files that are in use now, below the folder of fetched files, with forward slashes. */
	readonly files: readonly string[];
	/** Received in this run. */
	readonly bytes: number;
	/** Sent in this run, with those for tokens and after redirects. */
	readonly requests: number;
	/** Whether the files are as an earlier run has left them. */
	readonly fromCache: boolean;
	/** A line for people, which says what to do and holds no secret; null where all went well. */
	readonly failure: string | null;
}

/** Brings a source's files up to date, or leaves them and says why. */
export async function fetchSource(
	context: PageContext,
): Promise<FetchedSource> {
	const { source, state, client, signal } = context;
	const { name } = source.settings;
	let fromCache = true;
	let failure: string | null = null;
	try {
		if (await isDue(context)) fromCache = await fetchPages(context);
	} catch (error) {
		signal.throwIfAborted();
		if (classify(error) === "unknown") throw error;
		const left =
			state.record === null
				? "nothing was fetched before"
				: `the files of ${formatMinute(state.record.fetchedAt)} stay in use`;
		const { message } = error as Error;
		const remedy = error instanceof NetworkError ? ": run again later" : "";
		failure = `${name}: ${message}${remedy}; ${left}`;
	}
	return {
		name,
		files: state.record?.pages.map(({ file }) => file) ?? [],
		bytes: client.bytes,
		requests: client.requests,
		fromCache,
		failure,
	};
}

/** Whether the source may have anything that is not here. */
async function isDue({ source, state }: PageContext): Promise<boolean> {
	const { refresh } = source.settings;
	const { record } = state;
	if (refresh === "always" || refresh === "when-changed" || record === null)
		return true;
	const pages = await state.pages(sourceHash(source));
	if (pages.size < record.pages.length) return true;
	return (
		refresh !== "never" && Date.now() - record.fetchedAt >= refresh * HOUR_MS
	);
}

/** Gives whether nothing new has come. */
async function fetchPages(context: PageContext): Promise<boolean> {
	const { source, state } = context;
	const hash = sourceHash(source);
	const left = await state.begin(hash);
	let pages: readonly Page[];
	try {
		pages = await allPages(context, left);
	} catch (error) {
		if (left.length === 0 || !(error instanceof SourceError)) throw error;
		// Cursors end: what was broken off may not be continued any more.
		await state.beginAnew(hash);
		pages = await allPages(context, []);
	}
	const before = state.record?.pages ?? [];
	await state.publish(hash, pages);
	return (
		pages.length === before.length &&
		pages.every((page, index) => page.receivedAt === before[index]?.receivedAt)
	);
}

/** Follows the pages from the first one; those in `left` are there already. */
async function allPages(
	context: PageContext,
	left: readonly Page[],
): Promise<Page[]> {
	const { source, state, client } = context;
	const { paging, refresh } = source.settings;
	const previous =
		refresh === "always"
			? new Map<string, Page>()
			: await state.pages(sourceHash(source));
	const pages: Page[] = [];
	const seen = new Map<string, number>();
	const see = (what: string, url: string) => {
		const number = pages.length + 1;
		const earlier = seen.get(what);
		if (earlier !== undefined)
			throw new SourceError(
				`page ${number} of ${client.place(url)} is page ${earlier} again: check the source's paging`,
			);
		seen.set(what, number);
	};
	for (let url: string | null = source.url; url !== null; ) {
		const number = pages.length + 1;
		if (number > MOST_PAGES)
			throw new SourceError(
				`${client.place(url)} has more than ${MOST_PAGES} pages: ask for more rows a page, or check the source's paging`,
			);
		const address = addressHash(url);
		see(address, url);
		let page = left[number - 1];
		if (page?.address !== address) {
			page = await fetchPage(
				context,
				url,
				paging === null ? null : number,
				previous.get(address) ?? null,
			);
			await state.add(page);
		}
		if (page.hash !== null) see(page.hash, url);
		pages.push(page);
		url =
			paging === null || page.next === null
				? null
				: nextAddress(paging, page.next, source.url, url);
	}
	return pages;
}

/** Of all that decides what is fetched and where it goes, without the values of headers. */
function sourceHash({ settings, url }: ResolvedSource): string {
	const { name, into, ending, headers, paging } = settings;
	return createHash("sha256")
		.update(JSON.stringify([name, into, ending, url, headers, paging]))
		.digest("hex");
}
