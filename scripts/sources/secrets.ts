import {
	SETTINGS_FILE,
	SettingsError,
} from "../steps/settings/settings-checks.ts";
import { type SourceSettings, VARIABLE } from "./source-settings.ts";

/** Shorter values are no secrets, and in messages they would stand for anything. */
const SHORTEST = 4;

/** What can stand in a header. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What must not be seen, and texts without it. */
export class Secrets {
	readonly #hidden: { readonly shown: string; readonly as: string }[] = [];

	/** From now on texts show `as` in the place of a value, in whatever encoding it stands. */
	hide(value: string, as: string): void {
		if (value.length < SHORTEST) return;
		const forms = [
			value,
			encodeURIComponent(value),
			new URLSearchParams({ v: value }).toString().slice(2),
			JSON.stringify(value).slice(1, -1),
			Buffer.from(value).toString("base64"),
		];
		for (const shown of new Set(forms)) this.#hidden.push({ shown, as });
		// A secret may begin with another.
		this.#hidden.sort((a, b) => b.shown.length - a.shown.length);
	}

	redact(text: string): string {
		return this.#hidden.reduce(
			(rest, { shown, as }) => rest.replaceAll(shown, as),
			text,
		);
	}

	/** A copy with name, code, message, stack and causes only, each without secrets. */
	redactError(error: unknown): Error {
		if (!(error instanceof Error)) return new Error(this.redact(`${error}`));
		const copy = new Error(
			this.redact(error.message),
			error.cause === undefined
				? undefined
				: { cause: this.redactError(error.cause) },
		);
		copy.name = error.name;
		copy.stack = this.redact(error.stack ?? "");
		const { code } = error as NodeJS.ErrnoException;
		return code === undefined ? copy : Object.assign(copy, { code });
	}
}

/** A source's settings with the values of their variables. */
export interface ResolvedSource {
	readonly settings: SourceSettings;
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly oauth2: ResolvedOAuth2 | null;
	/** Names of the variables, for a remedy. */
	readonly variables: readonly string[];
}

export interface ResolvedOAuth2 {
	readonly tokenUrl: string;
	readonly clientId: string;
	readonly clientSecret: string | null;
	readonly refreshToken: string;
	readonly authentication: "body" | "basic";
	/** Name of the variable to set where the grant has ended. */
	readonly variable: string;
	/** The settings as they were written, to tell grants apart without their secrets. */
	readonly template: string;
}

/**
 * Puts the values of environment variables into a source's settings, and hides them.
 * Throws a {@link SettingsError} that names the variables which are not set.
 */
export function resolveSource(
	settings: SourceSettings,
	environment: NodeJS.ProcessEnv,
	secrets: Secrets,
): ResolvedSource {
	const variables = new Set<string>();
	const missing = new Set<string>();
	const fill = (text: string, encode = (value: string) => value): string =>
		text.replace(VARIABLE, (_whole, name: string) => {
			const value = environment[name];
			variables.add(name);
			if (value === undefined || value === "") {
				missing.add(name);
				return "";
			}
			if (!HEADER_VALUE.test(value))
				throw new SettingsError(
					`the environment variable ${name} holds a line break or a letter that cannot be sent in a header: check how it is set`,
				);
			secrets.hide(value, `\${${name}}`);
			return encode(value);
		});
	const { oauth2 } = settings;
	const resolved: ResolvedSource = {
		settings,
		url: new URL(fill(settings.url, encodeURIComponent)).href,
		headers: Object.fromEntries(
			Object.entries(settings.headers).map(([name, value]) => [
				name,
				fill(value),
			]),
		),
		oauth2: oauth2 && {
			tokenUrl: fill(oauth2.tokenUrl, encodeURIComponent),
			clientId: fill(oauth2.clientId),
			clientSecret: oauth2.clientSecret && fill(oauth2.clientSecret),
			refreshToken: fill(oauth2.refreshToken),
			authentication: oauth2.authentication,
			variable: [...oauth2.refreshToken.matchAll(VARIABLE)]
				.map(([, name]) => name)
				.join(", "),
			template: JSON.stringify(oauth2),
		},
		variables: [...variables],
	};
	if (missing.size > 0)
		throw new SettingsError(
			`${SETTINGS_FILE}: the source ${settings.name} needs ${[...missing].join(", ")}: set the environment variable${missing.size > 1 ? "s" : ""}`,
		);
	return resolved;
}
