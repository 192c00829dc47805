import "./rides.css";
import { render } from "preact";
import { showFailure } from "../shared/show-failure.tsx";
import { NoRides } from "./no-rides.tsx";
import { openParts } from "./open-parts.ts";

const island = document.getElementById("island");
if (island === null) throw new Error("the page lacks #island");
const box: HTMLElement = island;

void mount();

async function mount(): Promise<void> {
	try {
		// The map's library is large: what it will show comes beside it.
		const [parts, { RidesPage }] = await Promise.all([
			openParts(box),
			import("./rides-page.tsx"),
		]);
		box.replaceChildren();
		render(parts === null ? <NoRides /> : <RidesPage {...parts} />, box);
	} catch (error) {
		showFailure(box, error, mount);
	}
}
