import { createReadStream } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import send from "send";
import { ISOLATION_HEADERS } from "../../src/lib/hosts/isolation.ts";
import { fileHeaders } from "../storage/file-headers.ts";
import { EMBEDDED_PAGE } from "./headers.ts";

/** What `send` reports. */
interface HttpError extends Error {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
}

export interface SiteServer {
	/** Where the site's root answers, ending in a slash. */
	readonly url: string;
	close(): Promise<void>;
}

/**
 * Serves a built site as any static host with Range support would, and adds what
 * a page cannot say of itself: caching, isolation, and that nobody may frame it,
 * except the page that is there to be framed.
 * Nothing is compressed. Where `port` is null it is 4321 or the next free one.
 */
export async function serveSite(options: {
	readonly folder: string;
	readonly port?: number | null;
	readonly host?: string;
	/** Path below which the site answers, from slash to slash. */
	readonly base?: string;
	/** Whether pages are cross-origin isolated; true where left out. */
	readonly isolated?: boolean;
}): Promise<SiteServer> {
	const { folder, port = null, host = "localhost", base = "/" } = options;
	const isolation = Object.entries(
		(options.isolated ?? true) ? ISOLATION_HEADERS : {},
	);
	const server = createServer((request, response) => {
		response.setHeader("X-Content-Type-Options", "nosniff");
		for (const [name, value] of isolation) response.setHeader(name, value);
		const url = new URL(request.url ?? "/", "http://localhost");
		if (!url.pathname.startsWith(base)) {
			notFound(folder, response);
			return;
		}
		const path = `/${url.pathname.slice(base.length)}`;
		if (path !== `/${EMBEDDED_PAGE}`)
			response.setHeader("Content-Security-Policy", "frame-ancestors 'none'");
		const { contentType, cacheControl } = fileHeaders(path);
		// What has no ending is a folder, whose page has a type of its own.
		if (extname(path) !== "") response.setHeader("Content-Type", contentType);
		response.setHeader("Cache-Control", cacheControl);
		send(request, path, { root: folder, cacheControl: false })
			.on("directory", () => {
				response
					.writeHead(301, { Location: `${url.pathname}/${url.search}` })
					.end();
			})
			.on("error", (error: HttpError) => {
				if (error.status === 416)
					response.writeHead(416, { ...error.headers }).end();
				else notFound(folder, response);
			})
			.pipe(response);
	});
	await listen(server, host, port);
	const { port: bound } = server.address() as AddressInfo;
	return {
		url: `http://${host}:${bound}${base}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function notFound(folder: string, response: ServerResponse): void {
	if (response.headersSent) {
		response.destroy();
		return;
	}
	response.writeHead(404, {
		"Content-Type": "text/html; charset=utf-8",
		"Cache-Control": "no-cache",
	});
	createReadStream(join(folder, "404.html"))
		.on("error", () => response.end("Not found"))
		.pipe(response);
}

async function listen(
	server: Server,
	host: string,
	port: number | null,
): Promise<void> {
	for (let next = port ?? 4321; ; next += 1) {
		try {
			await new Promise<void>((resolve, reject) => {
				server.once("error", reject);
				server.listen(next, host, () => {
					server.removeListener("error", reject);
					resolve();
				});
			});
			return;
		} catch (error) {
			const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
			if (!isTaken || port !== null || next > 4400) throw error;
		}
	}
}
