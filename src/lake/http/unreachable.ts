import { isSignedAddress } from "../../lib/hosts/signed-address.ts";
import { ASKS_FOR_ADDRESS, PATIENCE_MILLISECONDS } from "../signing/refusal.ts";

export interface Unreachable {
	readonly message: string;
	/** Whether the host answers, but does not let the site read: then trying again will hardly help. */
	readonly shut: "yes" | "maybe" | "no";
	/** The host refuses the signature, and does not tell a page. */
	readonly isRefused: boolean;
}

/**
 * Why `fetch` rejected. A browser does not say whether a host was not reached or
 * does not let the site read. A request whose answer nobody may read tells: it
 * fails only in the first case. An isolated page may not even send that one. Under
 * Node, which asks no host for leave, the cause stands in the error.
 */
export async function whyUnreachable(
	request: Request,
	error: unknown,
	waitMilliseconds = PATIENCE_MILLISECONDS,
): Promise<Unreachable> {
	const cause = causeOf(error);
	if (cause === "unexpected redirect" && request.headers.has("Authorization"))
		return {
			message:
				"the host leads elsewhere, where no signed request goes; check the region: the bucket may lie in another one",
			shut: "no",
			isRefused: true,
		};
	const message = `the network failed (${cause})`;
	const { origin: host } = new URL(request.url);
	const { origin: site, crossOriginIsolated: isIsolated } = globalThis as {
		readonly origin?: string;
		readonly crossOriginIsolated?: boolean;
	};
	if (site === undefined || site === host || request.signal.aborted)
		return { message, shut: "no", isRefused: false };
	const signal = AbortSignal.any([
		request.signal,
		AbortSignal.timeout(waitMilliseconds),
	]);
	if (await answersUnsigned(request, signal))
		return {
			message: `the host refuses it without telling a page why: ${
				isSignedAddress(request.url)
					? ASKS_FOR_ADDRESS
					: "check the secret key, the access key, the region and this machine's clock, and that its CORS configuration allows signed requests (the page Data prints it)"
			}`,
			shut: "no",
			isRefused: true,
		};
	const needed = `its CORS configuration has to allow ${site} (the page Data prints what it needs)`;
	const unknown: Unreachable = {
		message: `${message}; if ${host} is up, ${needed}`,
		shut: "maybe",
		isRefused: false,
	};
	if (isIsolated) return unknown;
	try {
		await fetch(request.url, {
			method: "HEAD",
			mode: "no-cors",
			cache: "no-store",
			credentials: "omit",
			signal,
		});
	} catch {
		return { ...unknown, shut: "no" };
	}
	return {
		message: `${host} answers, but does not let this site read: ${needed}`,
		shut: "yes",
		isRefused: false,
	};
}

/**
 * Whether the host lets the site read its answer to the request without its
 * signature. Some, such as Ceph's, leave the CORS headers out where a signature
 * is wrong. False for what carries none.
 */
async function answersUnsigned(
	request: Request,
	signal: AbortSignal,
): Promise<boolean> {
	const url = new URL(request.url);
	const isPresigned = isSignedAddress(request.url);
	if (!isPresigned && !request.headers.has("Authorization")) return false;
	if (isPresigned) url.search = "";
	try {
		const { body } = await fetch(url, {
			cache: "no-store",
			signal,
		});
		await body?.cancel();
		return true;
	} catch {
		return false;
	}
}

/** `fetch` rejects with a TypeError for every fault of the network; Node says why in its cause. */
export function causeOf(error: unknown): string {
	const { message, cause } =
		error instanceof Error ? error : new Error(String(error));
	return cause instanceof Error ? cause.message : message;
}
