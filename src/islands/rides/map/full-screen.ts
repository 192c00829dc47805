import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Of an element that fills the window where the browser gives no screen. */
const FULL_CLASS = "rides-map-full";

/**
 * Lets an element take the whole screen or, where the browser gives none (on
 * iPhones), the whole window. Esc leaves either.
 */
export function useFullScreen(box: RefObject<HTMLElement | null>): {
	readonly isFull: boolean;
	readonly toggle: () => void;
} {
	const [isFull, setFull] = useState(false);

	useEffect(() => {
		const onChange = () => setFull(document.fullscreenElement === box.current);
		document.addEventListener("fullscreenchange", onChange);
		return () => document.removeEventListener("fullscreenchange", onChange);
	}, []);

	const isWindow = isFull && document.fullscreenElement === null;
	useEffect(() => {
		const element = box.current;
		if (!isWindow || element === null) return;
		const others = besides(element);
		const onKey = (event: KeyboardEvent) => {
			if (event.key === "Escape" && !event.defaultPrevented) setFull(false);
		};
		element.classList.add(FULL_CLASS);
		for (const other of others) other.inert = true;
		document.addEventListener("keydown", onKey);
		return () => {
			element.classList.remove(FULL_CLASS);
			for (const other of others) other.inert = false;
			document.removeEventListener("keydown", onKey);
		};
	}, [isWindow]);

	const toggle = async () => {
		if (isFull) {
			if (document.fullscreenElement !== null) await document.exitFullscreen();
			else setFull(false);
			return;
		}
		if (!document.fullscreenEnabled) {
			setFull(true);
			return;
		}
		// A browser may still refuse, for example in a frame: the window is what is left.
		await box.current?.requestFullscreen().catch(() => setFull(true));
	};
	return { isFull, toggle: () => void toggle() };
}

/** What lies beside an element and its ancestors, and is not inert already. */
function besides(element: HTMLElement): HTMLElement[] {
	const others: HTMLElement[] = [];
	for (
		let at: HTMLElement | null = element;
		at !== null && at !== document.body;
		at = at.parentElement
	)
		for (const sibling of at.parentElement?.children ?? [])
			if (sibling !== at && sibling instanceof HTMLElement && !sibling.inert)
				others.push(sibling);
	return others;
}
