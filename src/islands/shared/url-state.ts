import {
	batch,
	effect,
	type ReadonlySignal,
	type Signal,
	signal,
} from "@preact/signals";

export interface Codec<T> {
	/** Undefined where the text is no such value. */
	parse(text: string): T | undefined;
	format(value: T): string;
}

export interface UrlSignalOptions {
	/** `push` makes a step that Back undoes; `replace` does not. */
	readonly history: "push" | "replace";
}

export const textCodec: Codec<string> = {
	parse: (text) => text,
	format: (value) => value,
};

/** A whole number within bounds, both included. */
export function integerCodec(least: number, most: number): Codec<number> {
	return {
		parse(text) {
			const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
			return value >= least && value <= most ? value : undefined;
		},
		format: String,
	};
}

/** A day as `YYYY-MM-DD`, as midnight UTC. */
export const dayCodec: Codec<Date> = {
	parse(text) {
		const day = new Date(`${text}T00:00:00Z`);
		return Number.isNaN(day.getTime()) || dayCodec.format(day) !== text
			? undefined
			: day;
	},
	format: (day) =>
		Number.isNaN(day.getTime()) ? "" : day.toISOString().slice(0, 10),
};

/** One of a fixed set of words. */
export function wordCodec<T extends string>(words: readonly T[]): Codec<T> {
	return {
		parse: (text) => words.find((word) => word === text),
		format: (word) => word,
	};
}

/** Any codec, or null for an absent value. */
export function optionalCodec<T>(codec: Codec<T>): Codec<T | null> {
	return {
		parse: (text) => (text === "" ? null : codec.parse(text)),
		format: (value) => (value === null ? "" : codec.format(value)),
	};
}

interface Binding {
	readonly name: string;
	/** Takes the value from the query string, or the fallback. */
	read(parameters: URLSearchParams): void;
	/** The text for the query string, null for the fallback. */
	write(): string | null;
}

const bindings = new Map<string, Binding>();
let pending: "push" | "replace" | null = null;
const address: Signal<string> = signal("");

/** The page's address as its signals have made it, for links that follow it; empty before the first signal. */
export const pageAddress: ReadonlySignal<string> = address;

/**
 * A signal in step with one parameter of the query string: it starts from the
 * address, changes the address when it changes (all changes of one task make one
 * step of the history), and follows Back and Forward. A value equal to the
 * fallback is left out of the address. One call per name and page.
 */
export function urlSignal<T>(
	name: string,
	fallback: T,
	codec: Codec<T>,
	options: UrlSignalOptions,
): Signal<T> {
	if (bindings.size === 0) {
		address.value = location.href;
		window.addEventListener("popstate", readAll);
	}
	if (bindings.has(name)) throw new Error(`parameter bound twice: ${name}`);
	const fallbackText = codec.format(fallback);
	const state = signal(fallback);
	let text = fallbackText;
	const binding: Binding = {
		name,
		read(parameters) {
			const given = parameters.get(name);
			const parsed = given === null ? undefined : codec.parse(given);
			const value = parsed === undefined ? fallback : parsed;
			// An equal value keeps its identity, so that nothing is drawn again.
			if (codec.format(value) === text) return;
			text = codec.format(value);
			state.value = value;
		},
		write: () => (text === fallbackText ? null : text),
	};
	bindings.set(name, binding);
	binding.read(new URLSearchParams(location.search));
	effect(() => {
		const next = codec.format(state.value);
		if (next === text) return;
		text = next;
		schedule(options.history);
	});
	return state;
}

/** The address of this page with some parameters changed (null takes one out), for links. */
export function addressWith(
	changes: Readonly<Record<string, string | null>>,
): string {
	const address = new URL(location.href);
	for (const [name, value] of Object.entries(changes))
		if (value === null) address.searchParams.delete(name);
		else address.searchParams.set(name, value);
	return readable(address);
}

/** Goes to this page with some parameters and no others: a step that Back undoes. */
export function goTo(parameters: Readonly<Record<string, string>>): void {
	const next = new URL(location.href);
	next.search = new URLSearchParams(parameters).toString();
	if (next.href === location.href) return;
	window.history.pushState(null, "", next);
	readAll();
}

function readAll(): void {
	const parameters = new URLSearchParams(location.search);
	batch(() => {
		address.value = location.href;
		for (const binding of bindings.values()) binding.read(parameters);
	});
}

function schedule(history: "push" | "replace"): void {
	if (pending === null) queueMicrotask(writeAll);
	if (pending !== "push") pending = history;
}

function writeAll(): void {
	const history = pending;
	pending = null;
	const next = addressWith(
		Object.fromEntries(
			[...bindings.values()].map((binding) => [binding.name, binding.write()]),
		),
	);
	if (next === location.href) return;
	// A step in a frame would be one of the page around it.
	const isFramed = window.parent !== window;
	if (history === "push" && !isFramed) window.history.pushState(null, "", next);
	else window.history.replaceState(null, "", next);
	address.value = next;
}

/** Commas, colons and slashes may stand in a query string as they are. */
function readable(address: URL): string {
	const query = address.searchParams
		.toString()
		.replaceAll("%2C", ",")
		.replaceAll("%3A", ":")
		.replaceAll("%2F", "/");
	return `${address.origin}${address.pathname}${query === "" ? "" : `?${query}`}${address.hash}`;
}
