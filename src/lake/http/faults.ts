import { isSignedAddress } from "../../lib/hosts/signed-address.ts";
import { causeOf, type Unreachable } from "./unreachable.ts";

/** A host that says `Retry-After` is not waited for longer than this. */
const LONGEST_WAIT_MILLISECONDS = 20_000;

type FaultKind = "FetchError" | "GoneError" | "ForbiddenError" | "ChangedError";

/** What went wrong in one try; a passing fault may be gone at the next. */
export class Fault extends Error {
	readonly kind: FaultKind;
	readonly passing: boolean;
	readonly waitMilliseconds: number | undefined;
	/** Whether the host answers, but does not let this site read. */
	readonly shut: Unreachable["shut"];
	/** Address of a range that the network, or the browser, did not let through. */
	readonly unread: string | undefined;
	/** At most so many tries, where the cause is as good as known. */
	readonly tries: number;

	constructor(
		message: string,
		options: {
			kind?: FaultKind;
			passing?: boolean;
			waitMilliseconds?: number | undefined;
			shut?: Unreachable["shut"];
			unread?: string;
			tries?: number;
		} = {},
	) {
		super(message);
		this.kind = options.kind ?? "FetchError";
		this.passing = options.passing ?? false;
		this.waitMilliseconds = options.waitMilliseconds;
		this.shut = options.shut ?? "no";
		this.unread = options.unread;
		this.tries = options.tries ?? Number.POSITIVE_INFINITY;
	}
}

export function toFault(error: unknown): Fault {
	if (error instanceof Fault) return error;
	return new Fault(`the network failed (${causeOf(error)})`, { passing: true });
}

export function statusFault(response: Response): Fault {
	const { status } = response;
	if (status === 404 || status === 410) return goneFault(status);
	if (status === 416)
		return new Fault("the file on the host is shorter than the catalog says");
	const passing = status === 408 || status === 429 || status >= 500;
	return new Fault(`the host answered ${status} ${response.statusText}`, {
		passing,
		waitMilliseconds: retryAfter(response.headers.get("Retry-After")),
	});
}

/** What a status means of a file that is none of the lake's. */
export function foreignFault(response: Response): Fault {
	const { status } = response;
	if (status === 404 || status === 410)
		return new Fault(`there is no such file on the host (${status})`);
	return statusFault(response);
}

export function goneFault(status: number): Fault {
	return new Fault(
		`not on the host any more (${status}); a newer lake may have been published: reload the page`,
		{ kind: "GoneError" },
	);
}

export function changedFault(): Fault {
	return new Fault("the file on the host has changed meanwhile", {
		kind: "ChangedError",
	});
}

/** Keys are no help to an address that carries a signature of its own. */
export function refusedFault(message: string, request: Request): Fault {
	return new Fault(message, {
		kind: isSignedAddress(request.url) ? "FetchError" : "ForbiddenError",
	});
}

export function stallFault(milliseconds: number): Fault {
	return new Fault(`the host sent nothing for ${milliseconds / 1000} s`, {
		passing: true,
	});
}

/** `Retry-After` in seconds or as a date, in milliseconds; undefined where absent. */
function retryAfter(header: string | null): number | undefined {
	if (header === null) return undefined;
	const seconds = Number(header);
	const wait = Number.isNaN(seconds)
		? Date.parse(header) - Date.now()
		: seconds * 1000;
	if (Number.isNaN(wait)) return undefined;
	return Math.min(Math.max(wait, 0), LONGEST_WAIT_MILLISECONDS);
}

export function compressed(encoding: string): string {
	return `the host, or something on the way, sends it compressed (${encoding}), and of that no range can be read: have it sent as it is`;
}
