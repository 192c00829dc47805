import { cancelled, LakeError, throwIfCancelled } from "../errors.ts";
import { compressed, toFault } from "./faults.ts";

export interface RetryOptions {
	/** Tries, the first included. */
	readonly attempts: number;
	/** Wait before the second try; doubles from try to try, less up to a half at random. */
	readonly backoffMilliseconds: number;
	/** A host that sends nothing for so long is given up. */
	readonly stallMilliseconds: number;
}

/**
 * Tries again where the fault may pass, as long as its host asks for. In the end
 * throws `LakeError` naming what was read and the cause, or `CancelledError`.
 */
export async function retrying<T>(
	name: string,
	signal: AbortSignal,
	{ attempts, backoffMilliseconds, stallMilliseconds }: RetryOptions,
	attempt: () => Promise<T>,
): Promise<T> {
	for (let count = 1; ; count += 1) {
		try {
			throwIfCancelled(signal);
			return await attempt();
		} catch (error) {
			if (signal.aborted) throw cancelled();
			if (error instanceof LakeError) throw error;
			const fault = toFault(error);
			if (!fault.passing || count >= Math.min(attempts, fault.tries)) {
				const hint =
					fault.unread === undefined || fault.shut === "yes"
						? ""
						: await aboutRanges(fault.unread, signal, stallMilliseconds);
				throw new LakeError(fault.kind, `${name}: ${fault.message}${hint}`, {
					cause: error,
				});
			}
			const backoff =
				backoffMilliseconds * 2 ** (count - 1) * (1 - Math.random() / 2);
			await sleep(fault.waitMilliseconds ?? backoff, signal);
		}
	}
}

/** What is known of a host from which no range came: whether it answers at all. */
async function aboutRanges(
	address: string,
	signal: AbortSignal,
	stallMilliseconds: number,
): Promise<string> {
	try {
		const { headers, body } = await fetch(address, {
			cache: "no-store",
			signal: AbortSignal.any([signal, AbortSignal.timeout(stallMilliseconds)]),
		});
		await body?.cancel();
		const encoding = headers.get("Content-Encoding");
		return encoding === null
			? "; without a range the host answers: something may refuse or compress ranges on the way"
			: `; ${compressed(encoding)}`;
	} catch {
		return "";
	}
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const stop = () => {
			clearTimeout(timer);
			reject(cancelled());
		};
		const timer = setTimeout(() => {
			signal.removeEventListener("abort", stop);
			resolve();
		}, milliseconds);
		signal.addEventListener("abort", stop, { once: true });
	});
}
