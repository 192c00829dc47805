import { open } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ISOLATION_HEADERS } from "../../src/lib/hosts/isolation.ts";

export interface LinkOptions {
	/** Folders by the path below which they are served, for example `/lake/`. */
	readonly folders: Readonly<Record<string, string>>;
	/** The paths that lie behind the slow link; others answer at once. */
	readonly slow: readonly string[];
	/** Before the first byte of each answer. */
	readonly latencyMilliseconds: number;
	/** Of all connections together. */
	readonly bytesPerSecond: number;
	/** Pages may have threads, as those of the site's own preview; by default not. */
	readonly isolates?: boolean;
}

export interface Link {
	/** Ends in a slash. */
	readonly url: string;
	/** Requests that went over the slow link since the last call. */
	takeRequests(): number;
	/** Bytes of their answers since the last call. */
	takeBytes(): number;
	close(): Promise<void>;
}

const PART_BYTES = 16_384;
/** A timer that comes late is made up for, up to so much. */
const CREDIT_MILLISECONDS = 20;
const TYPES: Readonly<Record<string, string>> = {
	".html": "text/html",
	".js": "text/javascript",
	".wasm": "application/wasm",
	".json": "application/json",
};

/** Serves files with Range support over a link of a certain latency and bandwidth. */
export async function startLink(options: LinkOptions): Promise<Link> {
	let freeAt = 0;
	let sending = 0;
	let requests = 0;
	let bytesSent = 0;
	const turn = async (bytes: number) => {
		const now = performance.now();
		freeAt =
			Math.max(freeAt, now - CREDIT_MILLISECONDS) +
			(bytes / options.bytesPerSecond) * 1000;
		if (freeAt > now) await sleep(freeAt - now);
	};
	const sendSlowly = async (response: ServerResponse, bytes: Buffer) => {
		// A link that was idle has saved up nothing.
		if (sending === 0) freeAt = Math.max(freeAt, performance.now());
		sending += 1;
		for (let at = 0; at < bytes.length && !response.destroyed; ) {
			const part = bytes.subarray(at, at + PART_BYTES);
			await turn(part.length);
			response.write(part);
			at += part.length;
		}
		sending -= 1;
		response.end();
	};

	const server = createServer(async (request, response) => {
		const path = decodeURIComponent(
			new URL(request.url ?? "/", "http://link").pathname,
		);
		const isSlow = options.slow.some((prefix) => path.startsWith(prefix));
		if (isSlow) {
			requests += 1;
			await sleep(options.latencyMilliseconds);
		}
		const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "");
		const served = await readServed(options.folders, path, range);
		if (served === null) {
			response.writeHead(404).end();
			return;
		}
		const { body, start, fileBytes } = served;
		response.writeHead(range === null ? 200 : 206, {
			...(options.isolates === true ? ISOLATION_HEADERS : {}),
			"Accept-Ranges": "bytes",
			"Content-Length": body.length,
			"Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
			...(range === null
				? {}
				: {
						"Content-Range": `bytes ${start}-${start + body.length - 1}/${fileBytes}`,
					}),
		});
		if (isSlow) bytesSent += body.length;
		if (request.method === "HEAD") response.end();
		else if (isSlow) await sendSlowly(response, body);
		else response.end(body);
	});
	// Connections stay open between warming up and measuring.
	server.keepAliveTimeout = 60_000;
	await new Promise<void>((resolve) =>
		server.listen(0, "127.0.0.1", () => resolve()),
	);
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/`,
		takeRequests() {
			const taken = requests;
			requests = 0;
			return taken;
		},
		takeBytes() {
			const taken = bytesSent;
			bytesSent = 0;
			return taken;
		},
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

interface Served {
	readonly body: Buffer;
	readonly start: number;
	readonly fileBytes: number;
}

async function readServed(
	folders: Readonly<Record<string, string>>,
	path: string,
	range: RegExpExecArray | null,
): Promise<Served | null> {
	for (const [prefix, folder] of Object.entries(folders)) {
		if (!path.startsWith(prefix)) continue;
		const name = join(folder, normalize(`/${path.slice(prefix.length)}`));
		const file = await open(name).catch(() => null);
		if (file === null) return null;
		try {
			const { size } = await file.stat();
			const [start, end] = rangeOf(range, size);
			const body = Buffer.alloc(end - start);
			await file.read(body, 0, body.length, start);
			return { body, start, fileBytes: size };
		} finally {
			await file.close();
		}
	}
	return null;
}

/** `[start, end)` of an answer: a range, the last so many bytes, or everything. */
function rangeOf(
	range: RegExpExecArray | null,
	length: number,
): [start: number, end: number] {
	const [, first = "", last = ""] = range ?? [];
	if (first === "")
		return [last === "" ? 0 : Math.max(0, length - Number(last)), length];
	return [
		Number(first),
		last === "" ? length : Math.min(Number(last) + 1, length),
	];
}
