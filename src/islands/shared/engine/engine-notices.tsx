import { signal } from "@preact/signals";
import { render } from "preact";
import type { Notice } from "../../../../workers/engine-api.ts";
import { keepFocus } from "../focus.ts";
import { noticeSentences } from "./notice-sentences.ts";

const notices = signal<readonly Notice[]>([]);
let host: HTMLElement | undefined;

/** Makes the place where notices are announced: it has to be there before they are. */
export function prepareNotices(): void {
	if (host !== undefined) return;
	host = document.createElement("div");
	host.className = "engine-notices";
	host.setAttribute("role", "status");
	// Beside the page's other messages, so that none covers another.
	(document.querySelector(".prompts") ?? document.body).prepend(host);
	render(<Notices />, host);
}

/** Shows what happened to the engine until the visitor has read it. */
export function showNotices(more: readonly Notice[]): void {
	if (more.length === 0) return;
	prepareNotices();
	notices.value = [...notices.peek(), ...more];
}

function Notices() {
	const shown = notices.value;
	if (shown.length === 0) return null;
	return (
		<div class="engine-notice">
			{shown.flatMap(noticeSentences).map((sentence) => (
				<p key={sentence}>{sentence}</p>
			))}
			<button
				type="button"
				class="button"
				onClick={() =>
					keepFocus(() => {
						notices.value = [];
					})
				}
			>
				Close
			</button>
		</div>
	);
}
