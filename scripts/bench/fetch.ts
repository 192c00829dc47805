import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FetchAnswer, FetchQuestion } from "./fetch/fetcher.ts";
import type { ServerAnswer } from "./fetch/server.ts";
import { type Figure, untargeted } from "./figure.ts";

const ANSWER_BYTES = 5e9;
const TARGET_MEGABYTES = 200;

/** A large answer from a server of this machine to a compressed file: how much memory and time that takes. */
export async function bench(): Promise<Figure[]> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-fetch-"));
	const server = start("./fetch/server.ts", [`${ANSWER_BYTES}`]);
	const fetcher = start("./fetch/fetcher.ts", []);
	try {
		const { url } = await answerOf<ServerAnswer>(server);
		fetcher.send({ url, folder } satisfies FetchQuestion);
		const answer = await answerOf<FetchAnswer>(fetcher);
		if (answer.bytes !== ANSWER_BYTES || answer.failure !== null)
			throw new Error(
				`the fetch is not right: ${answer.bytes} bytes, ${answer.failure}`,
			);
		const gigabytes = ANSWER_BYTES / 1e9;
		return [
			{
				id: "fetch.memory",
				what: `Peak resident memory (VmHWM) of the process that fetches an answer of ${gigabytes} GB`,
				value: answer.peakBytes / 1e6,
				unit: "MB",
				target: TARGET_MEGABYTES,
				met: answer.peakBytes / 1e6 < TARGET_MEGABYTES,
			},
			untargeted(
				"fetch.throughput",
				"Of that answer, CSV from a server on the same machine, to a compressed file on disk",
				ANSWER_BYTES / 1e6 / answer.seconds,
				"MB/s",
			),
			untargeted(
				"fetch.stored",
				"Size of that file",
				answer.storedBytes / 1e6,
				"MB",
			),
		];
	} finally {
		server.kill();
		fetcher.kill();
		await rm(folder, { recursive: true, force: true });
	}
}

function start(module: string, args: readonly string[]): ChildProcess {
	return fork(fileURLToPath(new URL(module, import.meta.url)), args);
}

/** Throws where the process ends without an answer. */
async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
	const end = new AbortController();
	try {
		return await Promise.race([
			once(child, "message", end).then(([answer]) => answer as Answer),
			once(child, "exit", end).then(([code]) => {
				throw new Error(`a process of the bench ended with code ${code}`);
			}),
		]);
	} finally {
		end.abort();
	}
}
