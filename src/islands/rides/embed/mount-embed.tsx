import "../rides.css";
import "./embed.css";
import { render } from "preact";
import { showFailure } from "../../shared/show-failure.tsx";
import { sayMapComes } from "../map/map-on-its-way.tsx";
import { NoRides } from "../no-rides.tsx";
import { openParts } from "../open-parts.ts";

const island = document.getElementById("island");
if (island === null) throw new Error("the page lacks #island");
const box: HTMLElement = island;

void mount();

async function mount(): Promise<void> {
	const mapCame = sayMapComes(box);
	try {
		const [parts, { EmbedPage }] = await Promise.all([
			openParts(box),
			import("./embed-page.tsx"),
		]);
		mapCame();
		box.replaceChildren();
		render(parts === null ? <NoRides /> : <EmbedPage {...parts} />, box);
	} catch (error) {
		mapCame();
		showFailure(box, error, mount);
	}
}
