import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import type { RetryPolicy } from "../jobs/failures.ts";
import { takeLock } from "../storage/lock.ts";
import { AccessTokens } from "./access-tokens.ts";
import { type FetchedSource, fetchSource } from "./fetch-source.ts";
import { filesFolder } from "./files-folder.ts";
import { type ResolvedSource, resolveSource, Secrets } from "./secrets.ts";
import { type Fetch, SourceClient } from "./source-client.ts";
import type { SourceSettings } from "./source-settings.ts";
import { SourceState, sweep } from "./source-state.ts";

/** Sources of one host are fetched one after the other. */
const HOSTS_AT_ONCE = 4;

export interface FetchProgress {
	readonly source: string;
	/** From 1. */
	readonly page: number;
	/** Bytes of this page so far. */
	readonly bytes: number;
	/** Null where the server does not say. */
	readonly totalBytes: number | null;
}

export interface FetchOptions {
	/** Ends the fetching; what has arrived whole is not asked for again. */
	readonly signal?: AbortSignal;
	/** Where `${NAME}` in the settings is looked up. */
	readonly environment?: NodeJS.ProcessEnv;
	readonly fetch?: Fetch;
	readonly retry?: RetryPolicy;
	/** Called for every piece that arrives, which is often. */
	onProgress?(progress: FetchProgress): void;
	/** A request failed and will be sent again; the reason holds no secret. */
	onRetry?(source: string, reason: string, attempt: number): void;
}

/**
 * Brings the files of all sources up to date, and removes those of sources that are
 * no more: `folder` is for nothing else. A source that fails keeps the files of its last successful fetch and says
 * why; the others go on. Throws a `SettingsError` where an environment variable is not
 * set, a `BusyError` where another process fetches to the same folder, the
 * signal's reason, and what is nobody's fault out there, such as a full disk.
 */
export async function fetchSources(
	sources: readonly SourceSettings[],
	folder: string,
	options: FetchOptions = {},
): Promise<FetchedSource[]> {
	if (sources.length === 0 && !existsSync(folder)) return [];
	const { environment = process.env } = options;
	const secrets = new Secrets();
	const resolved = sources.map((source) =>
		resolveSource(source, environment, secrets),
	);
	const release = await claim(folder);
	try {
		return await fetchAll(resolved, folder, secrets, options);
	} catch (error) {
		options.signal?.throwIfAborted();
		throw secrets.redactError(error);
	} finally {
		await release();
	}
}

async function fetchAll(
	sources: readonly ResolvedSource[],
	folder: string,
	secrets: Secrets,
	options: FetchOptions,
): Promise<FetchedSource[]> {
	const stop = new AbortController();
	const signal = AbortSignal.any([
		stop.signal,
		...(options.signal === undefined ? [] : [options.signal]),
	]);
	const tokens = tokensBySource(sources, join(folder, "tokens"), secrets);
	const results = new Map<ResolvedSource, FetchedSource>();
	const fetchOne = async (source: ResolvedSource) => {
		const { name } = source.settings;
		const { fetch = globalThis.fetch, retry } = options;
		const token = tokens.get(name) ?? null;
		const client = new SourceClient(source, token, secrets, fetch, signal);
		const state = await SourceState.open(
			filesFolder(folder),
			join(folder, "sources", name),
		);
		const fetched = await fetchSource({
			source,
			client,
			state,
			secrets,
			signal,
			retry,
			onBytes: (page, bytes, totalBytes) =>
				options.onProgress?.({ source: name, page, bytes, totalBytes }),
			onRetry: (reason, attempt) => options.onRetry?.(name, reason, attempt),
		});
		results.set(source, fetched);
	};
	const limit = pLimit(HOSTS_AT_ONCE);
	const hosts = Map.groupBy(sources, ({ url }) => new URL(url).origin);
	const ends = [...hosts.values()].map((ofHost) =>
		limit(async () => {
			for (const source of ofHost) {
				signal.throwIfAborted();
				await fetchOne(source);
			}
		}).catch((error: unknown) => {
			stop.abort(error);
			throw error;
		}),
	);
	await Promise.allSettled(ends);
	signal.throwIfAborted();
	const ordered = sources.flatMap((source) => results.get(source) ?? []);
	await sweep(
		filesFolder(folder),
		join(folder, "sources"),
		new Map(ordered.map(({ name, files }) => [name, files])),
	);
	return ordered;
}

/** Sources with the same grant share its tokens. */
function tokensBySource(
	sources: readonly ResolvedSource[],
	folder: string,
	secrets: Secrets,
): Map<string, AccessTokens> {
	const byGrant = new Map<string, AccessTokens>();
	const bySource = new Map<string, AccessTokens>();
	for (const { settings, oauth2 } of sources) {
		if (oauth2 === null) continue;
		const tokens =
			byGrant.get(oauth2.template) ?? new AccessTokens(oauth2, folder, secrets);
		byGrant.set(oauth2.template, tokens);
		bySource.set(settings.name, tokens);
	}
	return bySource;
}

/** Claims the folder for this process; gives what lets go of it. */
async function claim(folder: string): Promise<() => Promise<void>> {
	// Answers and tokens are not for everybody on this machine.
	await mkdir(folder, { recursive: true, mode: 0o700 });
	return takeLock(join(folder, "pid"), "fetching the same sources");
}
