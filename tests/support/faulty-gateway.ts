import {
	createServer,
	type IncomingMessage,
	type OutgoingHttpHeaders,
	request,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { AwsV4Signer } from "aws4fetch";
import type { ObjectStore } from "./radosgw.ts";

/**
 * What goes wrong at an object store, as what becomes of a request:
 * - `busy`: 503, and nothing is done
 * - `denied`: 403, and nothing is done
 * - `no answer`: the connection ends before anything is done
 * - `lost answer`: it is done, and the connection ends
 * - `cut in the middle`: half of the answer's body comes
 */
export type GatewayFault =
	| "busy"
	| "denied"
	| "no answer"
	| "lost answer"
	| "cut in the middle";

type Condition = "if-match" | "if-none-match";

export interface FaultyGateway {
	readonly endpoint: string;
	/** Requests so far, as `GET /bucket/key bytes=0-9`. */
	readonly requests: readonly string[];
	/** So many of the next requests that fit go wrong. */
	spoil(fault: GatewayFault, requests: RegExp, times: number): void;
	/** From now on these conditions of a PUT are taken for none, as by stores that do not know them. */
	ignore(conditions: readonly Condition[]): void;
	/** From now on a PUT with one of these conditions is refused as not implemented. */
	refuse(conditions: readonly Condition[]): void;
	/** Called before a request that fits is passed on, for one that comes in between. */
	before(requests: RegExp, work: () => Promise<void>): void;
	close(): Promise<void>;
}

/** A gateway before a real object store that can be told to fail. */
export async function faultyGateway(
	store: ObjectStore,
): Promise<FaultyGateway> {
	const { port: target } = new URL(store.endpoint);
	const requests: string[] = [];
	let fault = { name: "busy" as GatewayFault, requests: /^/, left: 0 };
	let ignored: readonly Condition[] = [];
	let refused: readonly Condition[] = [];
	let between: { requests: RegExp; work: () => Promise<void> } | null = null;

	async function pass(asked: IncomingMessage, response: ServerResponse) {
		const range = asked.headers.range ?? "";
		const line = `${asked.method} ${asked.url} ${range}`.trimEnd();
		requests.push(line);
		if (between?.requests.test(line)) {
			const { work } = between;
			between = null;
			await work();
		}
		const isSpoiled = fault.left > 0 && fault.requests.test(line);
		if (isSpoiled) fault.left -= 1;
		const name = isSpoiled ? fault.name : null;
		const body = Buffer.concat(await Array.fromAsync(asked));
		if (name === "busy") {
			response.writeHead(503).end("<Error><Code>SlowDown</Code></Error>");
			return;
		}
		if (name === "denied") {
			response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>");
			return;
		}
		if (name === "no answer") {
			asked.socket.destroy();
			return;
		}
		if (
			asked.method === "PUT" &&
			refused.some((each) => each in asked.headers)
		) {
			response.writeHead(501).end("<Error><Code>NotImplemented</Code></Error>");
			return;
		}
		const headers = await withoutConditions(asked, body);
		const passed = request(
			{
				port: target,
				host: "127.0.0.1",
				method: asked.method,
				path: asked.url,
				headers,
			},
			async (answer) => {
				const bytes = Buffer.concat(await Array.fromAsync(answer));
				if (name === "lost answer") {
					asked.socket.destroy();
					return;
				}
				response.writeHead(answer.statusCode ?? 500, answer.headers);
				if (name === "cut in the middle")
					response.write(bytes.subarray(0, bytes.length >> 1), () =>
						asked.socket.destroy(),
					);
				else response.end(bytes);
			},
		);
		passed.on("error", () => asked.socket.destroy());
		passed.end(body);
	}

	/** Headers to pass on; what is left out of a signed request needs another signature. */
	async function withoutConditions(
		asked: IncomingMessage,
		body: Buffer,
	): Promise<OutgoingHttpHeaders> {
		const { headers } = asked;
		const isIgnored =
			asked.method === "PUT" && ignored.some((name) => name in headers);
		if (!isIgnored) return headers;
		const kept = ["content-type", "cache-control"].flatMap((name) => {
			const value = headers[name];
			return value === undefined ? [] : [[name, String(value)] as const];
		});
		const signed = await new AwsV4Signer({
			url: `http://${headers.host}${asked.url}`,
			method: "PUT",
			headers: Object.fromEntries(kept),
			body: new Uint8Array(body),
			accessKeyId: store.accessKeyId,
			secretAccessKey: store.secretAccessKey,
			region: store.region,
			service: "s3",
		}).sign();
		return {
			...Object.fromEntries(signed.headers),
			host: headers.host,
			"content-length": body.length,
		};
	}

	const server = createServer(pass);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		endpoint: `http://127.0.0.1:${port}`,
		requests,
		spoil(name, fitting, times) {
			fault = { name, requests: fitting, left: times };
		},
		ignore(conditions) {
			ignored = conditions;
		},
		refuse(conditions) {
			refused = conditions;
		},
		before(fitting, work) {
			between = { requests: fitting, work };
		},
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
