/*
 * Runs before DuckDB's own script in each worker of its threaded build. The threads
 * share one memory. Where one of them grows it, the others' views of it stay as
 * short as they were, and DuckDB-WASM, which reads answers through those of its
 * `Module`, then fails or takes an answer for empty. So a view is as long as the
 * memory is now whenever it is asked for.
 */
{
	const views = {
		HEAP8: Int8Array,
		HEAPU8: Uint8Array,
		HEAP16: Int16Array,
		HEAPU16: Uint16Array,
		HEAP32: Int32Array,
		HEAPU32: Uint32Array,
		HEAPF32: Float32Array,
		HEAPF64: Float64Array,
	};
	let memory: WebAssembly.Memory;

	// The main thread makes it, the others are sent it before all else.
	WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
		construct(target, [descriptor]) {
			memory = new target(descriptor);
			return memory;
		},
	});
	self.addEventListener("message", ({ data }) => {
		if (data?.cmd === "load") memory = data.wasmMemory;
	});

	// `Module` is out of reach, but inherits: what it assigns ends here.
	for (const [name, View] of Object.entries(views)) {
		let view = new View();
		Object.defineProperty(Object.prototype, name, {
			get() {
				if (view.buffer !== memory.buffer) view = new View(memory.buffer);
				return view;
			},
			set() {},
		});
	}
}
