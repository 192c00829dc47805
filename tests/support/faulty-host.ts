import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import send from "send";

/** A range of a file that was asked for, and the whole file. */
interface Asked {
	readonly file: Buffer;
	readonly startByte: number;
	/** Exclusive. */
	readonly endByte: number;
}

type Spoil = (
	asked: Asked,
	response: ServerResponse,
	request: IncomingMessage,
) => void;

/** What goes wrong between a host and its reader, as answers to a range request. */
export const FAULTS = {
	"500": (_, response) => response.writeHead(500).end("broken"),
	"503 with Retry-After": (_, response) =>
		response.writeHead(503, { "Retry-After": "0" }).end("busy"),
	"429": (_, response) => response.writeHead(429).end("slower"),
	"404": (_, response) => response.writeHead(404).end("gone"),
	"no answer": (_, _response, request) => request.socket.destroy(),
	"a cut in the middle": ({ file, startByte, endByte }, response) => {
		head(response, file, startByte, endByte);
		const middle = Math.floor((startByte + endByte) / 2);
		response.write(file.subarray(startByte, middle), () => response.destroy());
	},
	"fewer bytes than announced by the range": (
		{ file, startByte, endByte },
		response,
	) => {
		const fewer = file.subarray(startByte, endByte - 1);
		head(response, file, startByte, endByte, {
			"Content-Length": fewer.length,
		});
		response.end(fewer);
	},
	"the whole file": ({ file }, response) =>
		response.writeHead(200, { "Content-Length": file.length }).end(file),
	"another page": (_, response) =>
		response
			.writeHead(200, { "Content-Type": "text/html" })
			.end("<h1>Sign in to this network</h1>"),
	"another range": ({ file, startByte, endByte }, response) => {
		const length = endByte - startByte;
		const other = startByte >= length ? startByte - length : endByte;
		head(response, file, other, other + length);
		response.end(file.subarray(other, other + length));
	},
	"the range, compressed": ({ file, startByte, endByte }, response) => {
		const packed = gzipSync(file.subarray(startByte, endByte));
		head(response, file, startByte, endByte, {
			"Content-Encoding": "gzip",
			"Content-Length": packed.length,
		});
		response.end(packed);
	},
	"the whole file, compressed": ({ file }, response) =>
		response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(file)),
	"a range of the compressed file": (
		{ file, startByte, endByte },
		response,
	) => {
		const part = gzipSync(file, { level: 0 }).subarray(startByte, endByte);
		head(response, file, startByte, endByte, {
			"Content-Encoding": "gzip",
			"Content-Length": part.length,
		});
		response.end(part);
	},
	"the range, compressed without saying so": (
		{ file, startByte, endByte },
		response,
	) => {
		const packed = gzipSync(file.subarray(startByte, endByte), { level: 0 });
		head(response, file, startByte, endByte, {
			"Content-Length": packed.length,
		});
		response.end(packed);
	},
	"wrong bytes of the right length": (
		{ file, startByte, endByte },
		response,
	) => {
		const bytes = Buffer.from(file.subarray(startByte, endByte));
		const middle = bytes.length >> 1;
		bytes[middle] = (bytes[middle] ?? 0) ^ 1;
		head(response, file, startByte, endByte);
		response.end(bytes);
	},
} as const satisfies Readonly<Record<string, Spoil>>;

export type FaultName = keyof typeof FAULTS;

export interface FaultyHost {
	/** Ends in a slash. */
	readonly url: string;
	/** Answers so many range requests of files whose path fits by the fault, from now on, and the others rightly. */
	spoil(fault: FaultName, path: RegExp, times?: number): void;
	/** All is right again; how many answers were spoiled. */
	mend(): number;
	close(): Promise<void>;
}

/** A static host on this machine that can be told to fail. */
export async function faultyHost(folder: string): Promise<FaultyHost> {
	let fault: { name: FaultName; path: RegExp; left: number } | undefined;
	let spoiled = 0;
	const server = createServer(async (request, response) => {
		const { pathname } = new URL(request.url ?? "/", "http://host");
		const [, first, last] =
			/^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
		if (
			fault === undefined ||
			fault.left === 0 ||
			first === undefined ||
			!fault.path.test(pathname)
		) {
			send(request, pathname, { root: folder, cacheControl: false })
				.on("error", () => notFound(folder, response))
				.pipe(response);
			return;
		}
		const { name } = fault;
		fault.left -= 1;
		spoiled += 1;
		const file = await readFile(join(folder, decodeURIComponent(pathname)));
		const endByte = Math.min(Number(last) + 1, file.length);
		const asked = { file, startByte: Number(first), endByte };
		FAULTS[name](asked, response, request);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/`,
		spoil(name, path, times = Number.POSITIVE_INFINITY) {
			fault = { name, path, left: times };
			spoiled = 0;
		},
		mend() {
			fault = undefined;
			return spoiled;
		},
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function head(
	response: ServerResponse,
	file: Buffer,
	startByte: number,
	endByte: number,
	headers: Readonly<Record<string, string | number>> = {},
): void {
	response.writeHead(206, {
		"Content-Range": `bytes ${startByte}-${endByte - 1}/${file.length}`,
		"Content-Length": endByte - startByte,
		...headers,
	});
}

function notFound(folder: string, response: ServerResponse): void {
	response.writeHead(404, { "Content-Type": "text/html; charset=utf-8" });
	createReadStream(join(folder, "404.html"))
		.on("error", () => response.end("not found"))
		.pipe(response);
}
