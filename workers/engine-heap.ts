/** What the page's side sends, with a port for the answer. */
const ASK = "lakeside-heap";

/**
 * Runs in DuckDB's worker before DuckDB's own script: finds the memory of the
 * WebAssembly that is instantiated there, and tells its size when asked. Its text
 * is all that gets there, so it refers to nothing outside.
 */
function watchHeap(ask: string): void {
	let memory: WebAssembly.Memory | undefined;
	const note = (instance: WebAssembly.Instance, imports: unknown) => {
		const imported = Object.values(
			(imports ?? {}) as Record<string, Record<string, unknown>>,
		).flatMap((module) => Object.values(module ?? {}));
		memory = [...Object.values(instance.exports), ...imported].find(
			(value) => value instanceof WebAssembly.Memory,
		);
	};
	const { instantiate, instantiateStreaming } = WebAssembly;
	WebAssembly.instantiate = (async (
		source: BufferSource | WebAssembly.Module,
		imports?: WebAssembly.Imports,
	) => {
		const made = await instantiate(source as WebAssembly.Module, imports);
		note("instance" in made ? (made.instance as never) : made, imports);
		return made;
	}) as typeof instantiate;
	WebAssembly.instantiateStreaming = async (source, imports) => {
		const made = await instantiateStreaming(source, imports);
		note(made.instance, imports);
		return made;
	};
	self.addEventListener("message", (event) => {
		if (event.data !== ask) return;
		event.stopImmediatePropagation();
		event.ports[0]?.postMessage(memory?.buffer.byteLength ?? 0);
	});
}

/** What a worker runs first, so that {@link heapBytes} can be asked of it. */
export const HEAP_WATCH = `(${watchHeap})(${JSON.stringify(ASK)});`;

/** Size of the WebAssembly memory of a worker that runs {@link HEAP_WATCH}, once it has a moment. */
export function heapBytes(worker: Worker): Promise<number> {
	return new Promise((resolve) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = ({ data }) => {
			resolve(data);
			port1.close();
		};
		worker.postMessage(ASK, [port2]);
	});
}
