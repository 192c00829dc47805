import { createServer } from "node:net";

/** Memory of one tab, in bytes: its page and all its workers together. */
export interface TabMemory {
	/** Objects of JavaScript and the buffers they hold. */
	readonly js: number;
	/** WebAssembly memories, each where it is made. */
	readonly wasm: number;
}

/** Runs in each worker before its own script, and refers to nothing outside. */
function collectMemories(): void {
	const memories = new Set<WebAssembly.Memory>();
	Object.assign(globalThis, { lakesideMemories: memories });
	const note = ({ exports }: WebAssembly.Instance) => {
		for (const value of Object.values(exports))
			if (value instanceof Memory) memories.add(value);
	};
	const { Instance, Memory, instantiate, instantiateStreaming } = WebAssembly;
	WebAssembly.Memory = new Proxy(Memory, {
		construct(target, parameters) {
			const memory = Reflect.construct(target, parameters);
			memories.add(memory);
			return memory;
		},
	});
	WebAssembly.Instance = new Proxy(Instance, {
		construct(target, parameters) {
			const instance = Reflect.construct(target, parameters);
			note(instance);
			return instance;
		},
	});
	WebAssembly.instantiate = (async (
		...parameters: Parameters<typeof instantiate>
	) => {
		const made: unknown = await instantiate(...parameters);
		note(
			made instanceof Instance ? made : (made as { instance: never }).instance,
		);
		return made;
	}) as typeof instantiate;
	WebAssembly.instantiateStreaming = async (...parameters) => {
		const made = await instantiateStreaming(...parameters);
		note(made.instance);
		return made;
	};
}

/** A memory that threads share counts where it is made. */
const SUM_OF_MEMORIES =
	"[...(globalThis.lakesideMemories ?? [])].reduce((sum, { buffer }) => sum + buffer.byteLength, 0)";

interface Message {
	readonly id?: number;
	readonly sessionId?: string;
	readonly method?: string;
	readonly params?: Record<string, never>;
	readonly result?: Record<string, never>;
	readonly error?: { readonly message: string };
}

/** A port for `--remote-debugging-port` that is free now. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.on("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() =>
				resolve(typeof address === "object" ? (address?.port ?? 0) : 0),
			);
		});
	});
}

/**
 * Reads the memory of the one page of a Chromium with a debugging port, through
 * its protocol. Workers are attached to as they start, also those of workers.
 */
export class TabMemoryReader {
	readonly #socket: WebSocket;
	readonly #sessions = new Set<string>();
	readonly #waiting = new Map<
		number,
		PromiseWithResolvers<never> & { readonly session: string }
	>();
	#calls = 0;

	static async attach(port: number): Promise<TabMemoryReader> {
		const targets = (await (
			await fetch(`http://127.0.0.1:${port}/json/list`)
		).json()) as { type: string; webSocketDebuggerUrl: string }[];
		const page = targets.find(({ type }) => type === "page");
		if (page === undefined) throw new Error("the browser has no page");
		const socket = new WebSocket(page.webSocketDebuggerUrl);
		await new Promise((resolve, reject) => {
			socket.onopen = resolve;
			socket.onerror = reject;
		});
		const reader = new TabMemoryReader(socket);
		await reader.#watch("");
		return reader;
	}

	private constructor(socket: WebSocket) {
		this.#socket = socket;
		socket.onmessage = ({ data }) => this.#receive(JSON.parse(String(data)));
	}

	/** What is held: garbage is collected before. */
	async read(): Promise<TabMemory> {
		let js = 0;
		let wasm = 0;
		for (const session of [...this.#sessions]) {
			// A worker may end meanwhile.
			const memory = await this.#readOne(session).catch(() => null);
			js += memory?.js ?? 0;
			wasm += memory?.wasm ?? 0;
		}
		return { js, wasm };
	}

	close(): void {
		this.#socket.close();
	}

	async #readOne(session: string): Promise<TabMemory> {
		await this.#call(session, "HeapProfiler.collectGarbage");
		const usage: { usedSize: number; backingStorageSize?: number } =
			await this.#call(session, "Runtime.getHeapUsage");
		const sum: { result: { value?: number } } = await this.#call(
			session,
			"Runtime.evaluate",
			{ expression: SUM_OF_MEMORIES },
		);
		return {
			js: usage.usedSize + (usage.backingStorageSize ?? 0),
			wasm: sum.result.value ?? 0,
		};
	}

	/** A worker waits until it is watched, so that no memory of it is missed. */
	async #watch(session: string): Promise<void> {
		this.#sessions.add(session);
		await this.#call(session, "Target.setAutoAttach", {
			autoAttach: true,
			waitForDebuggerOnStart: true,
			flatten: true,
		});
		if (session === "") return;
		await this.#call(session, "Runtime.evaluate", {
			expression: `(${collectMemories})()`,
		});
		await this.#call(session, "Runtime.runIfWaitingForDebugger");
	}

	#call<T>(session: string, method: string, params: object = {}): Promise<T> {
		this.#calls += 1;
		const waiting = { ...Promise.withResolvers<never>(), session };
		this.#waiting.set(this.#calls, waiting);
		this.#socket.send(
			JSON.stringify({
				id: this.#calls,
				method,
				params,
				...(session === "" ? {} : { sessionId: session }),
			}),
		);
		return waiting.promise;
	}

	#receive({ id, method, params, result, error }: Message): void {
		if (id !== undefined) {
			const waiting = this.#waiting.get(id);
			this.#waiting.delete(id);
			if (error === undefined) waiting?.resolve(result as never);
			else waiting?.reject(new Error(error.message));
		} else if (method === "Target.attachedToTarget" && params !== undefined) {
			this.#watch(params.sessionId as unknown as string).catch(() => {});
		} else if (method === "Target.detachedFromTarget" && params !== undefined) {
			const session = params.sessionId as unknown as string;
			this.#sessions.delete(session);
			// What it was asked it will not answer.
			for (const [call, waiting] of this.#waiting)
				if (waiting.session === session) {
					this.#waiting.delete(call);
					waiting.reject(new Error("the worker has ended"));
				}
		}
	}
}
