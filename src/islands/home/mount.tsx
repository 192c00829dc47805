import { render } from "preact";
import { openCatalog, readRollup, siteRoot } from "../shared/lake/lake.ts";
import { isMissingLake } from "../shared/lake/missing-lake.ts";
import { keepEngine } from "../shared/lake/offline.ts";
import type { HomeRollups } from "./model.ts";

/** Where the live lake is another than the one at build time, draws it anew. */
async function refresh(island: HTMLElement): Promise<void> {
	const { catalog, version } = await openCatalog();
	if (island.dataset.version === version) return;
	const [{ HOME_ROLLUPS, homeData }, { HomeView }] = await Promise.all([
		import("./model.ts"),
		import("./view.tsx"),
	]);
	const available = new Set<string>(catalog.rollups.map(({ name }) => name));
	const rows = await Promise.all(
		Object.entries(HOME_ROLLUPS).map(async ([part, name]) => [
			part,
			available.has(name) ? await readRollup(name) : null,
		]),
	);
	const rollups = Object.fromEntries(rows) as HomeRollups;
	island.replaceChildren();
	render(
		<HomeView data={homeData(catalog, rollups)} root={siteRoot()} />,
		island,
	);
	island.dataset.version = version;
}

const island = document.getElementById("island");
if (island === null) throw new Error("the page lacks #island");
const box: HTMLElement = island;

keepEngine().catch(() => {});
await mount();

/** Without the live catalog what was built stays, and says so where there is none any more. */
async function mount(): Promise<void> {
	try {
		await refresh(box);
	} catch (error) {
		if (box.dataset.version === undefined || !isMissingLake(error)) return;
		const { showFailure } = await import("../shared/show-failure.tsx");
		showFailure(box, error, mount, "before");
	}
}
