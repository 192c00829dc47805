import { render } from "preact";
import { Loading } from "../../shared/states.tsx";

/** On most links the map is there by then. */
const PATIENCE_MS = 1000;

/**
 * Says over the picture that a page comes with that its map is on its way, where that
 * takes a while; until what is returned is called.
 */
export function sayMapComes(island: Element): () => void {
	const notice = document.createElement("div");
	notice.className = "rides-loading";
	const timer = setTimeout(() => {
		island.querySelector(".rides-map")?.append(notice);
		render(<Loading what="the map" />, notice);
	}, PATIENCE_MS);
	return () => {
		clearTimeout(timer);
		render(null, notice);
		notice.remove();
	};
}
