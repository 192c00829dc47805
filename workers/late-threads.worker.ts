/*
 * Runs before DuckDB's own script in the first worker of its threaded build. That
 * starts workers for four threads and itself only once each of them has loaded DuckDB
 * once more, runs them for a database that it then closes for the one it is asked for,
 * and waits until they have ended: on two cores all this takes longer than the rest,
 * for threads most of which are never used there. So a worker starts once it has a
 * thread to run, having said before that it is loaded; and the first database, which
 * asks first, gets none. DuckDB does without.
 */
{
	interface Message {
		readonly cmd?: string;
	}
	/** Of Emscripten, as far as it is known here. */
	interface Pool {
		getNewWorker(): unknown;
	}
	const { Worker } = self;

	class LateWorker {
		onmessage: ((event: { readonly data: Message }) => void) | null = null;
		onerror: ((event: ErrorEvent) => void) | null = null;
		readonly #url: string;
		#worker: Worker | undefined;
		#isLoaded = false;
		/** To be sent, in this order: what loads DuckDB first. */
		readonly #kept: Message[] = [];

		constructor(url: string) {
			this.#url = url;
		}

		postMessage(message: Message): void {
			if (this.#isLoaded) {
				this.#worker?.postMessage(message);
				return;
			}
			this.#kept.push(message);
			if (message.cmd === "load")
				queueMicrotask(() => this.onmessage?.({ data: { cmd: "loaded" } }));
			if (message.cmd === "run") this.#start();
		}

		terminate(): void {
			this.#worker?.terminate();
		}

		#start(): void {
			const worker = new Worker(this.#url);
			this.#worker = worker;
			worker.onerror = (event) => {
				// DuckDB does without a thread that cannot be had, offline for one.
				if (this.#isLoaded) this.onerror?.(event);
				else event.preventDefault();
			};
			worker.onmessage = (event: MessageEvent<Message>) => {
				if (this.#isLoaded || event.data.cmd !== "loaded") {
					this.onmessage?.(event);
					return;
				}
				this.#isLoaded = true;
				for (const message of this.#kept.splice(0)) worker.postMessage(message);
			};
			worker.postMessage(this.#kept.shift());
		}
	}
	self.Worker = LateWorker as never;

	// `Module` is out of reach, but inherits.
	Object.defineProperty(Object.prototype, "PThread", {
		configurable: true,
		set(pool: Pool) {
			Reflect.deleteProperty(Object.prototype, "PThread");
			const getNewWorker = pool.getNewWorker.bind(pool);
			let isFirst = true;
			pool.getNewWorker = () => {
				const worker = isFirst ? undefined : getNewWorker();
				isFirst = false;
				return worker;
			};
			this.PThread = pool;
		},
	});
}
