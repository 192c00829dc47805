import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it arrived, its body included. */
export interface SeenRequest {
	readonly method: string;
	/** Path and query. */
	readonly path: string;
	readonly headers: IncomingMessage["headers"];
	readonly body: string;
	/** Milliseconds, as of `performance.now`. */
	readonly at: number;
}

export interface LocalServer {
	/** `http://127.0.0.1:PORT`, without a slash at its end. */
	readonly url: string;
	/** All so far. */
	readonly seen: SeenRequest[];
	/** Puts another in the place of the handler. */
	answer: (request: SeenRequest, response: ServerResponse) => void;
	close(): Promise<void>;
}

/** A real HTTP server on a free port of this machine. */
export async function startServer(
	answer: LocalServer["answer"],
): Promise<LocalServer> {
	const server = createServer(async (request, response) => {
		const at = performance.now();
		const parts: Buffer[] = [];
		for await (const part of request) parts.push(part as Buffer);
		const seen: SeenRequest = {
			method: request.method ?? "",
			path: request.url ?? "",
			headers: request.headers,
			body: Buffer.concat(parts).toString(),
			at,
		};
		local.seen.push(seen);
		local.answer(seen, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const local: LocalServer = {
		url: `http://127.0.0.1:${port}`,
		seen: [],
		answer,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
	return local;
}
