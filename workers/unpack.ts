import { LakeError } from "../src/lake/errors.ts";

/** Arrived and expected bytes of one file; expected is 0 where the host does not say. */
export type OnBytes = (bytes: number, totalBytes: number) => void;

/**
 * Fetches a packed WebAssembly file and unpacks it as it arrives. Whether it still
 * is packed shows in its first bytes: a host that knows `.gz` sends it with
 * `Content-Encoding`, and then the browser has unpacked it already.
 */
export async function fetchWasm(
	url: string,
	onBytes: OnBytes,
): Promise<Response> {
	const response = await fetch(url).catch((cause) => {
		throw new LakeError(
			"FetchError",
			`the engine could not be fetched (${cause.message}): ${url}`,
			{ cause },
		);
	});
	if (!response.ok || response.body === null)
		throw new LakeError(
			"FetchError",
			`the engine could not be fetched (${response.status}): ${url}`,
		);
	const length = Number(response.headers.get("Content-Length") ?? 0);
	const reader = response.body.getReader();
	const first = await reader.read();
	const packed = first.value?.[0] === 0x1f && first.value[1] === 0x8b;
	let bytes = 0;
	const pass = (
		{ done, value }: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>,
		controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
	) => {
		if (done) {
			controller.close();
			return;
		}
		bytes += value.length;
		onBytes(bytes, packed ? length : 0);
		controller.enqueue(value);
	};
	const arriving = new ReadableStream<Uint8Array<ArrayBuffer>>({
		start(controller) {
			pass(first, controller);
		},
		async pull(controller) {
			pass(await reader.read(), controller);
		},
		cancel: (reason) => reader.cancel(reason),
	});
	const body = packed
		? arriving.pipeThrough(new DecompressionStream("gzip"))
		: arriving;
	return new Response(body, {
		headers: { "Content-Type": "application/wasm" },
	});
}
