import { classify, NetworkError } from "../jobs/failures.ts";
import { discard } from "./discard.ts";
import { Pace } from "./pace.ts";
import type { ResolvedSource, Secrets } from "./secrets.ts";
import { SourceError } from "./source-error.ts";

const MOST_REDIRECTS = 10;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

/** What signs a source's requests. */
export interface Tokens {
	/** A token that counts now, asked for by the client where there is none. */
	current(client: SourceClient): Promise<string>;
	/** Never to be given again: it was refused. */
	drop(token: string): void;
}

/**
 * Sends a source's requests at its pace. Its headers and tokens go to the host that
 * `lakeside.json` names and to no other, wherever answers and redirects lead. What it
 * throws holds no secrets, also of what `fetch` throws.
 */
export class SourceClient {
	/** Sent so far, those for tokens and after redirects included. */
	requests = 0;
	/** Received in bodies so far. */
	bytes = 0;
	readonly #source: ResolvedSource;
	readonly #tokens: Tokens | null;
	readonly #secrets: Secrets;
	readonly #fetch: Fetch;
	readonly #signal: AbortSignal;
	readonly #pace: Pace;

	constructor(
		source: ResolvedSource,
		tokens: Tokens | null,
		secrets: Secrets,
		fetch: Fetch,
		signal: AbortSignal,
	) {
		this.#source = source;
		this.#tokens = tokens;
		this.#secrets = secrets;
		this.#fetch = fetch;
		this.#signal = signal;
		this.#pace = new Pace(source.settings.requestsPerMinute);
	}

	/** An answer of any status but a redirect; a token that is refused is replaced once. */
	async get(
		url: string,
		headers: Readonly<Record<string, string>>,
	): Promise<Response> {
		const own = new URL(this.#source.url).origin;
		let target = new URL(url);
		let isTokenNew = false;
		for (let redirects = 0; redirects <= MOST_REDIRECTS; ) {
			const isOwn = target.origin === own;
			const token = isOwn
				? ((await this.#tokens?.current(this)) ?? null)
				: null;
			const response = await this.send(target, {
				headers: {
					"user-agent": "Lakeside",
					// Ranges, lengths and validators then are of the bytes that we count.
					"accept-encoding": "identity",
					...(isOwn ? lowerCased(this.#source.headers) : {}),
					...(token === null ? {} : { authorization: `Bearer ${token}` }),
					...headers,
				},
			});
			if (response.status === 401 && token !== null && !isTokenNew) {
				await discard(response);
				this.#tokens?.drop(token);
				isTokenNew = true;
				continue;
			}
			if (!REDIRECTS.has(response.status)) return response;
			target = await this.#redirected(response, target);
			redirects++;
		}
		throw new SourceError(
			`${this.place(target)} is redirected more than ${MOST_REDIRECTS} times: check the source's url`,
		);
	}

	/** One request, without following redirects. */
	async send(url: URL, init: RequestInit): Promise<Response> {
		await this.#pace.turn(this.#signal);
		this.requests++;
		try {
			return await this.#fetch(url, {
				...init,
				redirect: "manual",
				signal: this.#signal,
			});
		} catch (error) {
			throw this.#plainError(error, url);
		}
	}

	/** The bytes of an answer as they come. */
	async *chunks(response: Response): AsyncGenerator<Uint8Array> {
		if (response.body === null) return;
		try {
			for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
				this.bytes += chunk.length;
				yield chunk;
			}
		} catch (error) {
			throw this.#plainError(error, new URL(response.url || this.#source.url));
		}
	}

	/** Host and path of an address, without secrets: queries may hold anything. */
	place(url: string | URL): string {
		const { host, pathname } = new URL(url);
		return this.#secrets.redact(`${host}${pathname}`);
	}

	async #redirected(response: Response, from: URL): Promise<URL> {
		await discard(response);
		const location = response.headers.get("location");
		const target = location === null ? null : URL.parse(location, from);
		if (target === null || !/^https?:$/.test(target.protocol))
			throw new SourceError(
				`${this.place(from)} is redirected to no address of the web: check the source's url`,
			);
		// Fetch takes no address with a name and password in it.
		target.username = "";
		target.password = "";
		return target;
	}

	/** Errors of `fetch` name addresses and headers, so that only their words go on. */
	#plainError(error: unknown, url: URL): unknown {
		if (this.#signal.aborted) return this.#signal.reason;
		const message = this.#secrets.redact(`${this.place(url)}: ${words(error)}`);
		return classify(error) === "network"
			? new NetworkError(message)
			: new SourceError(message);
	}
}

function lowerCased(
	headers: Readonly<Record<string, string>>,
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
	);
}

/** `fetch` says only that it failed; why stands in the cause. */
function words(error: unknown): string {
	if (!(error instanceof Error)) return `${error}`;
	const { code } = error as NodeJS.ErrnoException;
	if (error.cause !== undefined) return words(error.cause);
	// Where several addresses were tried, the message is empty.
	return error.message || code || error.name;
}
