/**
 * Gives the focus to something else where what had it is gone or hidden once the page has
 * drawn what comes now: a button that was pressed, for one.
 */
export function focusIfLost(
	fallback: () => HTMLElement | null | undefined,
): void {
	requestAnimationFrame(() => {
		const { activeElement, body } = document;
		const isLost =
			activeElement === null ||
			activeElement === body ||
			activeElement.getClientRects().length === 0;
		// The page stays where it is: what was pressed was in view.
		if (isLost) fallback()?.focus({ preventScroll: true });
	});
}

/**
 * Does what makes way for something else, as the button does that it is done by. The focus
 * goes to the region around where it is lost then, or once what was begun has ended.
 */
export function keepFocus(act: () => unknown): void {
	const had = document.activeElement;
	const around: Element[] = [];
	for (let box = had?.parentElement; box; box = box.parentElement)
		around.push(box);
	const near = () => regionOf(around.find((box) => box.isConnected));
	const result = act();
	if (had === null || had === document.body) return;
	focusIfLost(near);
	if (result instanceof Promise) void result.finally(() => focusIfLost(near));
}

/** What can have the focus around an element: a region, by its heading where it has one, else the page's content. */
function regionOf(element: Element | undefined): HTMLElement | null {
	const region = element?.closest<HTMLElement>(
		"[tabindex], section, figure, dialog",
	);
	if (!region) return document.getElementById("content");
	if (region.hasAttribute("tabindex")) return region;
	const title = region.querySelector<HTMLElement>("h1, h2, h3") ?? region;
	title.tabIndex = -1;
	return title;
}
