import { effect } from "@preact/signals";
import { formatBytes } from "../../lib/text/format.ts";
import { type EngineState, engineState } from "./engine/engine.ts";
import { sentenceOf } from "./error-sentence.ts";
import { keepFocus } from "./focus.ts";
import { type OpenLake, openCatalog } from "./lake/lake.ts";
import { keepForOffline } from "./lake/offline.ts";
import {
	movesByReload,
	moveToNewest,
	type Publication,
	publication,
	watchPublication,
} from "./lake/publication.ts";
import { lossOfReload } from "./own-data/unkept.ts";
import { theme, toggleTheme } from "./theme.ts";

const times = new Intl.DateTimeFormat("en-GB", {
	dateStyle: "medium",
	timeStyle: "short",
});

element("theme-toggle").addEventListener("click", toggleTheme);
theme.subscribe((now) => {
	element("theme-toggle").setAttribute("aria-pressed", String(now === "dark"));
});

for (const event of ["online", "offline"])
	window.addEventListener(event, showNetwork);
showNetwork();

engineState.subscribe(showEngine);

element("settings-open").addEventListener("click", async () => {
	const { openSettings } = await import("./settings/settings-panel.tsx");
	openSettings();
});

publication.subscribe(showPublication);
element("lake-accept").addEventListener("click", () =>
	keepFocus(takePublication),
);
element("lake-later").addEventListener("click", () =>
	keepFocus(() => {
		element("lake-prompt").hidden = true;
	}),
);
watchPublication();

effect(() => {
	element("update-prompt-loss").textContent = lossOfReload.value;
	element("lake-prompt-loss").textContent = movesByReload.value
		? lossOfReload.value
		: "";
});

openCatalog().then(showLake, () => {
	// Without a catalog the page stands as it was built; its island says why.
});

keepForOffline(showUpdate).catch(() => {
	// Without a service worker the site works as long as the network does.
});

/** Only while it is on its way, or where it could not come. */
function showEngine(state: EngineState): void {
	document.documentElement.dataset.engine = state.kind;
	const status = element("engine-status");
	const text = element("engine-text");
	const progress = element("engine-progress") as HTMLProgressElement;
	status.hidden = state.kind === "idle" || state.kind === "ready";
	progress.hidden = state.kind !== "loading" || state.totalBytes === 0;
	switch (state.kind) {
		case "idle":
		case "ready":
			text.textContent = "";
			break;
		case "loading":
			progress.max = Math.max(1, state.totalBytes);
			progress.value = state.bytes;
			text.textContent = engineText(state);
			break;
		case "failed":
			text.textContent = "The engine did not load";
			status.title = state.message;
	}
}

function engineText(state: EngineState & { readonly kind: "loading" }): string {
	const { bytes, totalBytes } = state;
	if (totalBytes === 0) return "Engine …";
	return bytes < totalBytes
		? `Engine: ${formatBytes(bytes)} of ${formatBytes(totalBytes)}`
		: "Engine: starting";
}

function showUpdate(accept: () => void): void {
	const prompt = element("update-prompt");
	prompt.hidden = false;
	element("update-accept").addEventListener("click", accept, { once: true });
	element("update-later").addEventListener("click", () =>
		keepFocus(() => {
			prompt.hidden = true;
		}),
	);
}

/** Offers to move; a file that has gone leaves no other way on. */
function showPublication({ kind }: Publication): void {
	element("lake-prompt").hidden = kind === "current";
	if (kind === "current") return;
	element("lake-prompt-text").textContent =
		kind === "gone"
			? "The data you are reading are no longer on the host."
			: "Newer data have been published.";
	element("lake-accept").textContent =
		kind === "gone" ? "Move to the newest" : "Show them";
}

async function takePublication(): Promise<void> {
	const accept = element("lake-accept") as HTMLButtonElement;
	accept.disabled = true;
	try {
		showLake(await moveToNewest());
		accept.disabled = false;
	} catch (error) {
		element("lake-prompt-text").textContent = sentenceOf(error);
		accept.textContent = "Try again";
		accept.disabled = false;
		// A button that is disabled loses it.
		accept.focus();
	}
}

function showNetwork(): void {
	element("offline-badge").hidden = navigator.onLine;
}

/** The live catalog decides over what was known when the page was built. */
function showLake({ catalog, version, publishedAt }: OpenLake): void {
	const datasets = new Set(catalog.datasets.map(({ name }) => name));
	for (const item of document.querySelectorAll<HTMLElement>("[data-dataset]"))
		item.hidden = !datasets.has(item.dataset.dataset ?? "");
	element("lake-title").textContent = catalog.title;
	element("lake-version").textContent = `Version ${version.slice(0, 8)}`;
	if (publishedAt === null) return;
	const published = element("lake-published");
	published.textContent = `Published ${times.format(publishedAt)}`;
	published.title = publishedAt.toISOString();
}

function element(id: string): HTMLElement {
	const found = document.getElementById(id);
	if (found === null) throw new Error(`the page lacks #${id}`);
	return found;
}
