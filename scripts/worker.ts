import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { printable } from "../src/lib/text/printable.ts";
import { workQueue } from "./jobs/queue-worker.ts";

const USAGE = `npm run worker -- --queue redis://HOST:PORT --store s3://BUCKET [--processes N] [--endpoint URL] [--exit-when-idle [--idle-seconds N]] [--lock-seconds N] [--scratch DIR]

  --queue URL          where the publisher's --queue is
  --store ADDRESS      what holds the publisher's --out and --work, such as s3://bucket: jobs use what lies there, and nothing else
  --processes N        jobs at a time; default: one a core
  --endpoint URL       of an S3-compatible store, where it is not the vendor's own
  --exit-when-idle     end once nothing has waited or run for a while
  --idle-seconds N     how long that is; default: 30
  --lock-seconds N     after so long a silence a worker's jobs go to others; default: 30
  --scratch DIR        where running jobs have their files; default: below the system's temporary folder

Exit code: 0 ended when idle or when asked to, 1 otherwise, for example for other code than the publisher's.`;

class UsageError extends Error {}

async function main(): Promise<void> {
	const values = readArguments();
	if (values.help) {
		console.log(USAGE);
		return;
	}
	const { queue, store } = values;
	if (queue === undefined || store === undefined)
		throw new UsageError("--queue and --store are needed");
	const ending = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"] as const)
		process.on(signal, () => ending.abort());
	await workQueue({
		url: queue,
		store: store.includes("://") ? store : resolve(store),
		endpoint: values.endpoint,
		processes: numberOf(
			values.processes,
			"--processes",
			availableParallelism(),
		),
		scratch: values.scratch ?? join(tmpdir(), "lakeside-worker"),
		idleMs: values["exit-when-idle"]
			? numberOf(values["idle-seconds"], "--idle-seconds", 30) * 1000
			: undefined,
		lockMs: numberOf(values["lock-seconds"], "--lock-seconds", 30) * 1000,
		signal: ending.signal,
		say: (line) => console.error(printable(line)),
	});
}

function readArguments() {
	try {
		return parseArgs({
			options: {
				queue: { type: "string" },
				store: { type: "string" },
				processes: { type: "string" },
				endpoint: { type: "string" },
				"exit-when-idle": { type: "boolean" },
				"idle-seconds": { type: "string" },
				"lock-seconds": { type: "string" },
				scratch: { type: "string" },
				help: { type: "boolean", short: "h" },
			},
		}).values;
	} catch (cause) {
		throw new UsageError((cause as Error).message, { cause });
	}
}

function numberOf(
	text: string | undefined,
	name: string,
	fallback: number,
): number {
	const value = text === undefined ? fallback : Number(text);
	if (!Number.isInteger(value) || value < 1)
		throw new UsageError(`${name} must be a whole number above 0, not ${text}`);
	return value;
}

try {
	await main();
} catch (error) {
	const { name, message, stack } = error as Error;
	const isExpected =
		error instanceof UsageError ||
		["QueueError", "StoreError", "NetworkError"].includes(name);
	console.error(isExpected ? message : stack);
	if (error instanceof UsageError) console.error(`\n${USAGE}`);
	process.exitCode = 1;
}
