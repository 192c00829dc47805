import "./rides.css";
import { render } from "preact";
import { showFailure } from "../shared/show-failure.tsx";
import { sayMapComes } from "./map/map-on-its-way.tsx";
import { openRides } from "./model.ts";
import { openFrame, stillOf } from "./open-parts.ts";
import { findKept, hasKept } from "./own/own-rides.ts";

const island = document.getElementById("island");
if (island === null) throw new Error("the page lacks #island");
const box: HTMLElement = island;
const still = stillOf(box);

/** What was done with the page's own button before the island came. */
const early = { isPressed: false, hasFocus: false };
const button = box.querySelector<HTMLButtonElement>(".rides-title button");
if (button !== null) {
	button.disabled = false;
	button.addEventListener("click", () => {
		early.isPressed = true;
		button.setAttribute("aria-busy", "true");
	});
}

/** While another tab writes what is kept, what there is shows later. */
const KEPT_PATIENCE_MS = 300;

void mount();

async function mount(): Promise<void> {
	/** Why the lake did not come; null where it did. */
	let fault: unknown = null;
	const kept = findKept();
	const mapCame = sayMapComes(box);
	try {
		// The map's library is large: what it will show comes beside it.
		const [lake, frame, { RidesIsland }] = await Promise.all([
			openRides().catch((error: unknown) => {
				fault = error;
				return null;
			}),
			openFrame(box),
			import("./own/rides-island.tsx"),
			Promise.race([kept, paused(KEPT_PATIENCE_MS)]),
		]);
		// One's own rides need no lake.
		if (fault !== null) await kept;
		if (fault !== null && !hasKept.value) throw fault;
		mapCame();
		early.hasFocus ||= button !== null && document.activeElement === button;
		render(null, box);
		box.replaceChildren();
		render(
			<RidesIsland lake={lake} frame={frame} still={still} early={early} />,
			box,
		);
		if (fault !== null) showFailure(box, fault, mount);
	} catch (error) {
		mapCame();
		showFailure(box, error, mount);
	}
}

function paused(milliseconds: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
