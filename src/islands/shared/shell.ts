import { type OpenLake, openCatalog } from "./lake.ts";
import { keepForOffline } from "./offline.ts";
import { theme, toggleTheme } from "./theme.ts";

const times = new Intl.DateTimeFormat("en", {
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

openCatalog().then(showLake, () => {
	// Without a catalog the page stands as it was built; its island says why.
});

keepForOffline(showUpdate).catch(() => {
	// Without a service worker the site works as long as the network does.
});

function showUpdate(accept: () => void): void {
	const prompt = element("update-prompt");
	prompt.hidden = false;
	element("update-accept").addEventListener("click", accept, { once: true });
	element("update-later").addEventListener("click", () => {
		prompt.hidden = true;
	});
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
