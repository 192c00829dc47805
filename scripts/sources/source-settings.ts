import {
	optional,
	record,
	SETTINGS_FILE,
	SettingsError,
	sentence,
	within,
	wrong,
} from "../steps/settings/settings-checks.ts";

/** How an answer leads to the next one. */
export type Paging =
	/** The next page's address stands in the page's JSON, at a path of member names. */
	| { readonly kind: "next"; readonly path: string }
	/** A value in the page's JSON becomes a parameter of the first page's address. */
	| {
			readonly kind: "cursor";
			readonly path: string;
			readonly parameter: string;
	  }
	/** The next page's address stands in the header `Link` with `rel="next"`. */
	| { readonly kind: "link-header" };

/**
 * When a run asks for what an earlier one has fetched:
 * - `when-changed`: once the answer is no longer fresh by its own Cache-Control, and conditionally
 * - `always`: every time, unconditionally
 * - `never`: not at all
 * - a number: as `when-changed`, once so many hours have passed
 */
export type Refresh = "when-changed" | "always" | "never" | number;

/** OAuth 2's refresh-token grant, by which expired access tokens are replaced. */
export interface OAuth2Settings {
	readonly tokenUrl: string;
	readonly clientId: string;
	readonly clientSecret: string | null;
	readonly refreshToken: string;
	/** Whether client id and secret travel in the form or in the header `Authorization`. */
	readonly authentication: "body" | "basic";
}

/**
 * An HTTP address whose answers become files of a dataset. `url`, the values of
 * `headers` and the members of `oauth2` may hold `${NAME}`, which stands for an
 * environment variable: see `secrets.ts`.
 */
export interface SourceSettings {
	/** Of letters, digits, `-` and `_`; files begin with it. */
	readonly name: string;
	/** Folder of a dataset or one below it, with forward slashes. */
	readonly into: string;
	readonly url: string;
	/** Of the files' names, with its dot and without `.gz`, in lower case: `.json`. */
	readonly ending: string;
	readonly headers: Readonly<Record<string, string>>;
	/** Null where there is one answer. */
	readonly paging: Paging | null;
	/** Null for no limit of our own. */
	readonly requestsPerMinute: number | null;
	readonly refresh: Refresh;
	readonly oauth2: OAuth2Settings | null;
}

/** `${NAME}` in a text: the environment variable of that name. */
export const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const ENDING = /^(?:\.[a-z0-9]+)+$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Headers by which Lakeside resumes, revalidates and measures. */
const OWN_HEADERS = new Set([
	"accept-encoding",
	"connection",
	"content-length",
	"host",
	"if-match",
	"if-modified-since",
	"if-none-match",
	"if-range",
	"if-unmodified-since",
	"range",
	"transfer-encoding",
]);

/** Checks the sources of `lakeside.json`; throws a {@link SettingsError} for the first thing that is wrong. */
export function parseSources(
	value: unknown,
	place: string,
	datasetFolders: readonly string[],
): SourceSettings[] {
	if (!Array.isArray(value)) throw wrong(place, "a list", value);
	const names = new Map<string, string>();
	return value.map((entry, index) => {
		const here = `${place}[${index}]`;
		const source = sourceSettings(entry, here, datasetFolders);
		// Some file systems do not tell upper from lower case.
		const key = source.name.toLowerCase();
		const other = names.get(key);
		if (other !== undefined)
			throw problem(`${here}.name`, `is ${other}'s too: give each its own`);
		names.set(key, here);
		return source;
	});
}

function sourceSettings(
	value: unknown,
	place: string,
	datasetFolders: readonly string[],
): SourceSettings {
	const entry = record(value, place, [
		"name",
		"into",
		"url",
		"ending",
		"headers",
		"paging",
		"requestsPerMinute",
		"refresh",
		"oauth2",
	]);
	const url = address(entry.url, `${place}.url`);
	const source: SourceSettings = {
		name: name(entry.name, `${place}.name`),
		into: folder(entry.into, `${place}.into`, datasetFolders),
		url,
		ending: ending(entry.ending, `${place}.ending`, url),
		headers: optional(entry, "headers", place, headers) ?? {},
		paging: optional(entry, "paging", place, paging) ?? null,
		requestsPerMinute:
			optional(entry, "requestsPerMinute", place, requestsPerMinute) ?? null,
		refresh: optional(entry, "refresh", place, refresh) ?? "when-changed",
		oauth2: optional(entry, "oauth2", place, oauth2) ?? null,
	};
	const named = Object.keys(source.headers).map((key) => key.toLowerCase());
	if (source.oauth2 !== null && named.includes("authorization"))
		throw problem(
			`${place}.headers.Authorization`,
			`is set by ${place}.oauth2: leave one of them out`,
		);
	if (
		isInClear(url) &&
		(source.oauth2 !== null || holdsVariable([url, source.headers]))
	)
		throw problem(
			`${place}.url`,
			"would send secrets over http, which anyone on the way can read: use https",
		);
	return source;
}

function name(value: unknown, place: string): string {
	if (typeof value !== "string" || !NAME.test(value))
		throw wrong(place, 'a name of letters, digits, "-" and "_"', value);
	return value;
}

function folder(
	value: unknown,
	place: string,
	datasetFolders: readonly string[],
): string {
	const path = sentence(value, place);
	const [first = "", ...rest] = path.split("/");
	if (
		!datasetFolders.includes(first) ||
		rest.some((part) => !NAME.test(part.replaceAll(".", "_")))
	)
		throw wrong(
			place,
			`a dataset's folder (${datasetFolders.join(", ")}) or one below it, such as "${datasetFolders[0] ?? "dataset"}/here"`,
			value,
		);
	return path;
}

/** The host has to be said plainly: secrets are bound to it. */
function address(value: unknown, place: string): string {
	const text = template(value, place);
	const [origin = ""] = /^https?:\/\/[^/?#]*/i.exec(text) ?? [];
	const url = URL.parse(text.replace(VARIABLE, "x"));
	if (url === null || origin === "")
		throw wrong(place, "an address that begins with https:// or http://", text);
	if (origin.includes("${"))
		throw problem(place, "holds a variable before the path: write the host");
	// The text itself is not said: a password may be in it.
	if (url.username !== "" || url.password !== "")
		throw problem(
			place,
			`holds a name or password: send them as headers, {"Authorization": "Basic \${NAME}"}`,
		);
	return text;
}

function ending(value: unknown, place: string, url: string): string {
	const { pathname } = new URL(url.replace(VARIABLE, "x"));
	const [own] = /(?:\.[a-z0-9]+)+$/i.exec(
		pathname.slice(pathname.lastIndexOf("/") + 1),
	) ?? [undefined];
	const text = value ?? own?.toLowerCase();
	if (text === undefined)
		throw problem(
			place,
			'is missing, and the address ends in none: add for example "ending": ".json"',
		);
	const plain = typeof text === "string" ? text.replace(/\.gz$/, "") : "";
	if (!ENDING.test(plain))
		throw wrong(
			place,
			'an ending in lower case with its dot, such as ".json"',
			text,
		);
	return plain;
}

function headers(value: unknown, place: string): Record<string, string> {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw wrong(place, "an object of header names and values", value);
	for (const [key, text] of Object.entries(value)) {
		if (!HEADER_NAME.test(key))
			throw problem(`${place}.${JSON.stringify(key)}`, "is no header's name");
		if (OWN_HEADERS.has(key.toLowerCase()))
			throw problem(`${place}.${key}`, "is set by Lakeside: leave it out");
		template(text, `${place}.${key}`);
	}
	return value as Record<string, string>;
}

function paging(value: unknown, place: string): Paging {
	if (value === "link-header") return { kind: "link-header" };
	const forms = `"link-header", {"next": "path.of.members"} or {"cursor": "path.of.members", "parameter": "name"}`;
	if (typeof value !== "object" || value === null)
		throw wrong(place, forms, value);
	const entry = record(value, place, ["next", "cursor", "parameter"]);
	const next = optional(entry, "next", place, sentence);
	const path = optional(entry, "cursor", place, sentence);
	const parameter = optional(entry, "parameter", place, sentence);
	if (next !== undefined && path === undefined && parameter === undefined)
		return { kind: "next", path: next };
	if (next === undefined && path !== undefined && parameter !== undefined)
		return { kind: "cursor", path, parameter };
	throw wrong(place, forms, value);
}

function requestsPerMinute(value: unknown, place: string): number {
	return within(value, 0.01, 60_000, place);
}

function refresh(value: unknown, place: string): Refresh {
	if (value === "when-changed" || value === "always" || value === "never")
		return value;
	if (typeof value === "number" && value > 0 && Number.isFinite(value))
		return value;
	throw wrong(
		place,
		'"when-changed", "always", "never" or a number of hours',
		value,
	);
}

function oauth2(value: unknown, place: string): OAuth2Settings {
	const entry = record(value, place, [
		"tokenUrl",
		"clientId",
		"clientSecret",
		"refreshToken",
		"authentication",
	]);
	const tokenUrl = address(entry.tokenUrl, `${place}.tokenUrl`);
	if (isInClear(tokenUrl))
		throw problem(
			`${place}.tokenUrl`,
			"would send secrets over http, which anyone on the way can read: use https",
		);
	const authentication = entry.authentication ?? "body";
	if (authentication !== "body" && authentication !== "basic")
		throw wrong(`${place}.authentication`, '"body" or "basic"', authentication);
	return {
		tokenUrl,
		clientId: template(entry.clientId, `${place}.clientId`),
		clientSecret: optional(entry, "clientSecret", place, secret) ?? null,
		refreshToken: secret(entry.refreshToken, `${place}.refreshToken`),
		authentication,
	};
}

/** A text that has to come from the environment: `lakeside.json` lies beside public data. */
function secret(value: unknown, place: string): string {
	// A secret that was written here is not repeated.
	const text = template(value, place);
	if (!holdsVariable([text]))
		throw problem(
			place,
			`must come from the environment: write "\${NAME}" and set the variable NAME`,
		);
	return text;
}

/** A text in which each `${` begins the name of a variable. */
function template(value: unknown, place: string): string {
	const text = sentence(value, place);
	if (text.replace(VARIABLE, "").includes("${"))
		throw problem(
			place,
			`has a \${ that does not begin the name of an environment variable: \${NAME}`,
		);
	return text;
}

function holdsVariable(value: unknown): boolean {
	return JSON.stringify(value).search(VARIABLE) >= 0;
}

/** Whether what is sent there can be read on the way; this machine's own servers are not far. */
function isInClear(url: string): boolean {
	const { protocol, hostname } = new URL(url.replace(VARIABLE, "x"));
	return protocol === "http:" && !LOOPBACK.test(hostname);
}

function problem(place: string, what: string): SettingsError {
	return new SettingsError(`${SETTINGS_FILE}: ${place} ${what}`);
}
