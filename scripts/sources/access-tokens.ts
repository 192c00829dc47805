import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isRetriedStatus } from "../jobs/failures.ts";
import { discard } from "./discard.ts";
import { writeWhole } from "./durable-files.ts";
import type { ResolvedOAuth2, Secrets } from "./secrets.ts";
import type { SourceClient, Tokens } from "./source-client.ts";
import { SourceError, statusError } from "./source-error.ts";

/** A token that ends so soon is not worth a request. */
const LEAST_LEFT_MS = 60_000;

/** What is kept of a grant, in a file that only its owner can read. */
interface Grant {
	/** Hash of what the publisher has set: with new consent the rest is of no use. */
	readonly of: string;
	/** The latest: servers may give a new one each time, and forget the one before. */
	readonly refreshToken: string;
	readonly accessToken: string;
	/** Milliseconds since 1970, null where the server does not say. */
	readonly expiresAt: number | null;
}

/**
 * Access tokens by OAuth 2's refresh-token grant (RFC 6749, section 6), shared by the
 * sources of one grant. Not by a library of OAuth: those insist on members which
 * Netatmo and others leave out.
 */
export class AccessTokens implements Tokens {
	readonly #oauth2: ResolvedOAuth2;
	readonly #path: string;
	readonly #secrets: Secrets;
	#grant: Promise<Grant> | null = null;
	#refused: string | null = null;

	constructor(oauth2: ResolvedOAuth2, folder: string, secrets: Secrets) {
		this.#oauth2 = oauth2;
		this.#path = join(folder, `${sha256(oauth2.template).slice(0, 16)}.json`);
		this.#secrets = secrets;
	}

	/** A token that should do; the client sends the request for a new one. */
	async current(client: SourceClient): Promise<string> {
		this.#grant ??= this.#usable(client);
		const grant = this.#grant;
		try {
			return (await grant).accessToken;
		} catch (error) {
			if (this.#grant === grant) this.#grant = null;
			throw error;
		}
	}

	/** A token was refused: the next one is another. */
	drop(accessToken: string): void {
		if (this.#refused === accessToken) return;
		this.#refused = accessToken;
		this.#grant = null;
	}

	async #usable(client: SourceClient): Promise<Grant> {
		const kept = await this.#kept();
		if (
			kept !== null &&
			kept.accessToken !== this.#refused &&
			(kept.expiresAt === null || kept.expiresAt > Date.now() + LEAST_LEFT_MS)
		)
			return kept;
		return await this.#refresh(client, kept?.refreshToken ?? null);
	}

	async #refresh(client: SourceClient, kept: string | null): Promise<Grant> {
		const { tokenUrl, clientId, clientSecret } = this.#oauth2;
		const refreshToken = kept ?? this.#oauth2.refreshToken;
		const form = new URLSearchParams({
			grant_type: "refresh_token",
			refresh_token: refreshToken,
		});
		const headers: Record<string, string> = { accept: "application/json" };
		if (this.#oauth2.authentication === "basic")
			headers.authorization = this.#basic(clientId, clientSecret ?? "");
		else {
			form.set("client_id", clientId);
			if (clientSecret !== null) form.set("client_secret", clientSecret);
		}
		const url = new URL(tokenUrl);
		const response = await client.send(url, {
			method: "POST",
			headers,
			body: form,
		});
		const place = client.place(url);
		if (isRetriedStatus(response.status)) {
			await discard(response);
			throw statusError(response, place, []);
		}
		const answer = await jsonObject(response, client);
		if (response.status !== 200)
			throw new SourceError(
				`HTTP ${response.status}${oauthError(answer)} from ${place}, which gives out access tokens: grant access anew and set ${this.#oauth2.variable}`,
			);
		const grant = grantOf(answer, refreshToken, this.#hash());
		if (grant === null)
			throw new SourceError(
				`${place} answers without an access token: check the source's oauth2.tokenUrl`,
			);
		this.#hide(grant);
		// The one before may be void from now on.
		await writeWhole(this.#path, JSON.stringify(grant));
		return grant;
	}

	async #kept(): Promise<Grant | null> {
		try {
			const grant = JSON.parse(await readFile(this.#path, "utf8")) as Grant;
			if (grant.of !== this.#hash()) return null;
			this.#hide(grant);
			return grant;
		} catch (error) {
			if (error instanceof SyntaxError) return null;
			if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
			throw error;
		}
	}

	#basic(clientId: string, clientSecret: string): string {
		const pair = [clientId, clientSecret].map(encodeURIComponent).join(":");
		const value = Buffer.from(pair).toString("base64");
		this.#secrets.hide(value, "(client)");
		return `Basic ${value}`;
	}

	#hide(grant: Grant): void {
		this.#secrets.hide(grant.accessToken, "(access token)");
		if (grant.refreshToken !== this.#oauth2.refreshToken)
			this.#secrets.hide(grant.refreshToken, "(refresh token)");
	}

	#hash(): string {
		const { clientId, refreshToken } = this.#oauth2;
		return sha256(JSON.stringify([clientId, refreshToken]));
	}
}

function grantOf(
	answer: Record<string, unknown>,
	refreshToken: string,
	of: string,
): Grant | null {
	const {
		access_token: accessToken,
		refresh_token: next,
		expires_in: seconds,
	} = answer;
	if (typeof accessToken !== "string" || accessToken === "") return null;
	return {
		of,
		refreshToken: typeof next === "string" && next !== "" ? next : refreshToken,
		accessToken,
		expiresAt: Number.isFinite(Number(seconds ?? Number.NaN))
			? Date.now() + Number(seconds) * 1000
			: null,
	};
}

/** Empty where the answer is no object of JSON. */
async function jsonObject(
	response: Response,
	client: SourceClient,
): Promise<Record<string, unknown>> {
	const parts: Uint8Array[] = [];
	for await (const chunk of client.chunks(response)) parts.push(chunk);
	try {
		const value: unknown = JSON.parse(Buffer.concat(parts).toString());
		return typeof value === "object" && value !== null
			? (value as Record<string, unknown>)
			: {};
	} catch (error) {
		if (error instanceof SyntaxError) return {};
		throw error;
	}
}

/** The registered code of an error, such as ` (invalid_grant)`; other words may hold anything. */
function oauthError({ error }: Record<string, unknown>): string {
	return typeof error === "string" && /^[a-z_]{1,40}$/.test(error)
		? ` (${error})`
		: "";
}

function sha256(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
