import { createServer } from "node:net";

/** So often is started what may find its port taken. */
const TRIES = 3;

/**
 * Starts what listens on ports of this machine on which nobody listened before. Where
 * that fails it is started anew on others: somebody else may have been faster.
 */
export async function onFreePorts<T>(
	count: number,
	start: (...ports: number[]) => Promise<T>,
): Promise<T> {
	for (let tries = 1; ; tries++)
		try {
			return await start(...(await freePorts(count)));
		} catch (error) {
			if (tries === TRIES) throw error;
		}
}

/** Ports on which nobody listens now. */
async function freePorts(count: number): Promise<number[]> {
	const servers = await Promise.all(
		Array.from({ length: count }, async () => {
			const server = createServer();
			await new Promise<void>((resolve) =>
				server.listen(0, "127.0.0.1", resolve),
			);
			return server;
		}),
	);
	const ports = servers.map((server) => {
		const address = server.address();
		if (address === null || typeof address === "string")
			throw new Error("a server without a port");
		return address.port;
	});
	await Promise.all(
		servers.map((server) => new Promise((resolve) => server.close(resolve))),
	);
	return ports;
}
