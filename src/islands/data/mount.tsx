import "./data.css";
import { hydrate, render } from "preact";
import { corsText } from "../../lib/hosts/cors.ts";
import { openCatalog, siteRoot } from "../shared/lake/lake.ts";
import { isMissingLake } from "../shared/lake/missing-lake.ts";
import { keepEngine } from "../shared/lake/offline.ts";
import { showFailure } from "../shared/show-failure.tsx";
import { DataPage } from "./data-page.tsx";

const island = document.getElementById("island");
if (island === null) throw new Error("the page lacks #island");
const box: HTMLElement = island;

const cors = document.getElementById("cors-text");
// Where the site lies is known only here.
if (cors !== null) cors.textContent = corsText(location.origin);

keepEngine().catch(() => {});
await mount();

/** Takes over what was built where the live catalog is the same, else draws anew. */
async function mount(): Promise<void> {
	try {
		const { catalog, version } = await openCatalog();
		const { root = siteRoot() } = document.documentElement.dataset;
		const view = <DataPage catalog={catalog} version={version} root={root} />;
		if (box.dataset.version === version) {
			hydrate(view, box);
			return;
		}
		box.replaceChildren();
		render(view, box);
		box.dataset.version = version;
	} catch (error) {
		const isBuilt = box.dataset.version !== undefined;
		// What was built stands, or says already how to make a lake. That there is none
		// where there was one is a fault, a network that is off is none.
		if (isMissingLake(error) === isBuilt)
			showFailure(box, error, mount, "before");
	}
}
