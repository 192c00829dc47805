import { LakeError } from "../errors.ts";
import type { WholeLimits } from "../types.ts";
import { Fault, stallFault } from "./faults.ts";
import { causeOf } from "./unreachable.ts";

/** The body as it arrives; leaving the loop ends the transfer. */
export async function* chunksOf(
	response: Response,
	stallMilliseconds: number,
): AsyncGenerator<Uint8Array> {
	if (response.body === null) return;
	const reader = response.body.getReader();
	try {
		for (;;) {
			const { done, value } = await unlessStalled(
				reader.read(),
				stallMilliseconds,
			);
			if (done) return;
			yield value;
		}
	} catch (error) {
		if (error instanceof Fault) throw error;
		throw new Fault(`the network failed (${causeOf(error)})`, {
			passing: true,
			...(response.status === 206 && { unread: response.url }),
		});
	} finally {
		await reader.cancel().catch(() => {});
	}
}

export async function textOf(
	response: Response,
	stallMilliseconds: number,
): Promise<string> {
	const decoder = new TextDecoder();
	let text = "";
	for await (const arrived of chunksOf(response, stallMilliseconds))
		text += decoder.decode(arrived, { stream: true });
	return text + decoder.decode();
}

/** Throws `OverBudgetError` as soon as it is larger than the limits allow. */
export async function blobOf(
	response: Response,
	name: string,
	{ maxBytes, onBytes }: Pick<WholeLimits, "maxBytes" | "onBytes">,
	stallMilliseconds: number,
): Promise<Blob> {
	const length = Number(response.headers.get("Content-Length") ?? 0);
	const parts: Uint8Array[] = [];
	let bytes = 0;
	for await (const arrived of chunksOf(response, stallMilliseconds)) {
		bytes += arrived.length;
		if (Math.max(bytes, length) > maxBytes)
			throw new LakeError(
				"OverBudgetError",
				`${name} can only be read whole, and is larger than the memory budget allows (${Math.round(maxBytes / 1e6)} MB)`,
			);
		parts.push(arrived);
		onBytes(arrived.length, length);
	}
	const isPacked = response.headers.has("Content-Encoding");
	if (bytes < length && !isPacked)
		throw new Fault(`the connection ended after ${bytes} of ${length} bytes`, {
			passing: true,
		});
	return new Blob(parts as Uint8Array<ArrayBuffer>[]);
}

async function unlessStalled<T>(
	arriving: Promise<T>,
	milliseconds: number,
): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const stalled = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(stallFault(milliseconds)), milliseconds);
	});
	try {
		return await Promise.race([arriving, stalled]);
	} finally {
		clearTimeout(timer);
	}
}
