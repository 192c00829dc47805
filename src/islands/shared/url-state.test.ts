import { afterEach, beforeEach, expect, test, vi } from "vitest";

/** A history as browsers keep it: entries, a place in them, and `popstate`. */
function fakeWindow(start: string) {
	const entries = [start];
	let place = 0;
	const location = {
		get href() {
			return entries[place] ?? "";
		},
		get search() {
			return new URL(this.href).search;
		},
	};
	const history = {
		pushState(_: unknown, __: string, url: string) {
			entries.splice(place + 1, Infinity, url);
			place += 1;
		},
		replaceState(_: unknown, __: string, url: string) {
			entries[place] = url;
		},
	};
	const go = (by: number) => {
		place += by;
		listeners.forEach((listener) => {
			listener();
		});
	};
	const listeners: (() => void)[] = [];
	const window: Record<string, unknown> = {
		history,
		addEventListener: (_: string, listener: () => void) =>
			listeners.push(listener),
	};
	window.parent = window;
	return { entries, go, location, window };
}

let browser: ReturnType<typeof fakeWindow>;
let state: typeof import("./url-state.ts");

beforeEach(async () => {
	browser = fakeWindow("https://x.org/posts/?from=2024-05-01&other=kept#top");
	vi.stubGlobal("window", browser.window);
	vi.stubGlobal("location", browser.location);
	vi.resetModules();
	state = await import("./url-state.ts");
});
afterEach(() => vi.unstubAllGlobals());

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("a signal starts from the address, or from its fallback where that is no value", () => {
	const { dayCodec, integerCodec, urlSignal } = state;
	const push = { history: "push" } as const;
	expect(urlSignal("from", new Date(0), dayCodec, push).value).toEqual(
		new Date("2024-05-01"),
	);
	expect(urlSignal("other", 7, integerCodec(0, 99), push).value).toBe(7);
	expect(urlSignal("absent", 3, integerCodec(0, 99), push).value).toBe(3);
});

test("changes of one task make one step, other parameters and the hash stay, fallbacks leave", async () => {
	const { dayCodec, integerCodec, urlSignal } = state;
	const push = { history: "push" } as const;
	const from = urlSignal("from", new Date(0), dayCodec, push);
	const days = urlSignal("days", 7, integerCodec(0, 99), push);
	from.value = new Date("2024-06-01");
	days.value = 30;
	await settled();
	expect(browser.entries).toEqual([
		"https://x.org/posts/?from=2024-05-01&other=kept#top",
		"https://x.org/posts/?from=2024-06-01&other=kept&days=30#top",
	]);
	days.value = 7;
	from.value = new Date(0);
	await settled();
	expect(browser.location.href).toBe("https://x.org/posts/?other=kept#top");
});

test("Back gives the values of before and writes nothing", async () => {
	const { integerCodec, urlSignal } = state;
	const days = urlSignal("days", 7, integerCodec(0, 99), { history: "push" });
	days.value = 30;
	await settled();
	days.value = 90;
	await settled();
	browser.go(-1);
	expect(days.value).toBe(30);
	browser.go(-1);
	expect(days.value).toBe(7);
	browser.go(2);
	expect(days.value).toBe(90);
	await settled();
	expect(browser.entries).toHaveLength(3);
});

test("replace changes the address without a step", async () => {
	const { textCodec, urlSignal } = state;
	const at = urlSignal("at", "", textCodec, { history: "replace" });
	at.value = "11.5,48.1/9";
	await settled();
	expect(browser.entries).toEqual([
		"https://x.org/posts/?from=2024-05-01&other=kept&at=11.5,48.1/9#top",
	]);
});

test("codecs give back what they wrote and refuse what they did not", () => {
	const { dayCodec, integerCodec, optionalCodec, wordCodec } = state;
	for (const day of ["1970-01-01", "2024-02-29", "1969-12-31"])
		expect(dayCodec.format(dayCodec.parse(day) as Date)).toBe(day);
	for (const text of ["", "2023-02-29", "2024-1-1", "yesterday"])
		expect(dayCodec.parse(text)).toBeUndefined();
	for (const text of ["", "1.5", "1e3", "x", " 1"])
		expect(integerCodec(-99, 99).parse(text)).toBeUndefined();
	expect(integerCodec(-12, 99).parse("-12")).toBe(-12);
	expect(integerCodec(-11, 99).parse("-12")).toBeUndefined();
	expect(integerCodec(1, 99).parse("99")).toBe(99);
	expect(integerCodec(1, 99).parse("100")).toBeUndefined();
	expect(wordCodec(["day", "week"]).parse("month")).toBeUndefined();
	const optional = optionalCodec(dayCodec);
	expect(optional.parse(optional.format(null))).toBeNull();
});

test("in a frame no step is made, and links follow the address", async () => {
	browser.window.parent = {};
	const days = state.urlSignal("days", 7, state.integerCodec(0, 99), {
		history: "push",
	});
	expect(state.pageAddress.value).toBe(browser.location.href);
	days.value = 30;
	await settled();
	expect(browser.entries).toEqual([
		"https://x.org/posts/?from=2024-05-01&other=kept&days=30#top",
	]);
	expect(state.pageAddress.value).toBe(browser.entries[0]);
});
