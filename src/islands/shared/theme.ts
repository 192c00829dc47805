import { type Signal, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The theme that shows now; follows the toggle and the system. */
export const theme: Signal<Theme> = signal(current());

dark.addEventListener("change", () => {
	theme.value = current();
});

/** Changes to the other theme, and remembers it where it is not the system's. */
export function toggleTheme(): void {
	const next: Theme = theme.value === "dark" ? "light" : "dark";
	const isSystems = next === (dark.matches ? "dark" : "light");
	const root = document.documentElement;
	if (isSystems) delete root.dataset.theme;
	else root.dataset.theme = next;
	try {
		// The key is read by public/theme.js before the first paint.
		if (isSystems) localStorage.removeItem("theme");
		else localStorage.setItem("theme", next);
	} catch {
		// Storage may be forbidden; the choice then lasts for this page.
	}
	theme.value = next;
}

/** A colour token such as `--accent` as `rgb(…)`, in the theme that shows now. */
export function tokenColor(name: `--${string}`): string {
	const probe = document.createElement("span");
	probe.style.color = `var(${name})`;
	// Where the visitor's own colours replace the page's, a picture still has its own.
	probe.style.setProperty("forced-color-adjust", "none");
	probe.hidden = true;
	document.body.append(probe);
	try {
		return getComputedStyle(probe).color;
	} finally {
		probe.remove();
	}
}

function current(): Theme {
	const { theme: chosen } = document.documentElement.dataset;
	if (chosen === "light" || chosen === "dark") return chosen;
	return dark.matches ? "dark" : "light";
}
