import type { BrowserContext } from "@playwright/test";

/**
 * Has the pages that are opened in a context from now on, except those below a path of
 * the site, wait for their engine without end: it takes seconds of a core to start.
 * For what does not need it.
 */
export async function withholdEngine(
	context: BrowserContext,
	except: "sql/" | null = null,
): Promise<void> {
	await context.addInitScript((path) => {
		if (path !== null && location.pathname.includes(`/${path}`)) return;
		const { Worker } = globalThis;
		globalThis.Worker = class extends Worker {
			constructor(script: string | URL, options?: WorkerOptions) {
				const nothing = () =>
					URL.createObjectURL(new Blob([], { type: "text/javascript" }));
				super(options?.name === "engine" ? nothing() : script, options);
			}
		};
	}, except);
}
