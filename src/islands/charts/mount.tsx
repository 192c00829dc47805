import { type ComponentChild, render } from "preact";
import { prefetchEngine } from "../shared/engine/engine.ts";
import { openCatalog } from "../shared/lake/lake.ts";
import { showFailure } from "../shared/show-failure.tsx";

/**
 * Puts the live page in the place of the one from build time, once its roll-ups
 * are there. Where they cannot be had, what was built stays, with the reason above.
 */
export async function mountIsland<T>(page: {
	/** Null where the lake has no such data. */
	readonly load: () => Promise<T | null>;
	readonly view: (data: T) => ComponentChild;
	readonly missing: () => ComponentChild;
}): Promise<void> {
	const island = document.getElementById("island");
	if (island === null) throw new Error("the page lacks #island");
	const early = new Set<Control>();
	const remember = ({ target }: Event) => early.add(target as Control);
	island.addEventListener("change", remember);
	const attempt = async () => {
		try {
			const [data, { version }] = await Promise.all([
				page.load(),
				openCatalog(),
			]);
			const focused = document.activeElement;
			island.removeEventListener("change", remember);
			island.replaceChildren();
			render(data === null ? page.missing() : page.view(data), island);
			for (const control of early) repeat(control, island);
			twinOf(focused, island)?.focus();
			island.dataset.version = version;
			if (data !== null) prefetchEngine();
		} catch (error) {
			showFailure(island, error, attempt, "before");
		}
	};
	await attempt();
}

type Control = HTMLInputElement | HTMLSelectElement;

/** Does on the live controls what the visitor did on those from build time. */
function repeat(control: Control, island: HTMLElement): void {
	const twin = twinOf(control, island);
	if (twin === null) return;
	if (twin instanceof HTMLInputElement && twin.type === "radio")
		twin.checked = true;
	else twin.value = control.value;
	twin.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The control of the same name, and value where it is one of several. */
function twinOf(control: Element | null, island: HTMLElement): Control | null {
	if (
		!(control instanceof HTMLInputElement) &&
		!(control instanceof HTMLSelectElement)
	)
		return null;
	const name = `[name="${CSS.escape(control.name)}"]`;
	return island.querySelector<Control>(
		control.type === "radio"
			? `${name}[value="${CSS.escape(control.value)}"]`
			: name,
	);
}
