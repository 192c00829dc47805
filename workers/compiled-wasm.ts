/** What carries the module to the worker. */
const MODULE = "lakeside-module";

/**
 * Runs in DuckDB's worker before DuckDB's own script: what that instantiates is the
 * module that it is sent, whatever it fetches. Its text is all that gets there, so it
 * refers to nothing outside.
 */
function takeModule(name: string): void {
	self.addEventListener("message", (event) => {
		const module: WebAssembly.Module | undefined = event.data?.[name];
		if (module === undefined) return;
		event.stopImmediatePropagation();
		WebAssembly.instantiateStreaming = async (fetched, imports) => {
			await fetched;
			const instance = await WebAssembly.instantiate(module, imports);
			return { module, instance };
		};
	});
}

/** What a worker runs first, so that {@link sendModule} reaches it. */
export const MODULE_TAKER = `(${takeModule})(${JSON.stringify(MODULE)});`;

/** Before the worker is asked to instantiate anything. */
export function sendModule(worker: Worker, module: WebAssembly.Module): void {
	worker.postMessage({ [MODULE]: module });
}
