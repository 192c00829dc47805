/** Why a publisher's basemap is not whole: the network is off, or something did not come as it should. */
export type BasemapTrouble = "offline" | "failed";

/** A host that did not answer is left alone so long, in milliseconds. */
const REST_MILLISECONDS = 30_000;

/** Statuses by which a host says that it is in trouble as a whole. */
const isOverloaded = (status: number) => status === 429 || status >= 500;

/** Until a host may be asked again, by the clock of {@link BasemapWorld}. */
interface Rest {
	readonly until: number;
}

/** What is there in a browser, or in a test. */
export interface BasemapWorld {
	readonly isOnline: () => boolean;
	/** Milliseconds, rising. */
	readonly now: () => number;
}

/** A request that was not made, or whose answer is of no use; status 0 where there was none. */
export class BasemapRequestError extends Error {
	override readonly name = "BasemapRequestError";
	readonly status: number;

	constructor(message: string, status: number, options?: ErrorOptions) {
		super(message, options);
		this.status = status;
	}
}

/** Whether a host said that it does not have a file, which is none of its faults. */
export function isMissing(error: unknown): boolean {
	return (
		error instanceof BasemapRequestError && [404, 410].includes(error.status)
	);
}

/**
 * Whether fonts are not to be had, after a range of their letters at an address did not
 * come. A range that is not there says so only if it is the first, which every font has.
 */
export function isWithoutFonts(address: string, error: unknown): boolean {
	return !isMissing(error) || /\b0-255\b/.test(address);
}

/**
 * Asks hosts for what a basemap is made of, and tells when that is in trouble. Nothing
 * is asked while the network is off, and of a host that failed nothing for a while:
 * each request in vain would stand in the browser's console, for every tile.
 */
export class BasemapRequests {
	readonly #onTrouble: (trouble: BasemapTrouble | null) => void;
	readonly #world: BasemapWorld;
	/** By origin, hosts that failed. */
	readonly #resting = new Map<string, Rest>();
	#trouble: BasemapTrouble | null = null;

	/** `onTrouble` is told of each change; null is the end of a trouble. */
	constructor(
		onTrouble: (trouble: BasemapTrouble | null) => void,
		world: BasemapWorld = {
			isOnline: () => navigator.onLine,
			now: () => performance.now(),
		},
	) {
		this.#onTrouble = onTrouble;
		this.#world = world;
	}

	/** An answer of the file at an absolute address. Rejects with a {@link BasemapRequestError} where it is none. */
	fetch(address: string, signal?: AbortSignal): Promise<Response> {
		return this.guard(address, async () => {
			const response = await fetch(address, signal ? { signal } : {});
			if (response.ok) return response;
			throw new BasemapRequestError(
				`${address} answered ${response.status}`,
				response.status,
			);
		});
	}

	/** The same for a request of another's making, whose rejections are passed on. */
	async guard<T>(address: string, ask: () => Promise<T>): Promise<T> {
		const { origin } = new URL(address);
		if (!this.#world.isOnline()) {
			this.#tell("offline");
			throw new BasemapRequestError(`offline: ${address}`, 0);
		}
		const rest = this.#resting.get(origin);
		if (rest !== undefined && this.#world.now() < rest.until)
			throw new BasemapRequestError(`${origin} has just failed`, 0);
		try {
			const answer = await ask();
			if (rest !== undefined) this.#end(origin, rest);
			return answer;
		} catch (error) {
			this.#judge(origin, error);
			throw error;
		}
	}

	/** Something else than a request was in vain. */
	failed(): void {
		if (this.#trouble === null) this.#tell("failed");
	}

	/** Every host may be asked again. */
	forgive(): void {
		this.#resting.clear();
		this.#tell(null);
	}

	/** An answer ends the rest before its request; one that began meanwhile is of another's failure. */
	#end(origin: string, rest: Rest): void {
		if (this.#resting.get(origin) !== rest) return;
		this.#resting.delete(origin);
		if (this.#resting.size === 0) this.#tell(null);
	}

	#judge(origin: string, error: unknown): void {
		const status = error instanceof BasemapRequestError ? error.status : null;
		if (isAbort(error) || isMissing(error)) return;
		const hasNoAnswer = error instanceof TypeError;
		if (hasNoAnswer || (status !== null && isOverloaded(status)))
			this.#resting.set(origin, {
				until: this.#world.now() + REST_MILLISECONDS,
			});
		this.#tell(hasNoAnswer && !this.#world.isOnline() ? "offline" : "failed");
	}

	#tell(trouble: BasemapTrouble | null): void {
		if (trouble === this.#trouble) return;
		this.#trouble = trouble;
		this.#onTrouble(trouble);
	}
}

function isAbort(error: unknown): boolean {
	return error instanceof Error && error.name === "AbortError";
}
