/** What the page's side sends, with a port for the answer. */
const ASK = "lakeside-heap";

/**
 * Runs in DuckDB's worker before DuckDB's own script: notes the WebAssembly memory
 * that it makes, and tells its size when asked. Imports and exports are not looked
 * through: DuckDB's are proxies that take each look for a need. Its text is all that
 * gets there, so it refers to nothing outside.
 */
function watchHeap(ask: string): void {
	let memory: WebAssembly.Memory | undefined;
	WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
		construct(target, [descriptor]) {
			memory = new target(descriptor);
			return memory;
		},
	});
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
