import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onFreePorts } from "./free-ports.ts";

/** What the server does not do within this time it does not do at all. */
const START_MILLISECONDS = 60_000;

export interface RedisServer {
	readonly url: string;
	/** Ends the server and starts it again after a while, with its data or empty. */
	restart(options: { empty: boolean; downMs?: number }): Promise<void>;
	stop(): Promise<void>;
}

/** Whether Debian's package `redis-server` is here. */
export function hasRedis(): boolean {
	return (process.env.PATH ?? "")
		.split(delimiter)
		.some((folder) => existsSync(join(folder, "redis-server")));
}

/**
 * Starts a real Redis on this machine, on a free port and below a temporary folder.
 * It ends with `stop`, and with this process.
 */
export async function startRedis(): Promise<RedisServer> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-redis-"));
	let [server, port] = await onFreePorts(
		1,
		async (free = 0) => [await start(folder, free), free] as const,
	);
	const kill = () => server.kill("SIGKILL");
	process.once("exit", kill);
	return {
		url: `redis://127.0.0.1:${port}`,
		async restart({ empty, downMs = 0 }) {
			await end(server);
			if (empty)
				await rm(join(folder, "appendonlydir"), {
					recursive: true,
					force: true,
				});
			await sleep(downMs);
			server = await start(folder, port);
		},
		async stop() {
			await end(server);
			process.removeListener("exit", kill);
			await rm(folder, { recursive: true, force: true });
		},
	};
}

async function start(folder: string, port: number): Promise<ChildProcess> {
	const server = spawn(
		"redis-server",
		[
			...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder],
			...["--save", "", "--appendonly", "yes"],
		],
		{ stdio: "ignore" },
	);
	const deadline = Date.now() + START_MILLISECONDS;
	while (!(await answers(port))) {
		if (server.exitCode !== null || Date.now() > deadline) {
			server.kill("SIGKILL");
			throw new Error("redis-server did not start");
		}
		await sleep(20);
	}
	return server;
}

async function end(server: ChildProcess): Promise<void> {
	if (server.exitCode !== null || server.signalCode !== null) return;
	const ended = once(server, "exit");
	server.kill("SIGTERM");
	await ended;
}

function answers(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
	});
}
