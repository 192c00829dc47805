import { type Signal, signal } from "@preact/signals";
import {
	DEFAULT_SETTINGS,
	parseSettings,
	type Settings,
} from "../../../lake/settings.ts";

const KEY = "lakeside.settings";

/** What the visitor has set, in this tab or another. */
export const settings: Signal<Settings> = signal(stored());

// Not where a page is drawn at build time.
if (typeof window !== "undefined")
	window.addEventListener("storage", ({ key, newValue }) => {
		// A null key: another tab has cleared everything.
		if (key === KEY || key === null) settings.value = parseSettings(newValue);
	});

/** Sets some of it, for all pages from now on. */
export function changeSettings(change: Partial<Settings>): void {
	const next = { ...settings.peek(), ...change };
	const isDefault = next.cacheBytes === null && next.memoryBytes === null;
	try {
		if (isDefault) localStorage.removeItem(KEY);
		else localStorage.setItem(KEY, JSON.stringify(next));
	} catch {
		// Storage may be forbidden; the choice then lasts for this page.
	}
	settings.value = next;
}

function stored(): Settings {
	try {
		return parseSettings(localStorage.getItem(KEY));
	} catch {
		return DEFAULT_SETTINGS;
	}
}
