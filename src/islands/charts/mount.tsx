import { type ComponentChild, render } from "preact";
import { prefetchEngine } from "../shared/engine.ts";
import { openCatalog } from "../shared/lake.ts";
import { Failure } from "../shared/states.tsx";

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
	const notice = document.createElement("div");
	const attempt = async () => {
		render(null, notice);
		notice.remove();
		try {
			const [data, { version }] = await Promise.all([
				page.load(),
				openCatalog(),
			]);
			island.replaceChildren();
			render(data === null ? page.missing() : page.view(data), island);
			island.dataset.version = version;
			if (data !== null) prefetchEngine();
		} catch (error) {
			island.before(notice);
			render(<Failure error={error} onRetry={attempt} />, notice);
		}
	};
	await attempt();
}
