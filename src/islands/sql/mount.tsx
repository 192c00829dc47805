import "./sql.css";
import { computed, signal } from "@preact/signals";
import { render } from "preact";
import type { Catalog } from "../../lib/catalog/catalog.ts";
import { starterOf } from "../../queries/examples.ts";
import {
	moveEngine,
	ownObjects,
	prefetchEngine,
} from "../shared/engine/engine.ts";
import { openCatalog } from "../shared/lake/lake.ts";
import { isMissingLake } from "../shared/lake/missing-lake.ts";
import { moveBy } from "../shared/lake/publication.ts";
import { tellUnkept } from "../shared/own-data/unkept.ts";
import { browserStore, openDraft } from "./draft.ts";
import { historyIn } from "./history.ts";
import { followKept, ownTables } from "./own-data.ts";
import { NoTables, SqlPage, Unopened } from "./sql-page.tsx";
import { Workbench } from "./workbench.ts";

const island = document.getElementById("island");
if (island === null) throw new Error("the page lacks #island");
const box: HTMLElement = island;

await mount();

async function mount(): Promise<void> {
	try {
		const { catalog } = await openCatalog();
		empty();
		if (catalog.tables.length === 0) render(<NoTables />, box);
		else start(catalog);
	} catch (error) {
		empty();
		// Of a lake that was there when the page was built, it is a fault that there is none.
		const isNone = isMissingLake(error) && box.dataset.version === undefined;
		if (isNone) render(<NoTables />, box);
		else render(<Unopened error={error} onRetry={mount} />, box);
	}
}

/** Of what the build wrote, and of what was rendered since, whose nodes Preact would go on with. */
function empty(): void {
	render(null, box);
	box.replaceChildren();
}

function start(catalog: Catalog): void {
	const first = starterOf(catalog.tables);
	const starter = first?.sql ?? "";
	const store = browserStore();
	const draft = openDraft(store, location.hash, starter);
	const live = {
		workbench: new Workbench(draft.text, ownTables),
		store,
		draft,
		history: signal(historyIn(store)),
		starter,
		isWide: !matchMedia("(max-width: 47rem)").matches,
	};
	const show = (catalog: Catalog) =>
		render(
			<SqlPage
				catalog={catalog}
				open={first?.table.name ?? null}
				live={live}
			/>,
			box,
		);
	show(catalog);
	// Text and answer stay, and so does what the engine can make again.
	moveBy(async (lake) => {
		await moveEngine(lake.text);
		show(lake.catalog);
	});
	tellUnkept(
		computed(() => [
			...(ownTables.others.value.length > 0 ? ["your files"] : []),
			...new Set(ownObjects.value.map(({ kind }) => `your ${kind}s`)),
		]),
	);
	void followKept(() => live.workbench.forget());
	prefetchEngine();
}
